"""Pictures: right in any place where a notebook is read, without colour, and in words."""

import re

import pytest
from gallery import PICTURES, SVG, contrast, elements

from bakery.picture.canvas import Picture
from bakery.picture.look import LIGHT

every_picture = pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)


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
