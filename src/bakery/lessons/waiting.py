"""Notebook 02, Waiting: what a coroutine is, what waits together, and what stops everybody."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from bakery.checking import Answer, Lesson, described, expect
from bakery.checking.mistakes import Wrong
from bakery.counting import counted
from bakery.trace import Span, Trace

BAKE = 0.5
"""Seconds in the oven, as the notebook has it."""

ex = Lesson("02_waiting", __file__)


def spans(result: object, number: int) -> list[Span]:
    """The result as so many spans, whatever they come in.

    Raises `Wrong`, which only the check sees, where it is something else.
    """
    expect(result is not None, "it gives back nothing (`None`). Does it `return` its cakes?")
    several = list(result) if isinstance(result, list | tuple | set | frozenset) else []
    sound = len(several) == number and all(isinstance(one, Span) for one in several)
    wanted = f"a list of {counted(number, 'span')} is wanted, one for each cake"
    only_spans = several and all(isinstance(one, Span) for one in several)
    given = f"only {len(several)} of them" if only_spans and len(several) < number else described(result)
    expect(sound, f"{wanted}; it gives {given}.")
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


STOOD = object()
"""What the plain function gives in a check that wants the coroutine function."""


@contextmanager
def _no_standing(answer: Answer) -> Iterator[None]:
    """Let `stand_and_bake` give `STOOD` at once, where its cell was run."""
    with ExitStack() as stack:
        with suppress(Wrong):
            stack.enter_context(answer.instead("stand_and_bake", lambda *_: STOOD))
        yield


@ex.exercise
def one_cake(answer: Answer) -> None:
    """A forgotten `await`."""
    answer.watch("bake")
    with _no_standing(answer):
        run = answer.run()
    got = run.result
    expect(
        got is not STOOD,
        "it calls `stand_and_bake`, which stands in front of the oven and holds everybody up. The task is to use `bake`.",
    )
    expect(got is not None, "it gives back nothing (`None`). Is there a `return`?")
    expect(isinstance(got, Span), f"the span that `bake` returns is wanted; it gives {described(got)}.")
    expect(got.lane == "cake 1", f"cake 1 is wanted, and it bakes {got.lane}.")
    run.called("bake", 1).takes(BAKE)


@ex.exercise
def bake_all(answer: Answer) -> None:
    """A number of waits that is known only when it runs."""
    answer.watch("bake")
    for cakes in ([0, 1, 2], [3, 1, 4, 15, 9, 2, 6], [7], ["plum", "lemon"]):
        number = len(cakes)
        run = answer.run(cakes)
        lanes = [span.lane for span in spans(run.result, number)]
        expect(
            sorted(lanes) == sorted(f"cake {cake}" for cake in cakes),
            f"of the cakes {', '.join(map(str, cakes))} it bakes {', '.join(lanes)}.",
        )
        run.called("bake", number).takes(BAKE).at_once(number)


@ex.exercise
def mended(answer: Answer) -> None:
    """The wait that stops everybody."""
    run = answer.together((1,), (2,), (3,))
    expect(run.result != [None] * 3, "it gives back nothing (`None`). Does it still `return` its span?")
    several = spans(run.result, 3)
    run.takes(BAKE).at_once(3)
    lanes = [span.lane for span in several]
    expect(lanes == ["cake 1", "cake 2", "cake 3"], f"of the cakes 1, 2 and 3 it gives {', '.join(lanes)}.")
    three = answer.run(4, 3)
    three.takes(
        3 * BAKE,
        f"with `bakes=3` it should stay in the oven for three bakes, {3 * BAKE:g} s, and it took {three.seconds:g} s.",
    )
    one = answer.run(5, 2).takes(2 * BAKE, "with `bakes=2` it should stay in the oven for two bakes.").result
    expect(isinstance(one, Span), f"the span of the cake is wanted; it gives {described(one)}.")
    expect(
        abs(one.seconds - 2 * BAKE) < 1e-6,
        f"the span should be as long as the wait, {2 * BAKE:g} s, and it is {one.seconds:g} s long.",
    )


@ex.exercise
def layer_cake(answer: Answer) -> None:
    """What may overlap and what may not."""
    answer.watch("bake")
    run = answer.run()
    several = {span.lane: span for span in spans(run.result, 3)}
    wanted = {"cake layer one", "cake layer two", "cake glaze"}
    expect(
        set(several) == wanted,
        f"{', '.join(sorted(wanted))} are wanted; it gives {', '.join(sorted(several))}.",
    )
    run.called("bake", 3)
    ready = max(several["cake layer one"].end, several["cake layer two"].end)
    expect(several["cake glaze"].start >= ready, "the glaze went into the oven before both layers were out.")
    run.takes(2 * BAKE).at_once(2)
    for slow in ("layer one", "layer two"):
        _must_wait_for_both(answer, slow)


def _must_wait_for_both(answer: Answer, slow: str) -> None:
    """Expect that the glaze waits for both layers, where one of them is longer in the oven."""

    async def uneven(bake: Callable[..., Awaitable[Span]], cake: object, bakes: int = 1) -> Span:
        return await bake(cake, 3 * bakes if cake == slow else bakes)

    with answer.instead("bake", uneven):
        run = answer.run()
    several = {span.lane: span for span in spans(run.result, 3)}
    expect(
        several["cake glaze"].start >= several[f"cake {slow}"].end,
        f"where {slow} needs three bakes, the glaze goes into the oven while {slow} is still in it. "
        "The glaze has to wait for both layers.",
    )
    run.takes(
        4 * BAKE, f"where {slow} needs three bakes, the whole cake needs four: it took {run.seconds:g} s."
    )
