"""Notebook 03, A Flask bakery: whose the queue is, how long one stands in it, and what more bakers cannot do."""

import re
from math import ceil

from bakery.checking import Answer, Lesson, expect
from bakery.counting import counted
from bakery.lessons._numbers import number_of, slip
from bakery.trace import Trace

ex = Lesson("03_flask_bakery", __file__)


# Predictions


@ex.prediction
def longest_wait(trace: Trace) -> int:
    """How many bakes the unluckiest order waits before a baker takes it."""
    waits = dict.fromkeys(trace.lanes, 0.0)
    for span in trace.spans:
        waits[span.lane] += span.seconds if span.kind == "wait" else 0.0
    return int(max(waits.values()) / trace.typical + 0.2)


@ex.prediction
def last_round(trace: Trace) -> int:
    """How many orders are served in the last round."""
    return sum(int(stay / trace.typical + 0.2) == trace.bakes_long for stay in trace.stays)


@ex.prediction
def shorter_rounds(trace: Trace) -> str:
    """The same ten orders with an oven twice as fast."""
    return "b" if trace.bakes_long == 3 else "c"


# Exercises


@ex.exercise
def in_line(answer: Answer) -> None:
    """How long the customer with a number waits, for any number of threads."""
    # In this order each slip below is seen where it can be no other.
    for number, bakers, bake in (
        (10, 4, 3.0),
        (9, 5, 1.0),
        (8, 4, 0.5),
        (4, 4, 1.0),
        (1, 4, 1.0),
        (3, 1, 1.0),
        (1, 1, 1.0),
        (200, 32, 0.1),
    ):
        run = answer.call(number, bakers, bake)
        got, wanted = number_of(run), (number - 1) // bakers * bake
        hands = counted(bakers, "baker")
        run.gives(
            wanted,
            f"customer {number} of {hands} waits for {wanted:g} s where a bake takes {bake:g} s, and it says {got:g} s."
            f"{slip(got, _slips(number, bakers, bake))}",
        )


def _slips(number: int, bakers: int, bake: float) -> dict[float, str]:
    """What a wrong wait was probably made of."""
    return {
        number * bake: "That is one baker's time, and the customer's own bake is in it.",
        (number - 1) * bake: "That is the time of a single baker.",
        (number - 1) / bakers * bake: "A round lasts a whole bake, so count whole rounds: round down.",
        number / bakers * bake: "Count the customers in front, and only whole rounds of them: round down.",
        (number - 1) // bakers: "That is the number of rounds; each lasts one `bake`.",
        ceil(number / bakers) * bake: "That is when the cake is done. The waiting ends one bake before.",
        round((number - 1) / bakers) * bake: "`round` goes up as well as down.",
        number // bakers * bake: "Nobody waits for their own cake: count those in front, `number - 1`.",
    }


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
