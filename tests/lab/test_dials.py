"""Dials: a slider and a number that agree, and what is not on them."""

import pytest

from bakery.asking import Call
from bakery.lab.dials import Dial

RUN = Call("await lab.run({})")


def test_the_number_and_the_slider_always_say_the_same() -> None:
    dial = Dial("latency", "oven (s)", 0.5, (0.0, 3.0), 0.05)
    dial.slider.value = 1.0
    assert dial.field.value == 1.0
    dial.field.value = 2.25
    assert (dial.slider.value, dial.value) == (2.25, 2.25)


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (
            501,
            ValueError,
            r"lab.run\(\) needs a whole number of orders from 1 to 500, but got 501.\nDid you mean:  await lab.run\(orders=500\)",
        ),
        (0, ValueError, r"Did you mean:  await lab.run\(orders=1\)"),
        (2.5, TypeError, r"needs a whole number of orders from 1 to 500, but got 2.5"),
        ("ten", TypeError, r"but got 'ten'.\nDid you mean:  await lab.run\(orders=10\)"),
        (True, TypeError, "whole number"),
    ],
)
def test_what_is_not_on_a_dial_is_refused_with_the_corrected_call(
    value: object, error: type[Exception], words: str
) -> None:
    dial = Dial("orders", "orders", 10, (1, 500), 1)
    with pytest.raises(error, match=words):
        dial.turn(value, RUN)
    assert dial.value == 10


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.1])
def test_no_number_of_seconds_is_refused_too(value: float) -> None:
    with pytest.raises(ValueError, match="needs latency in seconds from 0 to 3"):
        Dial("latency", "oven (s)", 0.5, (0.0, 3.0), 0.05).turn(value, RUN)
