"""What is printed on a stage goes to that stage; everybody else prints as ever."""

import io
from typing import Any

import pytest

from bakery.checking.virtual.output import Output
from bakery.checking.virtual.stage import Stage


class Real(io.StringIO):
    """A stream that counts how often it is flushed."""

    encoding = "utf-8"

    def __init__(self) -> None:
        super().__init__()
        self.flushed = 0

    def flush(self) -> None:
        self.flushed += 1


def output(on: "Stage[None] | None", *, kept: bool = True) -> tuple[Real, Any]:
    real = Real()
    return real, Output(real, lambda: on, kept=kept)


def test_whoever_is_not_on_stage_prints_as_ever() -> None:
    real, out = output(None)
    print("cake", file=out, flush=True)
    assert (real.getvalue(), real.flushed) == ("cake\n", 1)
    assert out.write("three") == 5


def test_what_is_printed_on_stage_is_kept_there_and_nowhere_else() -> None:
    on: Stage[None] = Stage()
    real, out = output(on)
    print("cake", file=out, flush=True)
    assert (on.printed, real.getvalue(), real.flushed) == ("cake\n", "", 0)
    assert out.write("three") == 5


def test_what_is_not_to_be_kept_is_dropped_on_stage_and_counted_all_the_same() -> None:
    on: Stage[None] = Stage()
    real, out = output(on, kept=False)
    assert out.write("three") == 5
    assert (on.printed, real.getvalue()) == ("", "")


def test_the_stage_is_asked_at_each_write() -> None:
    on: Stage[None] = Stage()
    real, who = Real(), [None, on, None]
    out = Output(real, lambda: who.pop(0), kept=True)
    for text in ("a", "b", "c"):
        out.write(text)
    assert (real.getvalue(), on.printed) == ("ac", "b")


def test_whatever_else_is_asked_of_it_is_the_real_streams() -> None:
    real, out = output(Stage())
    assert out.encoding == "utf-8"
    assert out.isatty() is real.isatty()
    with pytest.raises(AttributeError):
        out.cakes  # noqa: B018
