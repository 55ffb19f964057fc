"""What every picture is painted on: an SVG with its words, its paper, its colours and its letters.

Only attributes: no CSS, no script, nothing from elsewhere, no ids that could clash on a page. So a picture
looks the same in JupyterLab, in a stored page and on GitHub. What a stretch of time was spent on can be told
without colour, and every picture carries its words.

Numbers that depend on measured time are written with exactly two decimals, all others are not. By this the
comparison of stored outputs knows what may differ from run to run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bakery.asking import Call, Range
from bakery.picture.layout import Label
from bakery.picture.look import FONT, LIGHT, STYLES, TEXT, Style
from bakery.picture.words import one_line

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


def checked_width(call: Call, width: int) -> int:
    """The width if a picture can have it; raises `TypeError` or `ValueError` with the corrected `call`."""
    return call.whole("width", width, "a width in whole pixels", Range(*WIDTHS), usual=720)


class Canvas:
    """An SVG that grows element by element, in the `colours` of light or of dark paper."""

    def __init__(
        self,
        size: tuple[int, int],
        title: str,
        words: str,
        *,
        measured: bool,
        colours: Mapping[str, str] = LIGHT,
    ) -> None:
        width, height = size
        self.measured, self.colours = measured, colours
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
                "fill": colours["ink"],
            },
        )
        self.add("title").text = one_line(title)
        frame = {"x": 0.5, "y": 0.5, "width": width - 1, "height": height - 1}
        self.add("rect", **frame, style=STYLES["frame"])

    def add(self, tag: str, *, style: Style | None = None, **attributes: str | float) -> Element:
        """An element; attribute names may be written with "_" for "-", and colours go by their names."""
        every = {name.replace("_", "-"): value for name, value in attributes.items()} | (style or {})
        return SubElement(self.root, tag, {name: self._written(name, value) for name, value in every.items()})

    def _written(self, name: str, value: str | float) -> str:
        if not isinstance(value, str):
            return exact(value)
        return self.colours.get(value, value) if name in ("fill", "stroke") else value

    def text(self, label: Label, style: Style | None = None, *, moving: bool = False) -> None:
        """A text; `moving` where its place depends on the times."""
        look = dict(style or {})
        if label.anchor != "start":
            look["text-anchor"] = label.anchor
        x = self.number(label.x) if moving else exact(label.x)
        self.add("text", x=x, y=exact(label.y), style=look).text = label.text

    def number(self, value: float) -> str:
        """A number that depends on the times."""
        return f"{value:.2f}" if self.measured else exact(value)

    def __str__(self) -> str:
        indent(self.root, space="")
        return tostring(self.root, encoding="unicode")


def exact(value: float) -> str:
    """A number that is the same in every run: with no, one or three decimals, since two mean measured."""
    return f"{value:g}" if value * 10 == int(value * 10) else f"{value:.3f}"
