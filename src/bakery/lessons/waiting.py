"""Notebook 02, Waiting: what a coroutine is, what waits together, and what stops everybody."""

import asyncio
import inspect
from collections.abc import Sequence

from bakery.checking import Answer, Lesson, expect
from bakery.trace import Span, Trace

BAKE = 0.5
"""Seconds in the oven, as the notebook has it."""

ex = Lesson("02_waiting", __file__)


def spans(result: object, number: int) -> list[Span]:
    """The result as so many spans.

    Raises `Wrong`, which only the check sees, where it is something else.
    """
    expect(result is not None, "it gives back nothing (`None`). Does it `return` its cakes?")
    several = list(result) if isinstance(result, list | tuple) else []
    sound = len(several) == number and all(isinstance(one, Span) for one in several)
    expect(sound, f"a list of {number} spans is wanted, one for each cake; it gives `{result!r:.80}`.")
    return several


# Predictions


@ex.prediction
def calling(came_back: object) -> str:
    """A coroutine function that is called."""
    return "c" if inspect.iscoroutine(came_back) else "b" if came_back is None else "a"


@ex.prediction
def in_a_list(error: object) -> str:
    """A list handed to `gather`."""
    return "b" if isinstance(error, TypeError) else "a"


@ex.prediction
def burnt(cakes: Sequence["asyncio.Task[Span]"]) -> str:
    """Two cakes beside one that burns, the first with `gather` and the second in a task group: which is done?"""
    gathered, grouped = (not cake.cancelled() for cake in cakes)
    return ("both" if grouped else "gather") if gathered else ("group" if grouped else "neither")


@ex.prediction
def stubborn(trace: Trace) -> int:
    """How many bakes the first cake takes, beside one that stops everybody."""
    return int(trace.stays[0] / BAKE + 0.2)


@ex.prediction
def out_first(printed: str) -> str:
    """Which of two cakes is out first, where each runs a loop inside the loop."""
    return "big" if printed.startswith("big") else "small"


# Exercises


@ex.exercise
def one_cake(answer: Answer) -> None:
    """A forgotten `await`."""
    run = answer.run()
    expect(isinstance(run.result, Span), "it should give the span that `bake` returns. Is there a `return`?")
    run.takes(BAKE)


@ex.exercise
def bake_all(answer: Answer) -> None:
    """A number of waits that is known only when it runs."""
    for number in (3, 7):
        run = answer.run(list(range(number)))
        lanes = [span.lane for span in spans(run.result, number)]
        expect(
            lanes == [f"cake {cake}" for cake in range(number)], f"the cakes came back as {', '.join(lanes)}."
        )
        run.takes(BAKE).at_once(number)


@ex.exercise
def mended(answer: Answer) -> None:
    """The wait that stops everybody."""
    run = answer.together((1,), (2,), (3,))
    spans(run.result, 3)
    run.takes(BAKE).at_once(3)
    answer.run(1, 3).takes(3 * BAKE, "with `bakes=3` it should stay in the oven for three bakes.")


@ex.exercise
def layer_cake(answer: Answer) -> None:
    """What may overlap and what may not."""
    run = answer.run()
    several = {span.lane: span for span in spans(run.result, 3)}
    wanted = {"cake layer one", "cake layer two", "cake glaze"}
    expect(
        set(several) == wanted,
        f"{', '.join(sorted(wanted))} are wanted; it gives {', '.join(sorted(several))}.",
    )
    ready = max(several["cake layer one"].end, several["cake layer two"].end)
    expect(several["cake glaze"].start >= ready, "the glaze went into the oven before both layers were out.")
    run.takes(2 * BAKE).at_once(2)
