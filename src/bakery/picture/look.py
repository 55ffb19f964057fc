"""How pictures look: every colour, on light and on dark paper, every size of a letter and every kind of line.

Two painters read it here: the canvas, which makes the SVG that is stored, and the script of the live view, which
is sent it. Contrasts (WCAG 2.2) hold on both papers, and are tested.
"""

from typing import NamedTuple

from bakery.trace import Kind


class Shade(NamedTuple):
    """A colour, as it is on light and on dark paper: what is darkest on the one is lightest on the other."""

    light: str
    dark: str


# Every picture brings its own paper, so that these contrasts (to the paper) hold on any page.
SHADES: dict[str, Shade] = {
    "paper": Shade("#fffdf8", "#1e1811"),
    "ink": Shade("#2b1d0e", "#f5ecdf"),  # 16 : 1 on light paper
    "soft": Shade("#5c5043", "#c4b7a6"),  # 7.7 : 1
    "grid": Shade("#e8dfd0", "#3a3127"),
    "frame": Shade("#d9cdb9", "#5a4f40"),
    "failed": Shade("#b3261e", "#ff8a7d"),  # 6.4 : 1
    "wait": Shade("#6f6355", "#a89a88"),  # 5.8 : 1, and thin
    "mix": Shade("#4a2c12", "#fff1dc"),  # 12 : 1, the darkest
    "bake": Shade("#f3c77f", "#6f4310"),  # light, so it has an outline; 8 : 1 to the mixing beside it
    "serve": Shade("#b4530f", "#e08a3c"),  # 4.9 : 1
    "outline": Shade("#94591a", "#d99a4a"),
    "thin": Shade("#c97c1d", "#c0761c"),  # a bake without an outline; 3.2 : 1
    "blue": Shade("#0b5fa5", "#7db8ee"),
    "green": Shade("#1f6f5c", "#6cc4ab"),
    "violet": Shade("#7a4fa0", "#c3a1e6"),
}
LIGHT = {name: shade.light for name, shade in SHADES.items()}
DARK = {name: shade.dark for name, shade in SHADES.items()}

CURVES = ("serve", "blue", "green", "violet", "ink")
"""The colours of curves, in the order in which they are given out."""

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
TEXT = 14
"""Height of the text, in pixels; nothing in a picture is smaller."""
TITLE = 17
FINISH = 18
"""Height of the seconds beside the last cake; they have to be read from the back of the room."""
BOLD = 1.1
"""How much wider bold text is."""
OUTLINED = 7
"""Bars less high than this have no room for an outline, nor crosses for a halo."""

Style = dict[str, str | float]
"""Attributes of an SVG element; a colour goes by its name."""

STYLES: dict[str, Style] = {
    "frame": {"rx": 10, "fill": "paper", "stroke": "frame"},
    "title": {"font-size": TITLE, "font-weight": "bold"},
    "summary": {},
    "reason": {"fill": "failed"},
    "grid": {"stroke": "grid"},
    "label": {"fill": "soft"},
    "wait": {"fill": "wait"},
    "mix": {"fill": "mix"},
    "bake": {"fill": "bake", "stroke": "outline", "stroke-width": 1.5},
    "serve": {"fill": "serve"},
    # Served in vain: hollow.
    "failed": {"fill": "paper", "stroke": "failed", "stroke-width": 1.5, "stroke-dasharray": "5 4"},
    "halo": {"stroke": "paper", "stroke-width": 6, "stroke-linecap": "round"},
    "cross": {"stroke": "failed", "stroke-width": 3, "stroke-linecap": "round"},
    # A part of a stream that came: a tick across the bar, kept apart from it by a gap.
    "gap": {"stroke": "paper", "stroke-width": 6},
    "mark": {"stroke": "ink", "stroke-width": 2},
    # A customer who left on purpose: a ring at the end of the bar.
    "ring": {"fill": "paper", "stroke": "ink", "stroke-width": 2},
    "end": {"stroke": "ink", "stroke-width": 2},
    "finish": {"font-size": FINISH, "font-weight": "bold"},
    "key": {},
    # How far a replay has come.
    "now": {"stroke": "ink", "stroke-dasharray": "3 3"},
}
"""How each part of a timeline is painted."""

THIN: dict[str, Style] = STYLES | {
    "bake": {"fill": "thin"},
    "halo": {},
    "gap": {},
    "mark": {"stroke": "ink", "stroke-width": 1},
    "ring": {"fill": "paper", "stroke": "ink", "stroke-width": 1},
    "cross": {"stroke": "failed", "stroke-width": 1.5, "stroke-linecap": "round"},
}
"""The same where rows are too low for outlines."""

KINDS: tuple[Kind, ...] = ("wait", "mix", "bake", "serve")
"""The kinds in the order in which they are painted, and named in the legend."""
