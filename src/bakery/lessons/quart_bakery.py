"""Notebook 04, A Quart bakery: the words that change, what they make possible, and what they do not."""

from collections.abc import Sequence

from bakery.checking import Answer, Lesson
from bakery.trace import Trace

CROWD = 33
"""One visitor more than a loop's own pool of threads has places for."""

ex = Lesson("04_quart_bakery", __file__)


# Predictions


@ex.prediction(
    unit="bake",
    because={3: "That is a baker who stands in front of the oven; `await` lets this one turn round."},
)
def three_orders(trace: Trace) -> float:
    """Three orders, one thread, and handlers that await."""
    return trace.bakes_long


@ex.prediction(
    choices={
        "a": "one thread, in and out by turns",
        "b": "one thread, first every in, then every out",
        "c": "ten threads, first every in, then every out",
    },
    because={"c": "Nobody hired nine more bakers."},
)
def diary(entries: Sequence[tuple[str, int]]) -> str:
    """What ten orders wrote: a word, and the number of the thread."""
    words = [word for word, _ in entries]
    threads = {thread for _, thread in entries}
    if len(threads) > 1:
        return "c"
    return "b" if words == sorted(words) else "a"


@ex.prediction(
    choices={"flask": "Flask", "quart": "Quart", "neither": "neither"},
    because={"quart": "Async makes no single request faster."},
)
def alone(traces: tuple[Trace, Trace]) -> str:
    """One order in each bakery; half a bake is what counts as a difference."""
    flask, quart = (trace.makespan / trace.typical for trace in traces)
    if abs(traces[0].makespan - traces[1].makespan) < traces[0].typical / 2:
        return "neither"
    return "flask" if flask < quart else "quart"


@ex.prediction(
    unit="bake",
    because={1: "`async def` alone does not make a wait one that can be shared."},
)
def stuck_orders(trace: Trace) -> float:
    """Three orders, `async def`, and `time.sleep` in it."""
    return trace.bakes_long


@ex.prediction(
    choices={"flask": "Flask", "quart": "Quart", "same": "both the same"},
    because={"same": "For one order it would be so, but there were six."},
)
def gains(traces: tuple[Trace, Trace]) -> str:
    """Six orders in each bakery with an oven twice as fast: what they take now is what they gained."""
    flask, quart = (trace.makespan for trace in traces)
    if flask > 2 * quart:
        return "flask"
    return "quart" if quart > 2 * flask else "same"


# Exercises


@ex.exercise(
    hints=(
        "The handler does not wait for its tea. What does a call of `asyncio.sleep` give?",
        "It gives a coroutine, and one word before the call runs it and waits for it.",
    )
)
def cold_tea(answer: Answer) -> str:
    """A forgotten `await` in a handler."""
    answer.must_be("quart")
    answer.visit("/tea").says("hot tea").takes(0.5)
    answer.visit("/tea", visitors=3).takes(0.5)
    return "Every tea takes its half second, and three teas take it together."


@ex.exercise(
    hints=(
        "Two orders share what is awaited. Which wait in this cell is not?",
        "Look at the function that the handler calls: it is a plain one, and it sleeps.",
        "Make `fetch` an `async def`, let it `await asyncio.sleep(0.5)`, and await `fetch` in the handler.",
    )
)
def slow_pantry(answer: Answer) -> str:
    """What makes three orders queue although the handler awaits."""
    answer.must_be("quart")
    answer.visit("/cake").says("one plum cake").takes(
        1.0, "one cake should take 1 s as before: first the plums, then the oven, half a second each."
    )
    answer.visit("/cake", visitors=3).says("one plum cake").takes(1.0)
    return "One customer or three: 1 s. A function that waits makes its callers wait, so the `await` goes all the way up."


@ex.exercise(
    hints=(
        "The coffee need not wait for the cake. How did `order` send three requests together?",
        "`await asyncio.gather(bake(), brew_coffee())` gives what both return, in this order.",
    )
)
def breakfast(answer: Answer) -> str:
    """Two waits in one order, which do not need each other."""
    answer.must_be("quart")
    alone = answer.visit("/breakfast").says("cake and coffee")
    alone.expect(
        alone.seconds != 1.5,
        "one breakfast takes 1.5 s: the coffee waits until the cake is done. "
        "An `await` waits to its end before the next line begins; start both first.",
    )
    alone.takes(1.0)
    answer.visit("/breakfast", visitors=3).says("cake and coffee").takes(1.0)
    return (
        "1 s for a cake of 1 s and a coffee of 0.5 s. Threads share waits between orders; "
        "`await` can share them within one order as well."
    )


@ex.exercise(
    hints=(
        "Go line by line, with the comparison above beside you: the import, the app, each handler, each wait.",
        "There are three waits. Two of them are in the oven; the third brings the body of the request.",
        "`request` comes from `quart` now, and `await request.get_json()` gives the dictionary.",
    )
)
def moved(answer: Answer) -> str:
    """A Flask app with two routes, turned into Quart."""
    answer.must_be("quart")
    answer.visit("/pie", visitors=3).says("one pie").takes(2.0)
    wish = answer.visit("/wish", method="POST", json={"kind": "plum"}, visitors=3)
    wish.says("one plum cake").takes(1.0)
    several = answer.visit("/pie", visitors=CROWD)
    several.takes(
        2.0,
        f"three pies take 2 s, but {CROWD} take {several.seconds:g} s. Quart runs a handler without `async` in a thread "
        "of a pool, so there are bakers again, and they are soon all busy.",
    )
    return f"{CROWD} pies in the time of one, and not a word of your routes has changed. You have moved a bakery."
