"""What a learner imports, and how a notebook shows it."""

import subprocess
import sys
from types import FunctionType

import pytest
from IPython.core.formatters import DisplayFormatter

import bakery
from bakery import Trace, simulate, timeline


class Shell:
    """As much of an IPython shell as showing needs."""

    display_formatter = DisplayFormatter()


def shown(trace: Trace) -> dict[str, str]:
    shell = Shell()
    bakery._show_traces(shell)
    forms: dict[str, str] = shell.display_formatter.format(trace)[0]  # type: ignore[no-untyped-call]
    return forms


def test_every_name_a_learner_is_promised_is_there_and_documented() -> None:
    assert bakery.__all__ == sorted(bakery.__all__)
    for name in bakery.__all__:
        assert getattr(bakery, name).__doc__, name


def test_a_notebook_draws_a_trace_and_keeps_its_words() -> None:
    trace = simulate(cakes=3)
    picture = timeline(trace)
    assert shown(trace) == {
        "text/html": picture.html,
        "image/svg+xml": picture.svg,
        "text/plain": repr(trace),
    }


def test_an_empty_trace_is_shown_too() -> None:
    forms = shown(Trace(()))
    assert forms["text/plain"] == "no orders"
    assert "<svg" in forms["image/svg+xml"]


def test_widgets_are_imported_only_when_they_are_asked_for() -> None:
    """They take half a second, and most notebooks show none of them at first."""
    code = "import sys, bakery; print('ipywidgets' in sys.modules); bakery.RaceLab; print('ipywidgets' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.split() == ["False", "True"]


def test_the_function_timeline_survives_the_import_of_every_room() -> None:
    assert all(getattr(bakery, name) for name in bakery.__all__)
    assert isinstance(bakery.timeline, FunctionType)


def test_a_name_that_is_not_there_is_missed_in_the_usual_words() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'racelab'"):
        bakery.racelab  # noqa: B018
