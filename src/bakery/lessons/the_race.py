"""Notebook 05, The race: rounds, the threads it takes, and how many orders are in the shop."""

from collections.abc import Sequence
from math import ceil

from bakery.checking import Answer, Lesson, expect
from bakery.counting import counted
from bakery.lessons._numbers import number_of, slip
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


@ex.exercise
def rule(answer: Answer) -> None:
    """Threads share the waiting too, up to their number."""
    for orders, threads in ((10, 4), (8, 4), (3, 1), (9, 9), (2, 5), (36, 12)):
        run = answer.call(orders, BAKE, threads)
        got = number_of(run, "seconds")
        rounds = ceil(orders / threads)
        known = {
            orders * BAKE: "That is one order after another, as with one thread.",
            orders / threads * BAKE: "Half a round does not exist: round up.",
            orders
            // threads
            * BAKE: "The last orders are left out: their round is not full, but it is a round.",
            (orders // threads + 1) * BAKE: "The last round is full, so no other follows it.",
            float(rounds): "Those are the rounds. How long is one?",
            BAKE: "That is one round, and there are more orders than threads.",
        }
        told = f"{counted(orders, 'order')}, a bake of {BAKE:g} s and {counted(threads, 'thread')} take"
        run.gives(rounds * BAKE, f"{told} {rounds * BAKE:g} s, and it says {got:g} s.{slip(got, known)}")


@ex.exercise
def enough_threads(answer: Answer) -> None:
    """Room for customers who come at random moments."""
    for per_second, stay in ((18, 0.5), (10, 0.5), (50, 0.08), (4, 0.5), (2, 0.25)):
        run = answer.call(per_second, stay)
        got = number_of(run, "threads")
        busy = per_second * stay
        wanted = ceil(busy * 1.5)
        known = {
            float(
                ceil(busy * 4 / 3)
            ): "That is a third more than are busy. Of all these, only a quarter is free.",
            float(ceil(busy)): "So many are busy on average, and none would be free.",
            busy * 1.5: "There are no parts of a thread.",
            float(int(busy * 1.5)): "That is rounded down, and leaves less than a third free.",
            float(ceil(busy * 3)): "Then two thirds would be free.",
            float(per_second): "That many come in each second. How many are there at once?",
        }
        told = f"{counted(per_second, 'order')} a second that stay {stay:g} s: {counted(wanted, 'thread')}, and it says"
        run.gives(wanted, f"{told} {got:g}.{slip(got, known)}")


@ex.exercise
def in_shop(answer: Answer) -> None:
    """Little's law, on the reader's own app."""
    got = answer.value(float)
    known = {
        4000: "The 80 are milliseconds. The law wants seconds with seconds.",
        40: "80 ms are 0.08 s: eight hundredths, not eight tenths.",
        50: "That many come in each second. But each stays only 0.08 s.",
        625: "That is one divided by the other. If each stayed longer, would there be fewer in the shop?",
        0.0016: "That is one divided by the other. If more came in, would there be fewer in the shop?",
        12.5: "That is how many one thread can serve in a second: one divided by 0.08 s.",
    }
    expect(abs(got - 4) < 1e-6, f"it says {got:g}.{slip(got, known)}")


@ex.exercise
def queue_after(answer: Answer) -> None:
    """Where there is a limit, and what happens beyond it."""
    for seconds, per_second, bake, threads in (
        (1, 20, 0.5, 4),
        (10, 20, 0.5, 4),
        (10, 20, 0.5, 12),
        (4, 9, 0.25, 2),
    ):
        run = answer.call(seconds, per_second, bake, threads)
        got = number_of(run, "orders")
        served = threads / bake
        wanted = max(0.0, (per_second - served) * seconds)
        known = {
            (per_second - served) * seconds: "A queue is never shorter than nothing.",
            float(per_second * seconds): "That many have come in. Some of them were served.",
            (per_second - threads * bake)
            * seconds: "A longer bake would serve more orders there: divide by it.",
            per_second - served: "That is what is added in one second.",
            (per_second - threads)
            * seconds: "A thread serves more than one order in a second, if a bake is shorter.",
            float(seconds * served): "That many are served. How many are not?",
        }
        told = f"{counted(per_second, 'order')} a second, a bake of {bake:g} s, {counted(threads, 'thread')}: after {seconds} s there are"
        run.gives(wanted, f"{told} {wanted:g} in the queue, and it says {got:g}.{slip(got, known)}")
