"""Notebook 05, The race: rounds, the threads it takes, and how many orders are in the shop."""

from collections.abc import Sequence
from math import ceil

from bakery.checking import Answer, Lesson, expect
from bakery.counting import counted
from bakery.lessons._formulas import Slips, drawn, formula, in_rounds
from bakery.trace import Trace

BAKE = 0.5
"""Seconds in the oven, as the notebook begins."""

ex = Lesson("05_the_race", __file__)


# Predictions


@ex.prediction
def has_a_step(lines: Sequence[Sequence[tuple[int, float]]]) -> str:
    """Which of the three lines is flat first, and climbs later."""
    bakes = [[int(seconds / BAKE + 0.2) for _, seconds in line] for line in lines]
    steps = [several[0] == several[1] < several[2] for several in bakes]
    return "abc"[steps.index(True)]


@ex.prediction
def who_wins(runs: Sequence[Trace]) -> str:
    """As many threads as orders."""
    flask, quart = (run.bakes_long for run in runs)
    return "c" if flask == quart else "a" if flask > quart else "b"


@ex.prediction
def trickle(trace: Trace) -> str:
    """More orders come in than two threads can serve."""
    stays = [int(seconds / BAKE + 0.2) for seconds in trace.stays]
    if max(stays) == stays[0]:
        return "a"
    return "b" if stays[-1] > stays[0] else "c"


@ex.prediction
def by_chance(seconds: float) -> float:
    """How many bakes the unluckiest customer stays."""
    return int(seconds / BAKE + 0.2)


# Exercises


BAKES = (0.25, 0.5, 1.0, 2.0)


RULE_SLIPS: Slips = {
    "That is one order after another, as with one thread.": lambda orders, bake, _: orders * bake,
    "One round is the least, and so far it is right; above that, half a round does not exist: round up.": lambda orders, bake, threads: (
        max(1, orders / threads) * bake
    ),
    "Half a round does not exist: round up.": lambda orders, bake, threads: orders / threads * bake,
    "The last orders are left out: their round is not full, but it is a round.": lambda orders, bake, threads: (
        orders // threads * bake
    ),
    "Where the last round is full, no other follows it.": lambda orders, bake, threads: (
        (orders // threads + 1) * bake
    ),
    "`round` goes down as well as up, and a round that is begun is a round.": lambda orders, bake, threads: (
        round(orders / threads) * bake
    ),
    "Round the rounds up, not the seconds.": lambda orders, bake, threads: ceil(orders / threads * bake),
    "Divide the orders alone, and round up; then come the seconds.": lambda orders, bake, threads: (
        orders * bake // threads
    ),
    "Half a round or more goes up there, and less goes down: a round that is begun is a round.": lambda orders, bake, threads: (
        int(orders / threads + 0.5) * bake
    ),
    "The orders beyond the first round are served several at a time, and not one by one.": lambda orders, bake, threads: (
        bake + max(0, orders - threads) * bake
    ),
    "Those who are left over are served together, in one round.": lambda orders, bake, threads: (
        (orders // threads + orders % threads) * bake
    ),
    "More rounds take longer: times, and not divided by.": lambda orders, bake, threads: (
        bake / ceil(orders / threads)
    ),
    "Those are the rounds. How long is one?": lambda orders, _, threads: ceil(orders / threads),
    "That is one round, and there may be more orders than threads.": lambda _orders, bake, _threads: bake,
    "The bake of the notebook was 0.5 s, but here it is what `bake` says.": lambda orders, _bake, threads: (
        ceil(orders / threads) * BAKE
    ),
}


@ex.exercise
def rule(answer: Answer) -> None:
    """Threads share the waiting too, up to their number."""
    fixed = [
        (orders, BAKE, threads) for orders, threads in ((10, 4), (8, 4), (3, 1), (9, 9), (2, 5), (36, 12))
    ]
    formula(
        answer,
        [*fixed, *drawn("rule", 20, range(1, 60), BAKES, (1, 2, 3, 4, 5, 8, 12))],
        lambda orders, bake, threads: ceil(orders / threads) * bake,
        lambda orders, bake, threads: (
            f"{counted(int(orders), 'order')}, a bake of {bake:g} s and {counted(int(threads), 'thread')} take @ s"
        ),
        RULE_SLIPS,
        also=lambda orders, bake, threads, got: in_rounds(got / bake, orders, threads),
    )


ENOUGH_THREADS_SLIPS: Slips = {
    "That is a third more than are busy. Of all these, only a quarter is free.": lambda per_second, stay: (
        ceil(per_second * stay * 4 / 3)
    ),
    "So many are busy on average, and none would be free.": lambda per_second, stay: ceil(per_second * stay),
    "There are no parts of a thread, and none of these would be free.": lambda per_second, stay: (
        per_second * stay
    ),
    "That is two thirds of those who are busy. The busy ones are to be two thirds of all: divide by it.": lambda per_second, stay: (
        ceil(per_second * stay * 2 / 3)
    ),
    "Whoever stays longer needs more threads, and not fewer: orders per second times seconds.": lambda per_second, stay: (
        ceil(per_second / stay * 1.5)
    ),
    "There are no parts of a thread.": lambda per_second, stay: per_second * stay * 1.5,
    "That is rounded down, and leaves less than a third free.": lambda per_second, stay: int(
        per_second * stay * 1.5
    ),
    "`round` goes down as well as up, and then less than a third is free.": lambda per_second, stay: round(
        per_second * stay * 1.5
    ),
    "Where nothing is left over, one thread fewer will do.": lambda per_second, stay: (
        int(per_second * stay * 1.5) + 1
    ),
    "Round up once, at the end: what is busy on average need not be whole.": lambda per_second, stay: ceil(
        ceil(per_second * stay) * 1.5
    ),
    "Round at the end: what is busy on average need not be whole, and the threads have to be.": lambda per_second, stay: (
        ceil(per_second * stay) * 1.5
    ),
    "The third is one of all threads, and not one of the busy ones: two thirds of all are busy.": lambda per_second, stay: (
        ceil(per_second * stay) + ceil(per_second * stay / 3)
    ),
    "That is a third of those who are busy. They are to be two thirds of all.": lambda per_second, stay: ceil(
        per_second * stay / 3
    ),
    "0.7 is more than two thirds: so a little less than a third is free.": lambda per_second, stay: ceil(
        per_second * stay / 0.7
    ),
    "0.67 is a little more than two thirds, `2 / 3`: where there are many threads, less than a third is free.": lambda per_second, stay: (
        ceil(per_second * stay / 0.67)
    ),
    "0.66 is a little less than two thirds, `2 / 3`: now and then that is a thread too many.": lambda per_second, stay: (
        ceil(per_second * stay / 0.66)
    ),
    "One thread more is not a third of them, where there are many.": lambda per_second, stay: (
        ceil(per_second * stay) + 1
    ),
    "Orders per second times seconds, and not plus.": lambda per_second, stay: ceil(
        (per_second + stay) * 1.5
    ),
    "Then two thirds would be free.": lambda per_second, stay: ceil(per_second * stay * 3),
    "Then half of them would be free.": lambda per_second, stay: ceil(per_second * stay * 2),
    "That many come in each second. How many are there at once?": lambda per_second, _stay: per_second,
}


@ex.exercise
def enough_threads(answer: Answer) -> None:
    """Room for customers who come at random moments."""
    formula(
        answer,
        [
            *((18, 0.5), (10, 0.5), (50, 0.08), (4, 0.5), (2, 0.25)),
            # Odd numbers, so that nothing hangs on the last bit of a float.
            *drawn("enough_threads", 20, range(1, 90, 2), (0.25, 0.5)),
        ],
        lambda per_second, stay: ceil(per_second * stay * 1.5),
        lambda per_second, stay: (
            f"{counted(int(per_second), 'order')} a second that stay {stay:g} s: the number of threads is @"
        ),
        ENOUGH_THREADS_SLIPS,
        "threads",
        _on_room,
    )


def _on_room(per_second: float, stay: float, got: float) -> str:
    """How many of so many threads would be free."""
    busy = per_second * stay
    if got < busy:
        return f" On average {busy:g} are busy, which is more than that."
    said = f" On average {busy:g} of these {got:g} are busy and {got - busy:g} free"
    if got - busy < got / 3:
        return f"{said}: less than a third."
    return f"{said}. With one thread fewer, a third of them would still be free."


@ex.exercise
def in_shop(answer: Answer) -> None:
    """Little's law, on the reader's own app."""
    got = answer.value(float)
    known = {
        4000: "The 80 are milliseconds. The law wants seconds with seconds.",
        40: "80 ms are 0.08 s: eight hundredths, not eight tenths.",
        50: "That many come in each second. But each stays only 0.08 s.",
        625: "That is one divided by the other. If each stayed longer, would there be fewer in the shop?",
        0.625: "That is one divided by the other. If each stayed longer, would there be fewer in the shop?",
        1.6: "That is one divided by the other. If more came in, would there be fewer in the shop?",
        0.4: "80 ms are 0.08 s: eight hundredths, not eight thousandths.",
        0.0016: "That is one divided by the other. If more came in, would there be fewer in the shop?",
        6: "So many threads it takes, with a third of them free. How many orders are there?",
        1: "That is one order alone. Fifty come in each second, and each stays a while.",
        12.5: "That is how many one thread can serve in a second: one divided by 0.08 s.",
    }
    slip = next((f" {says}" for value, says in known.items() if abs(value - got) < 1e-9), "")
    expect(
        abs(got - 4) < 1e-6,
        f"50 come in each second and stay for 80 ms, and it says that {got:g} {'is' if got == 1 else 'are'} there at once.{slip}",
    )


QUEUE_AFTER_SLIPS: Slips = {
    "A queue is never shorter than nothing.": lambda seconds, per_second, bake, threads: (
        (per_second - threads / bake) * seconds
    ),
    "A queue is never shorter than nothing, and never longer because of that.": lambda seconds, per_second, bake, threads: (
        abs(per_second - threads / bake) * seconds
    ),
    "That many have come in. Some of them were served.": lambda seconds, per_second, *_: per_second * seconds,
    "A longer bake would serve more orders there: divide by it.": lambda seconds, per_second, bake, threads: (
        max(0, per_second - threads * bake) * seconds
    ),
    "That is what is added in one second.": lambda _seconds, per_second, bake, threads: max(
        0, per_second - threads / bake
    ),
    "A thread serves more than one order in a second, if a bake is shorter.": lambda seconds, per_second, _, threads: (
        max(0, per_second - threads) * seconds
    ),
    "The few that are being served are so few that nothing is taken off for them here.": lambda seconds, per_second, bake, threads: (
        max(0, (per_second - threads / bake) * seconds - threads)
    ),
    "What is taken off there is served in one second, and what has come in came in all of them.": lambda seconds, per_second, bake, threads: (
        max(0, per_second * seconds - threads / bake)
    ),
    "More threads serve more orders, and a longer bake fewer: `threads / bake` in each second.": lambda seconds, per_second, bake, threads: (
        max(0, per_second - bake / threads) * seconds
    ),
    "All the threads serve: leave none of them free here.": lambda seconds, per_second, bake, threads: (
        max(0, per_second - threads * 2 / 3 / bake) * seconds
    ),
    "That is how long the last of them waits. How many stand there?": lambda seconds, per_second, bake, threads: (
        max(0, per_second - threads / bake) * seconds * bake / threads
    ),
    "Where more come in than are served, the queue is longer than nothing: `max`, and not `min`.": lambda seconds, per_second, bake, threads: (
        min(0, per_second - threads / bake) * seconds
    ),
    "That many are served. How many are not?": lambda seconds, _, bake, threads: seconds * threads / bake,
    "Only whole bakes are counted there: one that is half over at the end has served half of its orders, and is not to be rounded.": lambda seconds, per_second, bake, threads: (
        max(0, per_second * seconds - seconds // bake * threads)
    ),
    "One bake is taken off there. The threads serve from the first moment to the last: in each second `threads / bake` orders.": lambda seconds, per_second, bake, threads: (
        max(0, per_second * seconds - (seconds - bake) * threads / bake)
    ),
    "A thread that serves an order and a half has served it by half: do not round what one second serves.": lambda seconds, per_second, bake, threads: (
        max(0, per_second - threads // bake) * seconds
    ),
}


@ex.exercise
def queue_after(answer: Answer) -> None:
    """Where there is a limit, and what happens beyond it."""
    formula(
        answer,
        [
            # The last one ends in the middle of a bake.
            *((1, 20, 0.5, 4), (10, 20, 0.5, 4), (10, 20, 0.5, 12), (4, 9, 0.25, 2), (9, 5, 2, 3)),
            *drawn("queue_after", 20, range(1, 30), (1, 2, 5, 9, 20, 50), BAKES, (1, 2, 3, 4, 8, 12)),
        ],
        lambda seconds, per_second, bake, threads: max(0.0, (per_second - threads / bake) * seconds),
        lambda seconds, per_second, bake, threads: (
            f"{counted(int(per_second), 'order')} a second, a bake of {bake:g} s, {counted(int(threads), 'thread')}: after {seconds:g} s "
            f"there are @ in the queue"
        ),
        QUEUE_AFTER_SLIPS,
        "orders",
        lambda seconds, per_second, bake, threads, _got: (
            f" {per_second * seconds:g} have come in by then, and in {seconds:g} s the threads can serve {threads / bake * seconds:g}."
        ),
    )
