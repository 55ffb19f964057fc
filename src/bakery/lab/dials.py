"""Dials: a slider and a number field for each, and the call that is corrected where a number is not on it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets  # type: ignore[import-untyped]

from bakery.asking import Call, Range

LOOK = {"description_width": "110px"}
FIELD, SLIDER = widgets.Layout(width="200px"), widgets.Layout(width="220px")


class Dial:
    """A slider and a number field that always say the same; the field carries the name, and takes any number.

    `ends` are the least and the most. A slider tells a screen reader one decimal, so its steps are halves or whole
    numbers. A dial of milliseconds still has its value, as everything here, in seconds.
    """

    def __init__(
        self,
        name: str,
        label: str,
        value: float,
        ends: tuple[float, float],
        step: float,
        hint: str = "",
        *,
        milli: bool = False,
    ) -> None:
        self.name, self.ends = name, ends
        self._parts = 1000 if milli else 1
        kind = int if isinstance(step, int) else float
        self._whole = kind is int and not milli
        least, most = ends
        limits: dict[str, Any] = {"step": step, "tooltip": hint}
        for limit, number in (("min", least), ("max", most), ("value", value)):
            limits[limit] = kind(number * self._parts)
        field = widgets.BoundedIntText if kind is int else widgets.BoundedFloatText
        slider = widgets.IntSlider if kind is int else widgets.FloatSlider
        self.field = field(**limits, description=label, style=LOOK, layout=FIELD)
        self.slider = slider(**limits, readout=False, layout=SLIDER)
        self._pair = widgets.link((self.slider, "value"), (self.field, "value"))
        self.row = widgets.HBox([self.field, self.slider])

    @property
    def value(self) -> Any:  # noqa: ANN401  # an int or a float, as the dial has it
        """What the dial says."""
        return self._read(self.slider.value)

    def turn(self, value: Any, call: Call) -> None:  # noqa: ANN401  # whatever a reader writes
        """Set it. Raises `TypeError` or `ValueError`, with the corrected `call`, for what is not on the dial."""
        least, most = (int(end) if end == int(end) else end for end in self.ends)
        allowed = Range(least, most)
        if self._whole:
            call.whole(self.name, value, f"a whole number of {self.name}", allowed, usual=self.value)
        else:
            call.number(self.name, value, f"{self.name} in seconds", allowed, usual=self.value)
        self.slider.value = round(value * self._parts) if self._parts > 1 else value

    def watch(self, call: Callable[[Any], object]) -> None:
        """Call with the new value whenever it is turned; the field beside the slider follows after that."""
        # The browser hears of changes in this order, and it is the picture that a reader looks at.
        self._pair.unlink()
        self.slider.observe(lambda change: call(self._read(change["new"])), "value")
        self._pair.link()

    def _read(self, shown: float) -> float:
        return shown / self._parts if self._parts > 1 else shown


def turn(dials: Sequence[Dial], given: Mapping[str, Any], call: Call) -> None:
    """Turn all dials that a value is given for, or none if one cannot be: see `Dial.turn`."""
    before = [(dial, dial.slider.value) for dial in dials]
    try:
        for dial in dials:
            if given.get(dial.name) is not None:
                dial.turn(given[dial.name], call)
    except (TypeError, ValueError):
        for dial, value in before:
            dial.slider.value = value
        raise


def panel(dials: Sequence[Dial]) -> widgets.Box:
    """The dials beside one another, as many as there is room for."""
    return widgets.Box([dial.row for dial in dials], layout=widgets.Layout(flex_flow="row wrap"))


def named(dials: Sequence[Dial]) -> str:
    """The dials and what they say, in words."""
    return ", ".join(f"{dial.name} {dial.value:g}" for dial in dials)
