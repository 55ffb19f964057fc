"""Pictures stay as somebody has looked at them."""

from xml.etree import ElementTree

import pytest
from gallery import LOOKED_AT, PICTURES, STORED, stored

from bakery.picture.words import one_line

pytestmark = pytest.mark.files


@pytest.mark.parametrize("name", STORED)
def test_a_picture_is_drawn_and_told_as_it_was_when_somebody_looked_at_it(name: str) -> None:
    """After a change that is meant: `python tests/picture/gallery.py`, and look at every picture that is new."""
    assert PICTURES[name].svg == stored(name).read_text("utf-8")


def test_every_stored_picture_is_one_of_the_gallery() -> None:
    assert set(LOOKED_AT.iterdir()) == {stored(name) for name in STORED}


@pytest.mark.parametrize("name", STORED)
def test_a_stored_picture_carries_all_its_words(name: str) -> None:
    svg = stored(name).read_text("utf-8")
    assert ElementTree.fromstring(svg).attrib["aria-label"] == one_line(PICTURES[name].words)
