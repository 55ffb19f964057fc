"""How pictures look: strong enough on light and on dark paper, and not by colour alone."""

import pytest
from gallery import contrast

from bakery.picture.look import CURVES, DARK, KINDS, LIGHT, SHADES, STYLES, THIN, TITLE, Style
from bakery.picture.words import NAMES

on_both_papers = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


@on_both_papers
def test_text_stands_out_on_its_paper(colours: dict[str, str]) -> None:
    for text in ("ink", "soft", "failed", *CURVES):
        assert contrast(colours[text], colours["paper"]) >= 4.5, text


@on_both_papers
@pytest.mark.parametrize("styles", [STYLES, THIN], ids=["tall", "thin"])
def test_every_bar_and_line_stands_out_on_its_paper(
    colours: dict[str, str], styles: dict[str, Style]
) -> None:
    for name in (*KINDS, "failed", "cross", "end", "now"):
        paints = [str(styles[name][paint]) for paint in ("fill", "stroke") if paint in styles[name]]
        assert max(contrast(colours[paint], colours["paper"]) for paint in paints) >= 3, name


@on_both_papers
def test_mixing_and_baking_which_touch_differ_in_more_than_colour(colours: dict[str, str]) -> None:
    """They differ in lightness, so also in print and to the colour-blind."""
    assert contrast(colours["mix"], colours["bake"]) >= 3
    assert contrast(colours["mix"], colours["thin"]) >= 3


def test_every_colour_is_used_and_every_colour_used_has_a_name() -> None:
    named = {
        str(style[paint])
        for style in (*STYLES.values(), *THIN.values())
        for paint in style
        if paint in ("fill", "stroke")
    }
    assert named | set(CURVES) == set(SHADES)


def test_every_kind_has_a_name_and_a_look() -> None:
    assert set(NAMES) == set(KINDS) <= set(STYLES)


def test_titles_are_larger_than_the_text() -> None:
    assert TITLE > 14
