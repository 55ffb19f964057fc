"""Notebook 01, Three cakes: what is shared, what is not, and how to work it out with a pencil."""

from collections.abc import Sequence
from math import ceil

from bakery.checking import Answer, Lesson, expect
from bakery.counting import counted, in_words
from bakery.kitchen import predict
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


@ex.prediction
def times_as_long(kitchens: Sequence[Trace]) -> float:
    """How many times as long the first kitchen takes as the second."""
    first, second = kitchens
    return first.makespan / second.makespan


# Exercises


@ex.exercise
def makespan(answer: Answer) -> None:
    """More bakers, and rounds: a started round is a whole round."""
    for cakes, bakers in ((3, 1), (3, 3), (7, 3), (9, 3), (2, 5)):
        run = answer.call(cakes, 1, 3, bakers)
        got = number_of(run)
        wanted = predict(cakes, 1, 3, bakers=bakers, bowls=bakers)
        run.gives(
            wanted,
            f"{_kitchen(cakes, bakers)} {wanted:g} s, and it says {got:g} s.{slip(got, _slips(cakes, bakers))}",
        )


def _kitchen(cakes: int, bakers: int) -> str:
    hands = counted(bakers, "baker", "bakers with a bowl each")
    return f"{counted(cakes, 'cake')} and {hands}, 1 s of mixing and 3 s of baking: it takes"


def _slips(cakes: int, bakers: int) -> dict[float, str]:
    """What a wrong makespan was probably made of."""
    rounds = ceil(cakes / bakers)
    return {
        cakes + rounds * 3: "That is one bowl for all. Here each baker has a bowl.",
        cakes * 4: "That is one baker's time: nobody helps.",
        cakes / bakers * 4: "A round that is begun lasts to its end, even for a single cake: round up.",
        cakes // bakers * 4: "The last round is missing: it is not full, but it is a round.",
        (cakes // bakers + 1) * 4: "That is a round too many where the last round is full.",
        rounds * 3: "The mixing is missing: a baker who waits mixes and bakes.",
        rounds + 3: "The baking overlaps there, but these bakers stand at the oven.",
    }


@ex.exercise
def enough_bakers(answer: Answer) -> None:
    """Threads can do it too, if there is one for every order."""
    bakers = answer.value(int)
    expect(bakers > 0, "a kitchen needs at least one baker.")
    expect(
        bakers <= 100, f"{bakers} threads are quick enough, but some of them never get an order. Take fewer."
    )
    seconds, rounds = predict(100, 0.01, 1, bakers=bakers), ceil(100 / bakers)
    expect(
        seconds <= 2,
        f"{counted(bakers, 'thread needs', 'threads need')} {seconds:g} s: a second of mixing, and "
        f"{in_words(rounds, 'round')} of baking.",
    )


@ex.exercise
def saved(answer: Answer) -> None:
    """What async can save, and that mixing is no part of it."""
    for cakes, mixing, baking in ((3, 1, 3), (3, 3, 1), (1, 1, 3), (100, 0.5, 1), (4, 2, 0)):
        run = answer.call(cakes, mixing, baking)
        got = number_of(run)
        wanted = predict(cakes, mixing, baking) - predict(cakes, mixing, baking, waits=False)
        said = (
            f"{counted(cakes, 'cake')}, {mixing:g} s of mixing and {baking:g} s of baking: "
            f"{wanted:g} s are saved, and it says {got:g} s."
        )
        known = {
            cakes * baking: "One bake is always waited for: the last.",
            cakes * mixing + baking: "That is the time that is left, not the time that is saved.",
            cakes
            * (
                mixing + baking
            ): "That is the time of the baker who waits; the other one needs some time, too.",
            (cakes - 1) * (mixing + baking): "Mixing is not saved: there is one pair of hands.",
            -wanted: "Take the shorter time from the longer one.",
        }
        run.gives(wanted, said + slip(got, known))


@ex.exercise
def shared(answer: Answer) -> None:
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
            f"{one}, “{JOBS[one]}”, is mixing: the one thread computes, and nobody else gets a turn meanwhile.",
        )
    for one in sorted(SHARED - letters):
        expect(False, f"{one} is missing: “{JOBS[one]}” is a wait, in which something else works.")
