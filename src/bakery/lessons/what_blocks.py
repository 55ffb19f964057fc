"""Notebook 06, What blocks: what stops the loop, what sets it free, and what nobody can share."""

import time
from inspect import iscoroutinefunction

from bakery.checking import Answer, Lesson, expect
from bakery.lessons._choices import must_not_be_the_others
from bakery.trace import Trace

BAKE = 0.5
"""Seconds in the oven, as the notebook has it."""

DECORATING = 1.0
"""Seconds that `decorate` takes, as the exercise has it."""

ROUTES = {
    "/photo": "`/photo` is a plain `def`: Quart runs it in a thread, and only the thread waits.",
    "/menu": "`/menu` calls `bake`, but in a thread, and awaits the thread.",
    "/tea": "`/tea` awaits `asyncio.sleep`: that wait is shared.",
    "/invoice": "one is missing: an `async def` that calls `bake` itself.",
    "/ledger": "one is missing: follow the `await` in `/ledger`. Does anything below it ever wait?",
}
"""The routes of the puzzle, each with what to say to somebody who is wrong about it."""

GUILTY = {"/invoice", "/ledger"}

ex = Lesson("06_what_blocks", __file__)


# Predictions


@ex.prediction
def bystander(trace: Trace) -> str:
    """An innocent order, placed after one that blocks."""
    return "b" if trace.waited > trace.typical / 2 else "a"


@ex.prediction
def fair(runs: tuple[Trace, Trace]) -> str:
    """Ten blocking orders: Flask with ten threads, Quart with a pool of four."""
    flask, quart = (run.bakes_long for run in runs)
    return "c" if flask == quart else "a" if flask < quart else "b"


@ex.prediction
def mixing(cores: float) -> float:
    """Cores that work at the same time while four threads mix; on a busy machine the process gets less than one."""
    return max(1, round(cores))


@ex.prediction
def async_flask(runs: tuple[Trace, Trace]) -> str:
    """Flask's own `async def` with one worker: three orders for a cake each, and one that gathers five bakes."""
    three, box = (run.bakes_long == 1 for run in runs)
    return {(True, False): "a", (False, True): "b", (True, True): "c", (False, False): "d"}[three, box]


# Exercises


@ex.exercise
def rescued(answer: Answer) -> None:
    """A blocking call in a handler."""
    answer.must_be("quart").watch("bake", theirs=True)
    answer.visit("/cake").gets("one cake").called("bake").takes(BAKE).called("bake", 1)
    answer.visit("/cake", visitors=3).gets("one cake").takes(BAKE).called("bake", 3)
    theirs, says = answer.named("bake"), "`bake` is somebody else's, a plain function: leave it as it was."
    expect(not iscoroutinefunction(theirs.given), says)
    theirs.call().gives("one cake", says).takes(BAKE, says)


@ex.exercise
def guilty(answer: Answer) -> None:
    """Routes that block, among others that do not."""
    named = {_path(one) for one in answer.value(list, tuple, set, frozenset)}
    for route in sorted(named, key=str):
        expect(
            route in ROUTES,
            f"the puzzle has no route `{route!r:.40}`. It has {', '.join(f'`{known}`' for known in ROUTES)}.",
        )
    must_not_be_the_others(named, GUILTY, ROUTES, "that stop nobody, and are held up by the others")
    for route, says in ROUTES.items():
        expect((route in named) == (route in GUILTY), says)


def _path(one: object) -> object:
    """The path of a route, however it is named: by the path, without its slash, by its function."""
    name = getattr(one, "__name__", one)
    return f"/{name.strip().strip('/')}" if isinstance(name, str) else one


@ex.exercise
def decorated(answer: Answer) -> None:
    """A blocking call and an awaited wait, side by side."""
    answer.watch("decorate", theirs=True)
    says = "`decorate` is somebody else's work, a plain function that takes a second: leave it as it was."
    run = answer.run().gives("one cake with a name on it")
    run.called(
        "decorate", says="`decorate` was never called. Its words and its second of work are somebody else's."
    )
    run.called("decorate", 1)
    theirs = answer.named("decorate")
    expect(not iscoroutinefunction(theirs.given), says)
    theirs.call().gives("with a name on it", says).takes(DECORATING, says)
    run.takes(max(BAKE, DECORATING))
    expect(
        len(run.waits) > 1,
        f"while `decorate` works, nothing else is waited for: the cake is not baked, and its {BAKE:g} s are missing. "
        f"{run.not_awaited}".rstrip(),
    )
    run.at_once(2)
    answer.together((), ()).takes(max(BAKE, DECORATING)).at_once(4)
    for seconds in (0.1, 3.0):
        _must_wait_for_both(answer, seconds)


def _must_wait_for_both(answer: Answer, seconds: float) -> None:
    """Expect that it waits for the bake and for the decorating, whichever takes longer, and serves what it is given."""

    def other(_theirs: object) -> str:
        time.sleep(seconds)
        return "with a heart on it"

    with answer.instead("decorate", other):
        run = answer.run()
    run.takes(
        max(BAKE, seconds),
        f"where `decorate` takes {seconds:g} s and the bake {BAKE:g} s, it is done after {run.seconds:g} s. It has to wait for both.",
    )
    run.gives(
        "one cake with a heart on it",
        f"`decorate` gave “with a heart on it”, and the customer gets “{run.result}”. Use what it gives.",
    )
