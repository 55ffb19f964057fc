"""Notebook 02, Waiting: what a coroutine is, what waits together, and what stops everybody."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from bakery.checking import Answer, Lesson, Run, described, expect
from bakery.checking.mistakes import Wrong
from bakery.checking.run import in_word
from bakery.counting import counted
from bakery.trace import Span, Trace

BAKE = 0.5
"""Seconds in the oven, as the notebook has it."""

IN_THE_BLOCK = " A group waits for its tasks where its block ends, and not before: what is awaited inside the block goes on beside them."
"""What most likely happened to a glaze that was baked with its layers, where there is a group."""

ex = Lesson("02_waiting", __file__)


def spans(run: Run, number: int) -> list[Span]:
    """The result of a run as so many spans, whatever they come in.

    Raises `Wrong`, which only the check sees, where it is something else.
    """
    result = run.result
    expect(result is not None, "it gives back nothing (`None`). Does it `return` its cakes?")
    several = list(result) if isinstance(result, list | tuple | set | frozenset) else []
    sound = len(several) == number and all(isinstance(one, Span) for one in several)
    wanted = f"a list of {counted(number, 'span')} is wanted, one for each cake"
    only_spans = several and all(isinstance(one, Span) for one in several)
    boxed = any(isinstance(one, list | tuple) and not isinstance(one, Span) for one in several)
    if boxed:
        wanted += (
            ", and no list in it: `spans.extend(…)`, or a star, `[*layers, glaze]`, takes out what is in one"
        )
    given = f"{'only ' * (len(several) < number)}{len(several)} of them" if only_spans else described(result)
    run.expect(sound, f"{wanted}; it gives {given}.")
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


def _stood(*_args: object) -> object:
    raise Wrong("it calls `stand_and_bake`, which stands in front of the oven. The task is to use `bake`.")


@contextmanager
def _no_standing(answer: Answer) -> Iterator[None]:
    """Refuse calls of `stand_and_bake`, where its cell was run."""
    with ExitStack() as stack:
        with suppress(Wrong):
            stack.enter_context(answer.instead("stand_and_bake", _stood))
        yield


def _one_bake_each(several: Sequence[Span]) -> None:
    """Expect that nobody has asked `bake` for more bakes than one."""
    for span in several:
        expect(
            abs(span.seconds - BAKE) < 1e-6,
            f"{span.lane} is in the oven for {span.seconds:g} s, and one bake, {BAKE:g} s, is wanted. The second argument of "
            "`bake` is the number of bakes, and it is one where nothing is said.",
        )


@ex.exercise
def one_cake(answer: Answer) -> None:
    """A forgotten `await`."""
    answer.watch("bake")
    with _no_standing(answer):
        run = answer.run()
    got = run.result
    expect(got is not None, "it gives back nothing (`None`). Is there a `return`?")
    expect(isinstance(got, Span), f"the span that `bake` returns is wanted; it gives {described(got)}.")
    expect(got.lane == "cake 1", f"cake 1 is wanted, and it bakes {got.lane}.")
    run.called("bake", 1).takes(BAKE)
    expect(
        abs(got.seconds - BAKE) < 1e-6,
        f"the span that `bake` returns is wanted, {BAKE:g} s long; it gives one of {got.seconds:g} s.",
    )


@ex.exercise
def bake_all(answer: Answer) -> None:
    """A number of waits that is known only when it runs."""
    answer.watch("bake")
    for cakes in ([0, 1, 2], [3, 1, 4, 15, 9, 2, 6], [7], ["plum", "lemon"]):
        number = len(cakes)
        with _no_standing(answer):
            run = answer.run(cakes)
        _must_take_one_by_one(run, cakes)
        several = spans(run, number)
        _must_have_baked(answer, [span.lane for span in several], cakes)
        _one_bake_each(several)
        run.called("bake", number).takes(BAKE).at_once(number)
    _must_wait_for_all(answer)


def _must_take_one_by_one(run: Run, cakes: Sequence[object]) -> None:
    """Expect that the list of all cakes is not taken for one cake."""
    baked = run.result if isinstance(run.result, list | tuple) else []
    expect(
        not any(isinstance(one, Span) and one.lane == f"cake {cakes}" for one in baked),
        f"a single `bake` was given the whole list {cakes}, as if that were a cake. `bake` takes one cake, and is called for each of them. "
        "(A star in the first line of a `def` packs what is given into one more list.)",
    )


def _must_have_baked(answer: Answer, lanes: Sequence[str], cakes: Sequence[object]) -> None:
    """Expect a span for each of these cakes."""
    late = "lambda" in answer.source and len(cakes) > 1 and set(lanes) == {f"cake {cakes[-1]}"}
    why = (
        " A `lambda` looks its names up when it is called, and by then the loop is at its last cake."
        if late
        else ""
    )
    expect(
        sorted(lanes) == sorted(f"cake {cake}" for cake in cakes),
        f"of the cakes {', '.join(map(str, cakes))} it bakes {', '.join(lanes)}.{why}",
    )


def _must_wait_for_all(answer: Answer) -> None:
    """Expect the spans of all cakes, where one of them is longer in the oven."""

    async def uneven(bake: Callable[..., Awaitable[Span]], cake: object, bakes: int = 1) -> Span:
        return await bake(cake, 3 * bakes if cake == "lemon" else bakes)

    with answer.instead("bake", uneven):
        run = answer.run(["plum", "lemon", "nut"])
    count = len(run.result) if isinstance(run.result, list | tuple) else 0
    expect(
        count == 3,
        f"where one of three cakes needs three bakes, it gives {counted(count, 'span')}: it does not wait for all of them.",
    )
    spans(run, 3)
    run.takes(
        3 * BAKE,
        f"where one of three cakes needs three bakes, all of them need three: it took {run.seconds:g} s.",
    )


@ex.exercise
def mended(answer: Answer) -> None:
    """The wait that stops everybody."""
    run = answer.together((1,), (2,), (3,))
    expect(run.result != [None] * 3, "it gives back nothing (`None`). Does it still `return` its span?")
    several = spans(run, 3)
    run.expect(
        run.seconds <= BAKE or run.at_most < 3 or run.queued,
        f"all three are in the oven at once, and for {run.seconds:g} s. One bake is {BAKE:g} s: it should stay there for "
        "`bakes * BAKE`.",
    )
    run.takes(BAKE).at_once(3)
    lanes = [span.lane for span in several]
    expect(lanes == ["cake 1", "cake 2", "cake 3"], f"of the cakes 1, 2 and 3 it gives {', '.join(lanes)}.")
    three = answer.run(4, 3)
    said = f"with `bakes=3` it should stay in the oven for three bakes, {3 * BAKE:g} s, and it took {three.seconds:g} s."
    three.expect(three.seconds <= 3 * BAKE, said)  # its own waits come one after another, as they should
    three.takes(3 * BAKE, said)
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
    with _no_standing(answer):
        run = answer.run()
    several = {span.lane: span for span in spans(run, 3)}
    wanted = {"cake layer one", "cake layer two", "cake glaze"}
    expect(
        set(several) == wanted,
        f"{', '.join(sorted(wanted))} are wanted; it gives {', '.join(sorted(several))}.",
    )
    run.called("bake", 3)
    ready = max(several["cake layer one"].end, several["cake layer two"].end)
    expect(
        several["cake glaze"].start >= ready,
        f"the glaze went into the oven before both layers were out.{IN_THE_BLOCK if 'TaskGroup' in answer.source else ''}",
    )
    _one_bake_each(list(several.values()))
    guessed = (
        f"it waits {in_word(len(run.waits))} times, and three bakes are wanted. A wait beside them most likely guesses when "
        "the layers are out: `await` the layers themselves."
    )
    run.takes(
        2 * BAKE,
        f"it took {run.seconds:g} s, and {2 * BAKE:g} s is wanted, which is two bakes. Layer one does not need layer two, so both bake "
        "at the same time; only the glaze waits for both.",
    ).at_once(2, guessed if len(run.waits) > 3 else "")
    for slow in ("layer one", "layer two"):
        _must_wait_for_both(answer, slow)


def _must_wait_for_both(answer: Answer, slow: str) -> None:
    """Expect that the glaze waits for both layers, where one of them is longer in the oven."""

    async def uneven(bake: Callable[..., Awaitable[Span]], cake: object, bakes: int = 1) -> Span:
        return await bake(cake, 3 * bakes if cake == slow else bakes)

    with answer.instead("bake", uneven):
        run = answer.run()
    several = {span.lane: span for span in spans(run, 3)}
    expect(
        several["cake glaze"].start >= several[f"cake {slow}"].end,
        f"where {slow} needs three bakes, the glaze goes into the oven while {slow} is still in it. "
        "The glaze has to wait for both layers.",
    )
    run.takes(
        4 * BAKE, f"where {slow} needs three bakes, the whole cake needs four: it took {run.seconds:g} s."
    )
