"""Asking whether an argument can be: one dialect for every room, and the corrected call at the end of each answer.

    order() needs a whole number of cakes from 1 to 5,000, but got 2.5.
    Did you mean:  await order(shop, cakes=2)

It imports nothing of ours, so that every room may ask here.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isnan
from numbers import Real
from operator import index
from typing import SupportsIndex


def refusal(kind: type[Exception], what: str, repair: str) -> Exception:
    """The error to raise: what cannot be, a full stop, and the corrected call on a line of its own.

    For example `raise refusal(TypeError, "timeline() draws traces, but got None", "timeline(trace)")`.
    """
    return kind(f"{what}.\nDid you mean:  {repair}")


@dataclass(frozen=True)
class Range:
    """The numbers that can be: from `least` to `most`, without `least` itself where they are to be `above` it."""

    least: float = 0
    most: float = inf
    above: bool = False

    def __contains__(self, number: float) -> bool:
        # Written so that "not a number" and what has no end are refused, too.
        return (
            self.least <= number <= self.most and number < inf and not (self.above and number == self.least)
        )

    def __str__(self) -> str:
        least = f"{self.least:,}"
        if self.above:
            return f", more than {least}" + ("" if self.most == inf else f" and at most {self.most:,}")
        return f", {least} or more" if self.most == inf else f" from {least} to {self.most:,}"

    def nearest(self, given: object, usual: float) -> float:
        """The number that was probably meant: 2 for "2", 3 for -3; `usual` where nothing tells."""
        number = _as_number(given)
        if isnan(number) or isinstance(given, bool):
            return usual
        wanted = next((near for near in (number, -number) if near in self), None)
        if wanted is not None:
            return wanted
        if number > self.most:
            return self.most
        return usual if self.above or number == inf else self.least


@dataclass(frozen=True)
class Call:
    """A call as the reader writes it, with `{}` where an argument goes: `Call("await order(shop, {})")`.

    Every method hands the argument back if it can be, and raises `TypeError` for the wrong kind of thing and
    `ValueError` for the wrong one of its kind, both with the corrected call.
    """

    pattern: str

    @property
    def verb(self) -> str:
        """What is called, with empty brackets: "order()"."""
        return f"{self.name}()"

    @property
    def name(self) -> str:
        """What is called: "order"."""
        return self.pattern.partition("(")[0].removeprefix("await ")

    def corrected(self, name: str, value: object) -> str:
        """The call with this argument."""
        return self.pattern.format(f"{name}={value}")

    def whole(
        self, name: str, given: SupportsIndex, what: str, allowed: Range, *, usual: int, why: str = ""
    ) -> int:
        """A whole number; `what` as in "a whole number of cakes", `why` is the reason for an upper end."""
        number = None if isinstance(given, bool) or not isinstance(given, SupportsIndex) else index(given)
        if number is not None and number in allowed:
            return number
        near = int(allowed.nearest(given, usual))
        reason = f": {why}" if why and number is not None and number > allowed.most else ""
        got = repr(given) if number is None else f"{number:,}"
        raise self._refused(name, number is not None, f"{what}{allowed}, but got {got}{reason}", near)

    def number(self, name: str, given: float, what: str, allowed: Range, *, usual: float) -> float:
        """A number; `what` with its unit, as in "a time limit in seconds"."""
        right_kind = isinstance(given, Real) and not isinstance(given, bool)
        number = _as_number(given)
        if right_kind and number in allowed:
            return number
        near = f"{allowed.nearest(given, usual):g}"
        got = f"{number:g}" if right_kind else repr(given)
        raise self._refused(name, right_kind, f"{what}{allowed}, but got {got}", near)

    def flag(self, name: str, given: bool, what: str) -> bool:
        """True or False, and nothing that stands for it; `what` says what the two mean."""
        if not isinstance(given, bool):
            raise self._refused(name, False, f"{what}: True or False, but got {given!r}", bool(given))
        return given

    def text(self, name: str, given: str, what: str, *, usual: str) -> str:
        """A text that is not empty."""
        if not isinstance(given, str) or not given:
            raise self._refused(name, isinstance(given, str), f"{what}, but got {given!r}", f'"{usual}"')
        return given

    def _refused(self, name: str, right_kind: bool, what: str, value: object) -> Exception:
        kind = ValueError if right_kind else TypeError
        return refusal(kind, f"{self.verb} needs {what}", self.corrected(name, value))


def kind_of(thing: object) -> str:
    """A thing named after its type: "a Flask app", "an int", "the class Flask", "None"."""
    if thing is None:
        return "None"
    if isinstance(thing, type):
        return f"the class {thing.__name__}"
    name = type(thing).__name__
    return a(f"{name} app" if hasattr(thing, "wsgi_app") or hasattr(thing, "asgi_app") else name)


def a(noun: str) -> str:
    """A noun with its article: "a cake", "an order"."""
    return f"{'an' if noun[:1].lower() in tuple('aeiou') else 'a'} {noun}"


def takes(function: Callable[..., object], arguments: int) -> bool:
    """Whether a function can be called with so many arguments in a row."""
    try:
        inspect.signature(function).bind(*range(arguments))
    except (TypeError, ValueError):
        return False
    return True


def _as_number(given: object) -> float:
    """A number, also one that was written as a text; "not a number" for everything else."""
    try:
        return float(given)  # type: ignore[arg-type]  # whatever it is: that is the question
    except OverflowError:  # a whole number too large for any float
        return inf
    except (TypeError, ValueError):
        return float("nan")
