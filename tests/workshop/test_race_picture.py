"""The picture on the README's first page: a run on live servers, for light and for dark pages, and in words."""

import asyncio
import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bakery.picture.look import DARK, LIGHT, SHADES
from bakery.trace import Span, Trace
from workshop import race_picture
from workshop.race_picture import FILES, ORDERS, files, placed, race, shown, write

pytestmark = pytest.mark.files

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
COLOUR = re.compile(r"#[0-9a-f]{6}")


def runs() -> list[Trace]:
    return [Trace((Span("order 1", "serve", 0.0, 1.0),), title) for title in ("<Flask>", "Quart")]


def words_of(name: str) -> str:
    return ElementTree.fromstring((ROOT / name).read_text("utf-8")).attrib["aria-label"]


def test_it_tells_of_one_thread_four_threads_and_quart() -> None:
    for name in FILES:
        words = words_of(name)
        assert [int(seconds) for seconds in re.findall(r"8 cakes in (\d)\.\d\d s", words)] == [8, 2, 1]
        assert re.findall(r"at most (\d) at once", words) == ["1", "4", "8"]


def test_the_dark_picture_is_the_light_one_in_other_colours() -> None:
    light, dark = ((ROOT / name).read_text("utf-8") for name in FILES)
    assert COLOUR.sub("#", light) == COLOUR.sub("#", dark)
    other = {shade.light: shade.dark for shade in SHADES.values()}
    assert [other[colour] for colour in COLOUR.findall(light)] == COLOUR.findall(dark)


@pytest.mark.parametrize(("name", "colours"), FILES.items(), ids=["light", "dark"])
def test_the_files_have_the_colours_of_today(name: str, colours: dict[str, str]) -> None:
    """After a change of `look` they are written anew, by `make picture`."""
    assert set(COLOUR.findall((ROOT / name).read_text("utf-8"))) <= set(colours.values())
    assert colours in (LIGHT, DARK)


def test_the_readme_shows_it_on_its_first_page_with_every_word_as_alt_text() -> None:
    picture = README.partition("<!-- picture -->\n")[2].partition("<!-- /picture -->")[0]
    light, dark = FILES
    assert f'(prefers-color-scheme: dark)" srcset="{dark}"' in picture
    (alt,) = re.findall(rf'<img src="{light}" width="\d+" alt="([^"]*)">', picture)
    assert unescape(alt) == words_of(light) == words_of(dark)
    assert README.index(picture) < 2500


def test_what_is_written_is_the_picture_in_both_colours_and_escaped_words(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Cakes\n<!-- picture -->\nold\n<!-- /picture -->\nMore\n", "utf-8")
    write(tmp_path, runs())
    assert {name: (tmp_path / name).read_text("utf-8") for name in FILES} == files(runs())
    readme = (tmp_path / "README.md").read_text("utf-8")
    assert readme == f"# Cakes\n<!-- picture -->\n{shown(runs())}<!-- /picture -->\nMore\n"
    assert "&lt;Flask&gt;: 1 cake" in readme


def test_a_readme_without_a_place_for_it_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a place for the picture"):
        placed("# Cakes", shown(runs()))


def test_the_race_is_a_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(race_picture, "BAKE", 0.0)
    flask, four, quart = asyncio.run(race())
    assert [trace.cakes for trace in (flask, four, quart)] == [ORDERS] * 3
    assert [trace.title for trace in (flask, four)] == ["Flask, one thread", "Flask, four threads"]
