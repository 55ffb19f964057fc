"""What a learner imports, and how a notebook shows it."""

import bakery
from IPython.core.interactiveshell import InteractiveShell

from bakery import Trace, simulate, timeline


def test_every_name_a_learner_is_promised_is_there_and_documented() -> None:
    assert bakery.__all__ == sorted(bakery.__all__)
    for name in bakery.__all__:
        assert getattr(bakery, name).__doc__, name


def test_a_notebook_draws_a_trace_and_keeps_its_words() -> None:
    shell = InteractiveShell()
    bakery._show_traces(shell)
    trace = simulate(cakes=3)
    shown, _ = shell.display_formatter.format(trace)
    picture = timeline(trace)
    assert shown == {"text/html": picture.html, "image/svg+xml": picture.svg, "text/plain": repr(trace)}


def test_an_empty_trace_is_shown_too() -> None:
    shell = InteractiveShell()
    bakery._show_traces(shell)
    shown, _ = shell.display_formatter.format(Trace(()))
    assert shown["text/plain"] == "no orders"
    assert "<svg" in shown["image/svg+xml"]
