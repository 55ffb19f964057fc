"""Pictures of every kind, and a way to look at their parts.

    python tests/picture/gallery.py

stores them in `looked_at/`, where `test_gallery.py` compares them: look at each that has changed.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from bakery.kitchen import predict, simulate
from bakery.picture.canvas import Picture
from bakery.picture.curve import Series, curve
from bakery.picture.timeline import timeline
from bakery.trace import Mark, Span, Trace

SVG = "{http://www.w3.org/2000/svg}"


def queue(orders: int, bakers: int = 1, *, noise: float = 0.01, title: str = "Flask") -> Trace:
    """Measured: orders in rounds, each serving a little (`noise`) longer than a second."""
    spans: list[Span] = []
    for number in range(orders):
        lane, begun = f"order {number + 1}", number // bakers * (1 + noise)
        done = begun + 1 + noise
        spans += [
            Span(lane, "wait", 0.0, begun + noise / 9),
            Span(lane, "serve", begun + noise / 9, done),
            Span(lane, "wait", done, done + noise / 7),
        ]
    return Trace(tuple(spans), title=title)


def broken(reason: str) -> Trace:
    """One order is served, one fails while it is served, one while it waits."""
    return Trace(
        (
            Span("order 1", "serve", 0.0, 1.0),
            Span("order 2", "serve", 0.0, 0.5, error=reason),
            Span("order 3", "wait", 0.0, 2.0, error="timed out"),
        ),
        title="Trouble",
    )


THEORY = tuple(
    Series(name, [(n, predict(n, 0, 0.2, bakers=t)) for n in range(1, 13)])  # type: ignore[arg-type]
    for name, t in (("Flask, 1 thread", 1), ("Flask, 4 threads", 4), ("Quart", 12))
)


def measured(noise: float) -> tuple[Series, ...]:
    return tuple(
        Series(one.name, tuple((x, y * (1 + noise)) for x, y in one.points[::3]), measured=True)
        for one in THEORY
    )


class Gallery(Mapping[str, Picture]):
    """Pictures by name, each drawn when it is looked at: a test that looks at one is a test of drawing it."""

    def __init__(self, drawn: dict[str, Callable[[], Picture]]) -> None:
        self._drawn = drawn

    def __getitem__(self, name: str) -> Picture:
        return self._drawn[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._drawn)

    def __len__(self) -> int:
        return len(self._drawn)


HOSTILE = "<b onclick='x'>\"&'</b>"
"""What a reader may give as a name, without meaning markup."""

STRANGERS = Gallery(
    {
        "a title": lambda: timeline(Trace(queue(1).spans, HOSTILE)),
        "a lane": lambda: timeline(Trace((Span(HOSTILE, "serve", 0.0, 1.0),))),
        "an error": lambda: timeline(Trace((Span("order 1", "serve", 0.0, 1.0, HOSTILE),))),
        "a part of a stream": lambda: timeline(Trace(queue(1).spans, heard=(Mark("order 1", 0.5, HOSTILE),))),
        "a series": lambda: curve(Series(HOSTILE, ((1, 1.0), (2, 1.0)))),
        "an axis": lambda: curve(Series("Quart", ((1, 1.0), (2, 1.0))), x=HOSTILE, y=HOSTILE),
    }
)


def streams(listeners: int = 3) -> Trace:
    """Three parts half a second apart for each listener; the last listener left after two."""
    lanes = [f"listener {number + 1}" for number in range(listeners)]
    spans = [Span(lane, "serve", 0.0, 1.0, left=lane == lanes[-1]) for lane in lanes]
    texts = ("mixed", "in the oven", "done")
    heard = [
        Mark(lane, 0.001 + 0.5 * n, text)
        for n, text in enumerate(texts)
        for lane in lanes[: 9 if n < 2 else -1]
    ]
    return Trace(tuple(spans), "Quart", bake=0.5, heard=tuple(heard), began=100.0)


NOTES = [Span("washing up", "mix", 100.5, 101.5), Span("a bill", "mix", 99.4, 99.6)]

PICTURES = Gallery(
    {
        "three orders": lambda: timeline(queue(3), queue(3, 3, title="Quart")),
        "300 orders": lambda: timeline(queue(300, 32), queue(300, 300, title="Quart")),
        "simulated": lambda: timeline(simulate(), simulate(waits=False), simulate(bakers=3)),
        "failures": lambda: timeline(broken("500 <b>\"&\x00\n' too")),
        "streams": lambda: timeline(streams()),
        "many streams": lambda: timeline(streams(100)),
        "notes": lambda: timeline(streams(), NOTES),
        "thin rows": lambda: timeline(
            Trace(
                tuple(
                    Span(f"order {n}", "bake", 0.1, 1.0, "late" if n % 9 == 2 else "", left=n % 9 == 4)
                    for n in range(60)
                ),
                "Many",
                heard=tuple(Mark(f"order {n}", 0.5, "mixed") for n in range(5)),
            )
        ),
        "nothing": lambda: timeline(Trace(())),
        "no time at all": lambda: timeline(Trace((Span("order 1", "serve", 0.0, 0.0),))),
        "markup in names": lambda: timeline(
            Trace((Span("<b>&\"'\x07\ud800", "bake", 0.0, 1.0),), title="<script>&")
        ),
        "theory and measurement": lambda: curve(*THEORY, *measured(0.02)),
        "measurement only": lambda: curve(*measured(0.02)),
        "far": lambda: curve(
            Series("Quart", ((1, 1.0), (1000, 1.9))), Series("lab", ((3, 1.1), (900, 2.5)), measured=True)
        ),
        "one point": lambda: curve(Series("<Quart>", ((0, 0.0),)), x="<x>", y="<y>"),
    }
)


def elements(picture: Picture) -> list[Element]:
    return list(ElementTree.fromstring(picture.svg).iter())


def texts(picture: Picture) -> list[str]:
    return [element.text or "" for element in elements(picture) if element.tag == f"{SVG}text"]


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 defines it: 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


LOOKED_AT = Path(__file__).parent / "looked_at"


def stored(name: str) -> Path:
    """Where a picture of this name is stored."""
    return LOOKED_AT / f"{name.replace(' ', '_')}.svg"


STORED = tuple(name for name in PICTURES if name != "300 orders")
"""Not the largest one: it shows nothing that a smaller one does not."""


if __name__ == "__main__":
    for name in STORED:
        stored(name).write_text(PICTURES[name].svg, "utf-8")
