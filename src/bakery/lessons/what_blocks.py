"""Notebook 06, What blocks: what stops the loop, what sets it free, and what nobody can share."""

from bakery.checking import Answer, Lesson, expect
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


@ex.prediction(
    unit="bake",
    because={1: "`async def` only allows waits that can be shared. `time.sleep` is none."},
)
def stuck(trace: Trace) -> float:
    """Three orders at a handler that blocks."""
    return trace.bakes_long


@ex.prediction(choices={"a": "at once", "b": "when the cake is out"})
def bystander(trace: Trace) -> str:
    """An innocent order, placed after one that blocks."""
    return "b" if trace.waited > trace.typical / 2 else "a"


@ex.prediction(
    unit="bark",
    because={
        2: "Both cakes bake for as long, but `/free` awaits its bake, and the loop goes on.",
        0: "The dog lives in the same loop. While somebody holds it, its nap cannot end.",
    },
)
def barks(number: int) -> float:
    """A watchdog beside one blocking and one honest handler."""
    return number


@ex.prediction(unit="bake", because={3: "That would be so for `async def`. A plain `def` is another matter."})
def plain_def(trace: Trace) -> float:
    """Three orders at a plain `def` handler that blocks."""
    return trace.bakes_long


@ex.prediction(unit="bake", because={1: "A pool of threads has a size, and here it is four."})
def small_pool(trace: Trace) -> float:
    """Five orders for a pool of four."""
    return trace.bakes_long


@ex.prediction(choices={"a": "Flask", "b": "Quart", "c": "both at the same time"})
def fair(runs: tuple[Trace, Trace]) -> str:
    """Ten blocking orders: Flask with ten threads, Quart with a pool of four."""
    flask, quart = (run.bakes_long for run in runs)
    return "c" if flask == quart else "a" if flask < quart else "b"


@ex.prediction(
    unit="core",
    because={
        4: "That is how threads share waiting. Mixing they cannot share.",
        2: "Two would need two locks.",
    },
)
def mixing(cores: float) -> float:
    """Cores that work at the same time while four threads mix; on a busy machine the process gets less than one."""
    return max(1, round(cores))


@ex.prediction(
    unit="bake", because={1: "Each order has a loop of its own, so there is nobody to share the wait with."}
)
def async_flask(trace: Trace) -> float:
    """Three orders at Flask's own `async def`, one worker."""
    return trace.bakes_long


# Exercises


@ex.exercise(
    hints=(
        "The handler is `async def`, and `bake` knows no `await`. That is the mixture which stops the shop.",
        "`asyncio.to_thread` wants the function, not its result: no brackets after `bake`.",
        "`return await asyncio.to_thread(bake)`. Or make the handler a plain `def`.",
    )
)
def rescued(answer: Answer) -> str:
    """A blocking call in a handler."""
    answer.must_be("quart")
    answer.visit("/cake", visitors=3).says("one cake").takes(BAKE).at_once(3)
    return "Three orders, one bake, and the loop was free all the time."


@ex.exercise(
    hints=(
        "Look for `bake()` with brackets, and ask which kind of function it stands in: `def`, or `async def`?",
        'Measure one: `await order(serve(puzzle), cakes=3, path="/menu", bake=BAKE)`.',
        "There are two of them.",
    )
)
def guilty(answer: Answer) -> None:
    """Routes that block, among others that do not."""
    named = answer.value(list, tuple, set)
    for route in named:
        expect(
            isinstance(route, str) and route in ROUTES,
            f"the puzzle has no route `{route!r:.40}`. It has {', '.join(f'`{known}`' for known in ROUTES)}.",
        )
    for route, says in ROUTES.items():
        expect((route in named) == (route in GUILTY), says)


@ex.exercise(
    hints=(
        "How many threads are there? The text above the cell has the formula.",
        "How many rounds do so many threads need for so many orders? A round that is not full is a round.",
    )
)
def bakes_in_pool(answer: Answer) -> str:
    """The rounds of the default pool."""
    for orders, cores, rounds in ((6, 2, 1), (7, 2, 2), (5, 1, 1), (32, 64, 1), (33, 64, 2), (100, 8, 9)):
        threads = min(32, cores + 4)
        answer.call(orders, cores).gives(
            rounds,
            f"{orders} orders on {cores} core{'s' if cores > 1 else ''} meet {threads} threads, which need "
            f"{rounds} round{'s' if rounds > 1 else ''}.",
        )
    return "A hundred orders on eight cores wait for nine rounds, and nothing in the code shows that number."


@ex.exercise(
    hints=(
        "First `decorate` has to leave the loop: `asyncio.to_thread(decorate)` gives something to await.",
        "Two things to await, neither of which needs the other: start them together.",
        "`await asyncio.gather(…, …)` gives both results, in the order in which you wrote them.",
    )
)
def decorated(answer: Answer) -> str:
    """A blocking call and an awaited wait, side by side."""
    answer.run().gives("one cake with a name on it").takes(max(BAKE, DECORATING)).at_once(2)
    answer.together((), ()).takes(max(BAKE, DECORATING)).at_once(4)
    return "One second in place of one and a half, and two orders take no longer than one."
