"""Notebook 04, A Quart bakery: the words that change, what they make possible, and what they do not."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bakery.checking import Answer, Lesson, Served, expect
from bakery.checking.differences import IN_A_THREAD
from bakery.checking.overlaps import made_when_asked
from bakery.trace import Trace

CROWD = 33
"""One visitor more than a loop's own pool of threads has places for."""

ex = Lesson("04_quart_bakery", __file__)


# Predictions


@ex.prediction
def diary(entries: Sequence[tuple[str, int]]) -> str:
    """What ten orders wrote: a word, and the number of the thread."""
    words = [word for word, _ in entries]
    threads = {thread for _, thread in entries}
    if len(threads) > 1:
        return "c"
    return "b" if words == sorted(words) else "a"


@ex.prediction
def alone(traces: tuple[Trace, Trace]) -> str:
    """One order in each bakery; half a bake is what counts as a difference."""
    flask, quart = (trace.makespan / trace.typical for trace in traces)
    if abs(traces[0].makespan - traces[1].makespan) < traces[0].typical / 2:
        return "neither"
    return "flask" if flask < quart else "quart"


@ex.prediction
def gains(traces: tuple[Trace, Trace]) -> str:
    """Six orders in each bakery with an oven twice as fast: what they take now is what they gained."""
    flask, quart = (trace.makespan for trace in traces)
    if flask > 2 * quart:
        return "flask"
    return "quart" if quart > 2 * flask else "same"


# Exercises


@ex.exercise
def cold_tea(answer: Answer) -> None:
    """A forgotten `await` in a handler."""
    answer.must_be("quart")
    answer.visit("/tea").gets("hot tea").takes(0.5)
    answer.visit("/tea", visitors=3).gets("hot tea").takes(0.5)


@ex.exercise
def slow_pantry(answer: Answer) -> None:
    """What makes three orders queue although the handler awaits."""
    answer.must_be("quart")
    one = answer.visit("/cake").gets("one plum cake")
    one.takes(
        1.0,
        f"one cake takes {one.seconds:g} s. It should take 1 s, as before: first the plums, then the oven, half a second "
        "each, for every customer.",
    )
    answer.visit("/cake", visitors=3).gets("one plum cake").takes(1.0)


@ex.exercise
def breakfast(answer: Answer) -> None:
    """Two waits in one order, which do not need each other."""
    answer.must_be("quart").watch("bake", "brew_coffee")
    one = answer.visit("/breakfast").gets("cake and coffee")
    expect(
        one.seconds != 1.5,
        "one breakfast takes 1.5 s: the coffee waits until the cake is done. "
        + (
            made_when_asked(one.source)
            or "An `await` waits to its end before the next line begins; start both first."
        ),
    )
    one.called("bake", 1).called("brew_coffee", 1).takes(1.0)
    three = answer.visit("/breakfast", visitors=3).gets("cake and coffee")
    for name in ("bake", "brew_coffee"):
        count = three.calls.get(name, 0)
        three.called(
            name,
            3,
            f"three more customers came, and `{name}` was called {count} times: each has a breakfast made.",
        )
    three.takes(1.0)
    answer.named("bake").run().takes(
        1.0, "`bake` takes 1 s. Leave it as it was: nothing here has to be quicker."
    )
    answer.named("brew_coffee").run().takes(
        0.5, "`brew_coffee` takes 0.5 s. Leave it as it was: nothing here has to be quicker."
    )
    for name, what, seconds in (("bake", "cake", 3.0), ("brew_coffee", "coffee", 2.0)):
        _must_wait_for(answer, name, what, seconds)


def _must_wait_for(answer: Answer, name: str, what: str, seconds: float) -> None:
    """Expect that a breakfast waits for both, where one of them takes longer and gives something else."""

    async def longer(_theirs: Callable[[], Awaitable[str]]) -> str:
        await asyncio.sleep(seconds)
        return f"large {what}"

    with answer.instead(name, longer):
        run = answer.visit("/breakfast")
    run.takes(
        seconds,
        f"on a day on which the {what} takes {seconds:g} s, the breakfast is there after {run.seconds:g} s. It has to wait "
        "for both, and for nothing else.",
    )
    both = "large cake and coffee" if what == "cake" else "cake and large coffee"
    expect(
        run.texts == [both],
        f"`{name}` gave “large {what}”, and the customer got “{run.texts[0]}”. What the two give is what is served.",
    )


KINDS = ("plum", "lemon", "apple", "cherry", "nut", "poppy")


@ex.exercise
def moved(answer: Answer) -> None:
    """A Flask app with two routes, turned into Quart."""
    answer.must_be("quart")
    pies = answer.visit("/pie", visitors=3).gets("one pie")
    _must_wait(pies, "`/pie` bakes", 2.0)
    for kinds in (KINDS[:3], KINDS[::-1], KINDS[2:3]):
        wishes = answer.visit("/wish", method="POST", each=[{"json": {"kind": kind}} for kind in kinds])
        _must_wait(wishes.gets(*(f"one {kind} cake" for kind in kinds)), "`/wish` bakes", 1.0)
    _must_have_room(answer.visit("/pie", visitors=CROWD), "pies", 2.0)
    several = [{"json": {"kind": KINDS[place % len(KINDS)]}} for place in range(CROWD)]
    _must_have_room(answer.visit("/wish", method="POST", each=several), "wishes", 1.0)


def _must_wait(served: Served, what: str, seconds: float) -> None:
    """Expect that several customers, who come together, wait as long as one did in the Flask app."""
    both = 0 < served.seconds < seconds and served.waits
    served.expect(not both, f"{what} for {seconds:g} s, and here it took {served.seconds:g} s.")
    served.takes(seconds)


def _must_have_room(served: Served, what: str, seconds: float) -> None:
    """Expect that more customers than a loop's own pool has threads for take no longer than three."""
    why = (
        "A thread waits for each of them, and the loop's pool has only so many: `asyncio.sleep` needs no thread."
        if IN_A_THREAD.search(served.source)
        else "Quart runs a handler without `async` in a thread of a pool, so there are bakers again, and they are soon all busy."
    )
    served.takes(seconds, f"three {what} take {seconds:g} s, but {CROWD} take {served.seconds:g} s. {why}")
