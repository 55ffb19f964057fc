"""Notebook 03, A Flask bakery: whose the queue is, how many rounds there are, and what more bakers cannot do."""

import re
from math import ceil, isclose

from bakery.checking import Answer, Lesson, expect
from bakery.trace import Trace

ex = Lesson("03_flask_bakery", __file__)


# Predictions


@ex.prediction
def shorter_rounds(trace: Trace) -> str:
    """The same ten orders with an oven twice as fast."""
    return "b" if trace.bakes_long == 3 else "c"


# Exercises


@ex.exercise
def makespan(answer: Answer) -> None:
    """The formula for any number of orders and threads."""
    for orders, bakers, bake in (
        (3, 1, 1.0),
        (3, 4, 1.0),
        (10, 4, 1.0),
        (8, 4, 1.0),
        (10, 4, 0.5),
        (200, 32, 0.1),
    ):
        run = answer.call(orders, bakers, bake)
        run.gives(ceil(orders / bakers) * bake, slip(run.result, orders, bakers, bake))


def slip(given: object, orders: int, bakers: int, bake: float) -> str:
    """Words for a formula that many write first; none for any other."""
    if not isinstance(given, int | float):
        return ""
    called = f"`makespan({orders}, {bakers}, {bake:g})` gives {given:g}."
    wanted = ceil(orders / bakers)
    told = {
        orders / bakers * bake: "The last round is not full, but it lasts a whole bake all the same.",
        orders // bakers * bake: "The orders that do not fill a round need one, too.",
        (orders // bakers + 1) * bake: f"The last of {wanted} rounds is full, so no other begins after it.",
        round(orders / bakers)
        * bake: "`round` goes down as well as up, and an order left over needs a round.",
        orders * bake: f"That is the time of one baker, and there are {bakers}.",
        wanted: "That is the number of rounds; each lasts one `bake`.",
    }
    return next((f"{called} {why}" for slipped, why in told.items() if isclose(given, slipped)), "")


@ex.exercise
def enough_bakers(answer: Answer) -> None:
    """The smallest number of threads that will do."""
    bakers = answer.value(int)
    expect(bakers > 0, f"with {bakers} bakers nobody is served.")
    rounds = ceil(12 / bakers)
    expect(
        rounds <= 2, f"twelve orders and {bakers} bakers make {rounds} rounds, so the last takes {rounds} s."
    )
    expect(bakers <= 6, f"{bakers} bakers are in time, but fewer are enough.")


@ex.exercise
def breakfast(answer: Answer) -> None:
    """An order with two waits: more threads do not make it shorter."""
    answer.must_be("flask")
    alone = answer.visit("/breakfast").says("cake and coffee")
    alone.expect(
        alone.seconds != 1.0,
        "one breakfast took 1 s. Here the coffee comes after the cake: half a second more.",
    )
    alone.takes(1.5)
    answer.visit("/breakfast", visitors=4, threads=4).takes(1.5)
    answer.visit("/breakfast", visitors=4, threads=1).takes(6.0)


@ex.exercise
def numbered(answer: Answer) -> None:
    """What makes three orders queue although there are bakers enough."""
    answer.must_be("flask")
    texts: list[str] = []
    for _ in range(2):
        visit = answer.visit("/cake", visitors=3, threads=4).says("cake ")
        texts += visit.texts
        visit.expect(
            visit.seconds <= 0.5,
            f"three orders and four bakers still take {visit.seconds:g} s. "
            "What does a baker hold while the cake is in the oven?",
        )
        visit.takes(0.5)
        told = ", ".join(sorted(visit.texts))
        expect(len(set(texts)) == len(texts), f"two customers got the same number: {told}.")
    expect(
        re.search(r"\bwith\b|\.acquire\(|\bnext\(", answer.source),
        "nobody guards the number any more: `sold += 1` first reads and then writes, and another baker may come "
        "in between. That goes well a thousand times. Keep the lock around it.",
    )
