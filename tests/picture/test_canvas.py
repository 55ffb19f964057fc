"""Pictures: right in any place where a notebook is read, without colour, and in words."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from gallery import HOSTILE, PICTURES, STRANGERS, SVG, contrast, elements

from bakery.picture.canvas import Picture
from bakery.picture.look import LIGHT
from bakery.picture.words import fit, one_line


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Picture:
    """The picture of this name, drawn for this test."""
    name: str = request.param
    return PICTURES[name] if name in PICTURES else STRANGERS[name]


every_stranger = pytest.mark.parametrize("picture", STRANGERS, indirect=True)
every_picture = pytest.mark.parametrize("picture", PICTURES, indirect=True)


@every_picture
def test_a_picture_is_drawn_with_attributes_only(picture: Picture) -> None:
    """No CSS, no script, no ids that could clash, nothing from elsewhere: GitHub would remove it."""
    assert {element.tag for element in elements(picture)} <= {
        f"{SVG}{t}" for t in ("svg", "title", "rect", "path", "text")
    }
    names = {name for element in elements(picture) for name in element.attrib}
    assert not names & {"style", "class", "id", "href"}
    assert not any(name.startswith("on") for name in names)
    assert re.findall(r"https?://[^\"]*", picture.svg) == ["http://www.w3.org/2000/svg"]


@every_picture
def test_a_picture_says_in_words_what_it_shows(picture: Picture) -> None:
    root = elements(picture)[0]
    assert root.get("role") == "img"
    assert len(root.get("aria-label", "")) > 8
    assert root.findtext(f"{SVG}title")
    assert repr(picture) == picture.words
    assert picture._repr_svg_() == picture.svg


@every_picture
def test_text_is_large_enough_and_has_contrast(picture: Picture) -> None:
    base = elements(picture)[0]
    for element in elements(picture):
        if element.tag == f"{SVG}text":
            assert float(element.get("font-size", base.get("font-size", "0"))) >= 12
            assert contrast(element.get("fill", base.get("fill", "")), LIGHT["paper"]) >= 4.5


@every_picture
def test_lines_and_marks_have_contrast(picture: Picture) -> None:
    """Each mark has a fill or an outline of 3 : 1 at least; the grid and the paper's edge carry no meaning."""
    grid_and_edge = contrast(LIGHT["frame"], LIGHT["paper"])
    for element in elements(picture):
        if element.tag in (f"{SVG}path", f"{SVG}rect"):
            colours = [element.get(name, "none") for name in ("fill", "stroke")]
            best = max(contrast(colour, LIGHT["paper"]) for colour in colours if colour != "none")
            assert best >= 3 or best <= grid_and_edge


class Page(HTMLParser):
    """What a browser makes of some HTML: its tags with their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@every_stranger
def test_the_alt_text_is_escaped_and_says_every_word(picture: Picture) -> None:
    page = Page(picture.html)
    ((tag, attributes),) = page.tags
    assert (tag, set(attributes), page.text) == ("img", {"alt", "src"}, "")
    assert attributes["alt"] == picture.words
    assert HOSTILE in picture.words or HOSTILE.capitalize() in picture.words


@every_stranger
def test_names_in_an_svg_are_text_and_never_markup(picture: Picture) -> None:
    allowed = {f"{SVG}{tag}" for tag in ("svg", "title", "rect", "path", "text")}
    assert {element.tag for element in elements(picture)} == allowed
    assert not {name for element in elements(picture) for name in element.attrib} & {"onclick", "b"}
    assert one_line(picture.words) == elements(picture)[0].get("aria-label")
    assert any(fit(HOSTILE, 100)[:9] in (element.text or "") for element in elements(picture))


@every_stranger
def test_an_image_carries_its_svg_without_a_character_that_could_end_it(picture: Picture) -> None:
    ((_, attributes),) = Page(picture.html).tags
    kind, _, data = str(attributes["src"]).partition(",")
    assert kind == "data:image/svg+xml"
    assert not set(data) & set("<>\"'&#")
    assert unquote(data) == picture.svg


@every_stranger
def test_a_notebook_is_given_the_picture_in_each_form_that_it_may_want(picture: Picture) -> None:
    assert (picture._repr_html_(), picture._repr_svg_(), repr(picture)) == (
        picture.html,
        picture.svg,
        picture.words,
    )
