"""Dials: a slider and a number field for each, and the call that is corrected where a number is not on it."""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

import ipywidgets as widgets  # type: ignore[import-untyped]


class Dial:
    """A slider and a number field that always say the same; the field carries the name, and takes any number.

    A slider tells a screen reader one decimal, so its steps are halves or whole numbers. A dial of milliseconds
    still has its value, as everything here, in seconds.
    """

    def __init__(
        self,
        name: str,
        label: str,
        value: float,
        least: float,
        most: float,
        step: float,
        hint: str = "",
        *,
        milli: bool = False,
    ) -> None:
        self.name, self.least, self.most = name, least, most
        self._parts = 1000 if milli else 1
        self.whole = isinstance(step, int) and not milli
        look = {"description_width": "110px"}
        kind = int if isinstance(step, int) else float
        limits: dict[str, Any] = {
            name: kind(number * self._parts)
            for name, number in (("min", least), ("max", most), ("value", value))
        }
        limits |= {"step": step, "tooltip": hint}
        field = widgets.BoundedIntText if kind is int else widgets.BoundedFloatText
        slider = widgets.IntSlider if kind is int else widgets.FloatSlider
        self.field = field(**limits, description=label, style=look, layout=widgets.Layout(width="200px"))
        self.slider = slider(**limits, readout=False, layout=widgets.Layout(width="220px"))
        self._pair = widgets.link((self.slider, "value"), (self.field, "value"))
        self.row = widgets.HBox([self.field, self.slider])

    @property
    def value(self) -> Any:  # noqa: ANN401  # an int or a float, as the dial has it
        """What the dial says."""
        return self._read(self.slider.value)

    def turn(self, value: object, call: str = "await lab.run") -> None:
        """Set it, as asked by a `call`. Raises `TypeError` or `ValueError`, with the corrected call, for what is not on the dial."""
        kind = int if self.whole else (int, float)
        least, most = f"{self.least:g}", f"{self.most:g}"
        if isinstance(value, bool) or not isinstance(value, kind):
            what = "whole number" if self.whole else "number"
            raise TypeError(
                f"{self.name} is a {what} from {least} to {most}, but got {value!r}.\n"
                f"Did you mean:  {call}({self.name}={self.value:g})"
            )
        if not (isfinite(value) and self.least <= value <= self.most):
            nearest = self.most if value > self.most else self.least
            raise ValueError(
                f"{self.name} goes from {least} to {most}, but got {value!r}.\n"
                f"Did you mean:  {call}({self.name}={nearest:g})"
            )
        self.slider.value = round(value * self._parts) if self._parts > 1 else value

    def watch(self, call: Callable[[Any], object]) -> None:
        """Call with the new value whenever it is turned; the field beside the slider follows after that."""
        # The browser hears of changes in this order, and it is the picture that a reader looks at.
        self._pair.unlink()
        self.slider.observe(lambda change: call(self._read(change["new"])), "value")
        self._pair.link()

    def _read(self, shown: float) -> float:
        return shown / self._parts if self._parts > 1 else shown


def turn(dials: Sequence[Dial], given: Mapping[str, Any], call: str = "await lab.run") -> None:
    """Turn all dials that a value is given for, or none if one cannot be."""
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
