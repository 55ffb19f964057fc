"""Notebook 02, Waiting: what a coroutine is, what waits together, and what stops everybody."""

import inspect

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


@ex.prediction(
    unit="bake",
    because={1: "That would need three cakes in the oven together; one call never waits beside another."},
)
def standing(trace: Trace) -> float:
    """Plain calls, one after the other."""
    return trace.bakes_long


@ex.prediction(choices={"a": "a Span, after one bake", "b": "nothing at all", "c": "something else, at once"})
def calling(came_back: object) -> str:
    """A coroutine function that is called."""
    return "c" if inspect.iscoroutine(came_back) else "b" if came_back is None else "a"


@ex.prediction(
    unit="bake", because={1: "`async def` does not start anything side by side, and neither does `await`."}
)
def in_a_row(trace: Trace) -> float:
    """Three awaits, one after the other."""
    return trace.bakes_long


@ex.prediction(
    unit="bake",
    because={3: "There are three awaits, but all three cakes were started before the first of them."},
)
def under_way(trace: Trace) -> float:
    """Three tasks, then three awaits."""
    return trace.bakes_long


@ex.prediction(choices={"a": "yes, it bakes them all", "b": "no, there will be an error"})
def in_a_list(error: object) -> str:
    """A list handed to `gather`."""
    return "b" if isinstance(error, TypeError) else "a"


@ex.prediction(
    unit="bake", because={1: "`async def` and `gather` alone do not make a wait one that can be shared."}
)
def stubborn(trace: Trace) -> float:
    """Three coroutines with `time.sleep` in them, gathered."""
    return trace.bakes_long


@ex.prediction(choices={"a": "bake a cake", "b": "raise an error"})
def in_a_cell(error: object) -> str:
    """`asyncio.run` in a notebook."""
    return "b" if isinstance(error, RuntimeError) else "a"


@ex.prediction(choices={"small": "the small cake", "big": "the big cake"})
def out_first(printed: str) -> str:
    """Which of two cakes is out first, where each runs a loop inside the loop."""
    return "big" if printed.startswith("big") else "small"


# Exercises


@ex.exercise(
    hints=(
        "`bake(1)` gives a recipe card, and nobody bakes it.",
        "One word between `return` and `bake(1)` has it baked.",
    )
)
def one_cake(answer: Answer) -> str:
    """A forgotten `await`."""
    run = answer.run()
    expect(isinstance(run.result, Span), "it should give the span that `bake` returns. Is there a `return`?")
    run.takes(BAKE)
    return f"It waited {run.seconds:g} s and handed over a span. `await` is what runs a coroutine."


@ex.exercise(
    hints=(
        "Start all of them before you wait for any of them.",
        "`asyncio.gather` takes cakes one by one, and a star opens a list: `gather(*several)`.",
        "Two steps: `several = [bake(cake) for cake in cakes]`, then `return await asyncio.gather(*several)`.",
    )
)
def bake_all(answer: Answer) -> str:
    """A number of waits that is known only when it runs."""
    for number in (3, 7):
        run = answer.run(list(range(number)))
        lanes = [span.lane for span in spans(run.result, number)]
        expect(
            lanes == [f"cake {cake}" for cake in range(number)], f"the cakes came back as {', '.join(lanes)}."
        )
        run.takes(BAKE).at_once(number)
    return "Seven cakes took as long as three, and as long as one: the list may grow, the wait stays."


@ex.exercise(
    hints=(
        "Which line keeps the whole thread?",
        "`asyncio.sleep` waits and lets the others go on. It gives a coroutine, so it needs an `await`.",
    )
)
def mended(answer: Answer) -> str:
    """The wait that stops everybody."""
    run = answer.together((1,), (2,), (3,))
    spans(run.result, 3)
    run.takes(BAKE).at_once(3)
    answer.run(1, 3).takes(3 * BAKE, "with `bakes=3` it should stay in the oven for three bakes.")
    return "One line was changed, and three cakes take the time of one. The wait itself has to be awaited."


@ex.exercise(
    hints=(
        "Which two bakes do not need each other? Those wait together.",
        "The glaze needs the layers: its bake begins after the `await` of theirs.",
        '`layers = await asyncio.gather(…)`, then `glaze = await bake("glaze")`.',
    )
)
def layer_cake(answer: Answer) -> str:
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
    return "Two bakes in place of three. What needs nothing of each other waits together; the rest waits its turn."
