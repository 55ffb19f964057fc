"""Notebook 03, A Flask bakery: whose the queue is, how long one stands in it, and what more bakers cannot do."""

import re
from math import ceil

from bakery.checking import Answer, Lesson, expect
from bakery.checking.describing import made_in
from bakery.checking.overlaps import unreached
from bakery.checking.run import Served, in_word
from bakery.counting import counted
from bakery.lessons._formulas import Slips, drawn, formula
from bakery.trace import Trace

FAR = 100
"""How far apart the numbers of two cakes may be, at most, if they are counted; steps of ten are still counting."""

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


IN_LINE_SLIPS: Slips = {
    "That is one baker's time, and the customer's own bake is in it.": lambda number, _, bake: number * bake,
    "That is the time of a single baker.": lambda number, _, bake: (number - 1) * bake,
    "A round lasts a whole bake, so count whole rounds: round down.": lambda number, bakers, bake: (
        (number - 1) / bakers * bake
    ),
    "Count the customers in front, and only whole rounds of them: round down.": lambda number, bakers, bake: (
        number / bakers * bake
    ),
    "A part of a round does not exist: count those in front, `number - 1`, and only whole rounds of them, `//`.": lambda number, bakers, bake: (
        (number - bakers) / bakers * bake
    ),
    "A part of a round does not exist, however small: count those in front, `number - 1`, and only whole rounds of them.": lambda number, bakers, bake: (
        max(0, (number - bakers) / bakers * bake)
    ),
    "Those who stand in front of you are served several at a time, and not one by one.": lambda number, bakers, bake: (
        max(0, number - bakers) * bake
    ),
    "That is the number of rounds; each lasts one `bake`.": lambda number, bakers, _: (number - 1) // bakers,
    "That is when the cake is done. The waiting ends one bake before.": lambda number, bakers, bake: (
        ceil(number / bakers) * bake
    ),
    "That is when the cake is done, for all but number 1. The waiting ends one bake before: the round that is yours is none of "
    "those before you.": lambda number, bakers, bake: 0 if number == 1 else ceil(number / bakers) * bake,
    "It is the rounds that are whole, and not the seconds: round down before you multiply.": lambda number, bakers, bake: (
        (number - 1) * bake // bakers
    ),
    "`round` goes up as well as down.": lambda number, bakers, bake: round((number - 1) / bakers) * bake,
    "A round that is not full yet keeps nobody waiting: round down.": lambda number, bakers, bake: (
        ceil((number - 1) / bakers) * bake
    ),
    "Round brackets are missing: in `number - 1 // bakers` the division comes first.": lambda number, bakers, bake: (
        number - 1 // bakers * bake
    ),
    "That is what is left of a division, `%`; the whole rounds are what it gives, `//`.": lambda number, bakers, bake: (
        (number - 1) % bakers * bake
    ),
    "Beyond the first round there may be more than one before yours.": lambda number, bakers, bake: (
        bake if number > bakers else 0
    ),
    "A round that begins with you is not before you, and one that is full before you is: count those in front, `number - 1`.": lambda number, bakers, bake: (
        max(0, number // bakers - 1) * bake
    ),
    "Number 1 is the first: `number - 1` customers are in front of you.": lambda number, bakers, bake: (
        (number + 1) // bakers * bake
    ),
    "Nobody waits for their own cake: count those in front, `number - 1`.": lambda number, bakers, bake: (
        number // bakers * bake
    ),
}


@ex.exercise
def in_line(answer: Answer) -> None:
    """How long the customer with a number waits, for any number of threads."""
    formula(
        answer,
        [
            *((10, 4, 3.0), (9, 5, 1.0), (8, 4, 0.5), (4, 4, 1.0), (1, 4, 1.0), (3, 1, 1.0), (1, 1, 1.0)),
            *drawn("in_line", 20, range(1, 60), (1, 2, 3, 4, 5, 8, 32), (0.1, 0.25, 0.5, 1.0, 2.0)),
            (8, 4, 3.0),  # where a part of a round lasts for whole seconds
        ],
        lambda number, bakers, bake: (number - 1) // bakers * bake,
        lambda number, bakers, bake: (
            f"customer {number:g} of {counted(int(bakers), 'baker')} waits for @ s where a bake takes {bake:g} s"
        ),
        IN_LINE_SLIPS,
        also=lambda number, bakers, _bake, _got: (
            f" {counted(int(number - 1), 'customer is', 'customers are')} in front, of whom {bakers:g} are served at a time."
        ),
    )


@ex.exercise
def breakfast(answer: Answer) -> None:
    """An order with two waits: more threads do not make it shorter."""
    answer.must_be("flask")
    one = answer.visit("/breakfast").gets("cake and coffee")
    expect(
        one.seconds != 1500,
        "one breakfast took 1500 s. `time.sleep` counts in seconds, and not in thousandths.",
    )
    _must_bake_for_a_second(one)
    _must_wait_for_coffee(one)
    expect(
        one.waits or not one.seconds,
        f"one breakfast took {one.seconds:g} s without a single wait: it kept the processor busy. `time.sleep` waits.",
    )
    one.takes(1.5)
    four = answer.visit("/breakfast", visitors=4, threads=4).gets("cake and coffee")
    expect(
        four.waits or four.seconds,
        "the first breakfast took 1.5 s, and four more took none: each customer's cake is baked anew, and none is kept.",
    )
    four.takes(1.5)
    answer.visit("/breakfast", visitors=4, threads=1).takes(6.0)


def _must_wait_for_coffee(one: Served) -> None:
    """Expect of a breakfast that takes no longer than its cake that it is told what became of the coffee."""
    if one.waits and one.waits[-1][0] >= one.seconds:
        one.expect(
            one.seconds != 1.0,
            "one breakfast took 1 s. A second wait began only then, and the customer was served before it was over. "
            f"{one.not_awaited}".rstrip(),
        )
    expect(
        one.seconds != 1.0,
        f"one breakfast took 1 s. Here the coffee comes after the cake: half a second more. {unreached(one.source)}".rstrip(),
    )


def _must_bake_for_a_second(one: Served) -> None:
    """Expect of two waits, one after the other, that the first is the cake's."""
    if len(one.waits) < 2 or one.waits[1][0] < one.waits[0][1]:
        return
    first = one.waits[0][1] - one.waits[0][0]
    expect(
        len(one.waits) > 2 or first in (0.0, 1.0),
        f"the first wait takes {first:g} s. The cake is baked first, for 1 s, and then the coffee is brewed.",
    )


def _on_equal(numbers: list[int], source: str) -> str:
    """What equal numbers of customers most likely mean, by how high they are, and by where a lock is made."""
    own = made_in(source, {"Lock", "RLock", "Semaphore", "BoundedSemaphore"})
    if "__init__" not in own and own:
        return (
            f" `{own[0]}` makes a lock of its own for each order, and a lock keeps out only who asks for the same one: make one "
            "for all, outside of it."
        )
    if len(set(numbers)) > 1:
        return ""
    if numbers[0] % len(numbers) == 0:
        return (
            " That is how far all of them together have counted: most likely each reads its number after the bake, when the "
            "others have counted on. Keep the number in a name of the handler's own, at the till."
        )
    return (
        " Each has counted from the same number: most likely there is a counter for each of them, or nobody has written the "
        "new number before another reads the old one."
    )


@ex.exercise
def numbered(answer: Answer) -> None:
    """What makes three orders queue although there are bakers enough."""
    answer.must_be("flask")
    texts: list[str] = []
    for _ in range(2):
        visit = answer.visit("/cake", visitors=3, threads=4)
        texts += visit.texts
        for reply in visit.replies:
            expect(reply.status == 200, f"`/cake` answers with status {reply.status}, and 200 is wanted.")
            expect(
                re.fullmatch(r"cake \d+", reply.text),
                f"`/cake` answers `{reply.text!r:.60}`, and `cake` with a number is wanted, such as `'cake 3'`.",
            )
        visit.takes(
            0.5,
            f"three orders and four bakers take {visit.seconds:g} s. Each cake bakes for 0.5 s, and all three should bake "
            "together.",
        )
        told = ", ".join(sorted(visit.texts if len(set(visit.texts)) < 3 else texts))
        several = [int(text.removeprefix("cake ")) for text in visit.texts]
        expect(
            len(set(texts)) == len(texts),
            f"{'all three' if len(set(several)) == 1 else 'two'} customers got the same number: {told}.{_on_equal(several, visit.source)}",
        )
    numbers = [int(text.removeprefix("cake ")) for text in texts]
    expect(
        max(numbers) - min(numbers) < FAR * len(numbers),
        f"{in_word(len(numbers))} customers got the numbers {', '.join(map(str, sorted(numbers)))}. Numbers that are not "
        "counted may come twice one day: count the cakes.",
    )
    for one in answer.interrupted("/cake"):
        expect(
            one.first.text != one.second.text,
            f"one baker was interrupted at {one.line}; another took a number, and both say `{one.first.text}`. Reading and "
            "writing have to be one step that nobody comes in between: keep the lock around both.",
        )
