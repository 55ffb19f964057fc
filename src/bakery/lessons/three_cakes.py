"""Notebook 01, Three cakes: what is shared, what is not, and how to work it out with a pencil."""

from collections.abc import Sequence
from math import ceil

from bakery.checking import Answer, Lesson, expect
from bakery.kitchen import predict, simulate
from bakery.lessons._numbers import number_of, slip
from bakery.trace import Trace

JOBS = {
    "a": "ask a database",
    "b": "resize a photo",
    "c": "call a payment service",
    "d": "sort a million names",
    "e": "wait for a chat message",
}
SHARED = frozenset("ace")
"""The jobs that are bakes."""

ex = Lesson("01_three_cakes", __file__)


# Predictions


@ex.prediction(
    unit="second",
    because={
        4: "That is one cake, or three bakers.",
        9: "That is the baking alone; each cake is mixed as well.",
        6: "That would need a baker who does not stand at the oven.",
    },
)
def one_baker(trace: Trace) -> float:
    """A baker who waits."""
    return trace.makespan


@ex.prediction(
    unit="second", because={12: "That is one baker.", 6: "These bakers have a pair of hands each."}
)
def three_bakers(trace: Trace) -> float:
    """A baker for each order."""
    return trace.makespan


@ex.prediction(
    unit="second",
    because={
        4: "One pair of hands cannot mix three cakes at once.",
        12: "This baker does not stand at the oven.",
        10: "The bakes overlap, so they do not add up.",
    },
)
def no_standing(trace: Trace) -> float:
    """A baker who does not wait."""
    return trace.makespan


@ex.prediction(
    choices={
        "a": "the one baker who waits",
        "b": "the three bakers",
        "c": "the one who does not wait",
        "d": "in none: it is the same everywhere",
    },
    because={"c": "That one is done early, but no single cake is mixed or baked in less."},
)
def least_work(kitchens: Sequence[Trace]) -> str:
    """Where a single cake is made in the shortest time."""
    each = [kitchen.served / kitchen.cakes for kitchen in kitchens]
    return "d" if max(each) == min(each) else "abc"[each.index(min(each))]


@ex.prediction(
    unit="time",
    within=0.3,
    because={
        1: "Four stand at four ovens. One walks from oven to oven, and there is no limit to them.",
        4: "Four bakers are four times one who waits; this one does not.",
        25: "Those are the rounds of the four. The other one needs two seconds, not one.",
    },
)
def times_as_long(kitchens: Sequence[Trace]) -> float:
    """How many times as long the first kitchen takes as the second."""
    first, second = kitchens
    return first.makespan / second.makespan


@ex.prediction(
    unit="second",
    because={
        6: "That was the other recipe. Now the mixing is long, and it adds up.",
        4: "Only three bakers do that.",
        12: "A little is saved: the bake of one cake overlaps the mixing of the next.",
    },
)
def long_mixing(trace: Trace) -> float:
    """A baker who does not wait, and a recipe that is nearly all mixing."""
    return trace.makespan


@ex.prediction(
    choices={"a": "about three times as fast", "b": "about as fast as one"},
    because={"a": "In the kitchen yes, where each has a bowl."},
)
def real_bakers(cores: int) -> str:
    """Three threads that compute."""
    return "b" if cores < 2 else "a"


# Exercises


@ex.exercise(
    hints=(
        "Think in rounds: in each round every baker makes one cake, from the first mix to the end of the bake.",
        "Ten cakes and three bakers: three, three, three and one. That is four rounds.",
        "`math.ceil(cakes / bakers)` rounds up. How long is one round?",
    )
)
def makespan(answer: Answer) -> str:
    """More bakers, and rounds: a started round is a whole round."""
    for cakes, bakers in ((3, 1), (3, 3), (7, 3), (9, 3), (2, 5)):
        run = answer.call(cakes, 1, 3, bakers)
        got = number_of(run)
        wanted = predict(cakes, 1, 3, bakers=bakers, bowls=bakers)
        run.gives(
            wanted,
            f"{_kitchen(cakes, bakers)} {wanted:g} s, and it says {got:g} s.{slip(got, _slips(cakes, bakers))}",
        )
    return (
        "Twice the bakers, half the rounds. That is how a server with threads works, and the price is one baker more "
        "for every order that shall not queue."
    )


def _kitchen(cakes: int, bakers: int) -> str:
    return f"{cakes} cakes and {'1 baker' if bakers == 1 else f'{bakers} bakers'}, 1 s of mixing and 3 s of baking: it takes"


def _slips(cakes: int, bakers: int) -> dict[float, str]:
    """What a wrong makespan was probably made of."""
    return {
        cakes * 4: "That is one baker's time: nobody helps.",
        cakes / bakers * 4: "A round that is begun lasts to its end, even for a single cake: round up.",
        cakes // bakers * 4: "The last round is missing: it is not full, but it is a round.",
        (cakes // bakers + 1) * 4: "That is a round too many where the last round is full.",
        ceil(cakes / bakers) * 3: "The mixing is missing: a baker who waits mixes and bakes.",
        ceil(cakes / bakers) + 3: "The baking overlaps there, but these bakers stand at the oven.",
    }


@ex.exercise(
    hints=(
        "Try numbers with `simulate(cakes=100, mixing=0.01, baking=1, bakers=…, bowls=…)`, with a bowl for each baker.",
        "With 50 bakers there are two rounds of 1.01 s. Is that two seconds?",
    )
)
def enough_bakers(answer: Answer) -> str:
    """Threads can do it too, if there is one for nearly every order."""
    bakers = answer.value(int)
    expect(bakers > 0, "a kitchen needs at least one baker.")
    if bakers > 100:
        expect(False, f"{bakers} bakers are quick enough, but some of them never get a cake. Take fewer.")
    seconds = simulate(100, 0.01, 1, bakers=bakers, bowls=bakers).makespan
    rounds = ceil(100 / bakers)
    expect(
        seconds <= 2,
        f"{bakers} {'baker needs' if bakers == 1 else 'bakers need'} {seconds:g} s: {rounds} rounds of 1.01 s each, "
        "and the other one is done after 2 s.",
    )
    expect(bakers == 100, f"{bakers} bakers are quick enough, but it can be done with fewer.")
    return "One who does not wait is worth a hundred who do, as long as there is so little to mix."


@ex.exercise(
    hints=(
        "Compare the two kitchens for 1, 2 and 3 cakes: `simulate(...)`, with and without `waits=False`.",
        "With one cake nothing is saved: there is no other wait to share it with.",
        "The baker who waits needs `cakes * (mixing + baking)`, the other one `cakes * mixing + baking`. Take one "
        "from the other.",
    )
)
def saved(answer: Answer) -> str:
    """What async can save, and that mixing is no part of it."""
    for cakes, mixing, baking in ((3, 1, 3), (3, 3, 1), (1, 1, 3), (100, 0.5, 1), (4, 2, 0)):
        run = answer.call(cakes, mixing, baking)
        got = number_of(run)
        wanted = predict(cakes, mixing, baking) - predict(cakes, mixing, baking, waits=False)
        said = (
            f"{'1 cake' if cakes == 1 else f'{cakes} cakes'}, {mixing:g} s of mixing and {baking:g} s of baking: "
            f"{wanted:g} s are saved, and it says {got:g} s."
        )
        known = {
            cakes * baking: "One bake is always waited for: the last.",
            cakes * mixing + baking: "That is the time which is left, not the time which is saved.",
            cakes
            * (mixing + baking): "That is the time of the baker who waits; the other one needs some, too.",
            (cakes - 1) * (mixing + baking): "Mixing is not saved: there is one pair of hands.",
            -wanted: "Take the shorter time from the longer one.",
        }
        run.gives(wanted, said + slip(got, known))
    return (
        "Mixing does not occur in `(cakes - 1) * baking`. That is all that async can save, and all that it cannot: "
        "no bakes, or no second cake, and it saves nothing."
    )


@ex.exercise(
    hints=(
        "Ask of each job: does my Python work meanwhile, or does something else?",
        "Three of the five are waits.",
    )
)
def shared(answer: Answer) -> str:
    """What async cannot speed up: computing."""
    given = answer.value(set, list, tuple, frozenset)
    letters = {str(one).strip().lower() for one in given}
    expect(letters, "it is empty. Is there nothing in the five jobs that is a wait?")
    strange = sorted(letters - set(JOBS))
    expect(
        not strange, f'there is no job `{", ".join(strange)}`. Put letters into it, such as `{{"a", "b"}}`.'
    )
    for one in sorted(letters - SHARED):
        expect(
            False,
            f"{one}, “{JOBS[one]}”, is mixing: the one thread computes, and nobody else gets on meanwhile.",
        )
    for one in sorted(SHARED - letters):
        expect(False, f"{one} is missing: “{JOBS[one]}” is a wait, something else works meanwhile.")
    return "Those three are bakes. The other two keep the one thread busy, and everybody else waits for them."
