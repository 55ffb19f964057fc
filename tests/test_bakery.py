"""What a learner imports, and how a notebook shows it."""

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
