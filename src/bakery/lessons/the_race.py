"""Notebook 05, The race: rounds, the threads it takes, and how many orders are in the shop."""

from collections.abc import Sequence
from math import ceil

from bakery.checking import Answer, Lesson, expect
from bakery.lessons._numbers import number_of, slip
from bakery.trace import Trace

BAKE = 0.5
"""Seconds in the oven, as the notebook begins."""

ex = Lesson("05_the_race", __file__)


# Predictions


@ex.prediction(
    unit="bake",
    because={
        1: "That is Quart: it needs no free thread to take an order.",
        2: "Two rounds are eight orders, and there are two more.",
        2.5: "Half a round does not exist: its two orders bake as long as four.",
        10: "That would be one thread.",
        4: "That is the number of threads.",
    },
)
def flask_rounds(trace: Trace) -> float:
    """Ten orders and four threads."""
    return trace.bakes_long


@ex.prediction(
    choices={"a": "Flask, 1 thread", "b": "Flask, 4 threads", "c": "Quart"},
    because={
        "a": "With one thread every single order is a round of its own, so that line climbs all the time.",
        "c": "Quart has no number of threads that could be used up.",
    },
)
def has_a_step(lines: Sequence[Sequence[tuple[int, float]]]) -> str:
    """Which of the three lines is flat first, and climbs later."""
    bakes = [[int(seconds / BAKE + 0.2) for _, seconds in line] for line in lines]
    steps = [several[0] == several[1] < several[2] for several in bakes]
    return "abc"[steps.index(True)]


@ex.prediction(
    choices={
        "a": "Quart, by several bakes",
        "b": "Flask, by several bakes",
        "c": "neither: they are as quick",
    },
    because={"a": "Quart wins where there are more orders than threads."},
)
def who_wins(runs: Sequence[Trace]) -> str:
    """As many threads as orders."""
    flask, quart = (run.bakes_long for run in runs)
    return "c" if flask == quart else "a" if flask > quart else "b"


@ex.prediction(unit="round", because={36: "That would be one thread.", 12: "That is the number of threads."})
def crowded_rounds(trace: Trace) -> float:
    """Three times as many orders as threads."""
    return trace.bakes_long


@ex.prediction(
    choices={
        "a": "each customer stays about as long as the first",
        "b": "each customer stays longer than the one before",
        "c": "the queue grows at first, and is gone at the end",
    },
    because={
        "a": "That would need five threads: ten orders a second, half a second each.",
        "c": "Nothing makes it shorter while more come in than go out.",
    },
)
def trickle(trace: Trace) -> str:
    """More orders come in than two threads can serve."""
    stays = [int(seconds / BAKE + 0.2) for seconds in trace.stays]
    if max(stays) == stays[0]:
        return "a"
    return "b" if stays[-1] > stays[0] else "c"


# Exercises


@ex.exercise(
    hints=(
        "How many rounds are there? Ten orders and four threads: four, four and two.",
        "A round that is begun is a whole round. `math.ceil(2.5)` is 3.",
        "Rounds, times the seconds of one bake.",
    )
)
def rule(answer: Answer) -> str:
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
        told = f"{orders} orders, a bake of {BAKE:g} s and {'1 thread' if threads == 1 else f'{threads} threads'} take"
        run.gives(rounds * BAKE, f"{told} {rounds * BAKE:g} s, and it says {got:g} s.{slip(got, known)}")
    return (
        "And Quart? It behaves as if there were a thread for every order: one round. A rule is worth something when it "
        "survives a test; the next cell makes one."
    )


@ex.exercise(
    hints=(
        "First the rounds: how many whole bakes fit into the seconds? With 0.5 s a bake, 1.25 s have room for two.",
        "Then the threads: with two rounds for ten orders, each round takes five.",
        "Round the rounds down, and the threads up: `int(…)` and `math.ceil(…)`.",
    )
)
def threads_for(answer: Answer) -> str:
    """A pool has a size, and somebody has to choose it."""
    for orders, bake, seconds in (
        (10, 0.5, 1.0),
        (10, 0.5, 1.25),
        (12, 0.5, 0.5),
        (9, 0.5, 1.0),
        (12, 0.25, 1.0),
    ):
        run = answer.call(orders, bake, seconds)
        got = number_of(run, "threads")
        rounds = int(seconds / bake)
        wanted = ceil(orders / rounds)
        told = f"{orders} orders, a bake of {bake:g} s, done after {seconds:g} s: {wanted} threads are enough, and it says {got:g}."
        if got > wanted:
            says = " One for each order is more than it takes." if got == orders else " Fewer will do."
        else:
            most = ceil(orders / got) * bake if got > 0 else 0
            says = f" With {got:g} the last order is ready after {most:g} s." if got == int(got) > 0 else ""
            says = says or " There are no parts of a thread, and not less than one."
        run.gives(wanted, told + says)
    return "Only whole rounds count. A little more time, from 1 s to 1.25 s, saves no thread at all; a whole bake more does."


@ex.exercise(
    hints=(
        "Orders per second, times the seconds each one stays.",
        "80 ms are 0.08 s.",
    )
)
def in_shop(answer: Answer) -> str:
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
    return (
        "Four threads would just do, if requests came like clockwork. They never do, so you would give it more: "
        "eight, perhaps. It is still a small number, and plain Flask is fine here."
    )


@ex.exercise(
    hints=(
        "How many orders does one thread finish in a second? With a bake of half a second, two.",
        "All threads together finish `threads / bake` in a second. What comes in beyond that stays in the queue.",
        "A queue cannot be shorter than nothing: `max(0, …)`.",
    )
)
def queue_after(answer: Answer) -> str:
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
        told = f"{per_second} orders a second, a bake of {bake:g} s, {threads} threads: after {seconds} s there are"
        run.gives(wanted, f"{told} {wanted:g} in the queue, and it says {got:g}.{slip(got, known)}")
    return (
        "Below the limit there is no queue, above it the queue grows with every second. There is hardly anything "
        "between: this is why a shop that was fine all morning can be lost at noon."
    )
