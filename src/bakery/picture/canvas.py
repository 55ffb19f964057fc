"""What every picture is painted on: an SVG with its words, its paper, its colours and its letters.

Only attributes: no CSS, no script, nothing from elsewhere, no ids that could clash on a page. So a picture
looks the same in JupyterLab, in a stored page and on GitHub. What a stretch of time was spent on can be told
without colour, and every picture carries its words.

Numbers that depend on measured time are written with exactly two decimals, all others are not. By this the
comparison of stored outputs knows what may differ from run to run.
"""

from dataclasses import dataclass
from html import escape
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bakery.picture.layout import Mark
from bakery.picture.words import TEXT, one_line
from bakery.trace import Kind

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

# Every picture brings its own paper, so that these contrasts (to the paper, WCAG 2.2) hold on any page.
PAPER = "#fffdf8"
INK = "#2b1d0e"  # 16 : 1
SOFT = "#5c5043"  # 7.7 : 1
GRID = "#e8dfd0"
FRAME = "#d9cdb9"
FAILED = "#b3261e"  # 6.4 : 1

FILLS: dict[Kind, str] = {
    "wait": "#6f6355",  # 5.8 : 1, and thin
    "mix": "#4a2c12",  # 12 : 1, the darkest
    "bake": "#f3c77f",  # light, so it has an outline; 8 : 1 to the mixing beside it
    "serve": "#b4530f",  # 4.9 : 1
}
OUTLINES: dict[Kind, str] = {"bake": "#94591a"}
THIN_FILLS: dict[Kind, str] = {**FILLS, "bake": "#c97c1d"}  # 3.2 : 1 without an outline
OUTLINED = 7
"""Bars less high than this have no room for an outline."""

WIDTHS = (480, 4000)
"""Narrower, the legend has no room; wider, no screen has."""


@dataclass(frozen=True)
class Picture:
    """An SVG, and what it shows in words."""

    svg: str
    words: str

    @property
    def html(self) -> str:
        """The picture as an image with its words as alt text.

        JupyterLab and nbconvert turn a bare SVG into an image without alt text, at a fixed width, and
        JupyterLab hides it until the notebook is trusted. This form keeps its words, fits a narrow page, and
        is shown before the first run.
        """
        # Spaces stay, so that the comparison of stored outputs finds measured numbers here too.
        return f'<img alt="{escape(self.words)}" src="data:image/svg+xml,{quote(self.svg, safe=" =:/,;()")}">'

    def _repr_html_(self) -> str:
        return self.html

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return self.words


def checked_width(call: str, width: int) -> int:
    """The width if a picture can have it; raises `TypeError` or `ValueError` with the corrected `call`."""
    least, most = WIDTHS
    if isinstance(width, bool) or not isinstance(width, int):
        raise TypeError(
            f"width is a whole number of pixels, but got {width!r}.\nDid you mean:  {call}, width=720)"
        )
    if not least <= width <= most:
        nearest = min(max(width, least), most)
        raise ValueError(
            f"A picture is {least} to {most} pixels wide, but got {width}.\nDid you mean:  {call}, width={nearest})"
        )
    return width


class Canvas:
    """An SVG that grows element by element."""

    def __init__(self, width: int, height: int, words: str, title: str, *, measured: bool) -> None:
        self.measured = measured
        self.root = Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "width": str(width),
                "height": str(height),
                "viewBox": f"0 0 {width} {height}",
                "role": "img",
                "aria-label": one_line(words),
                "font-family": FONT,
                "font-size": str(TEXT),
                "fill": INK,
            },
        )
        self.add("title").text = one_line(title)
        self.add(
            "rect",
            x=0.5,
            y=0.5,
            width=width - 1,
            height=height - 1,
            rx=10,
            fill=PAPER,
            stroke=FRAME,
        )

    def add(self, tag: str, **attributes: str | float) -> Element:
        """An element; attribute names may be written with "_" for "-"."""
        return SubElement(
            self.root,
            tag,
            {
                name.replace("_", "-"): value if isinstance(value, str) else exact(value)
                for name, value in attributes.items()
            },
        )

    def text(self, mark: Mark, *, moving: bool = False, **attributes: str | float) -> None:
        """A text; `moving` where its place depends on the times."""
        if mark.anchor != "start":
            attributes["text_anchor"] = mark.anchor
        x = self.number(mark.x) if moving else exact(mark.x)
        self.add("text", x=x, y=exact(mark.y), **attributes).text = mark.text

    def number(self, value: float) -> str:
        """A number that depends on the times."""
        return f"{value:.2f}" if self.measured else exact(value)

    def __str__(self) -> str:
        indent(self.root, space="")
        return tostring(self.root, encoding="unicode")


def exact(value: float) -> str:
    """A number that is the same in every run: with no, one or three decimals, since two mean measured."""
    return f"{value:g}" if value * 10 == int(value * 10) else f"{value:.3f}"
