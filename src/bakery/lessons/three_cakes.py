"""Notebook 01, Three cakes: what is shared, what is not, and how to work it out with a pencil."""

from collections.abc import Sequence
from math import ceil

from bakery.checking import Answer, Lesson, expect
from bakery.counting import counted, in_words
from bakery.kitchen import predict
from bakery.lessons._formulas import Slips, drawn, formula, in_rounds
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


BOWLS = (1, 2, 3, 4, 5, 10)
TIMES = (0.25, 0.5, 1, 2, 3)


def _one_bowl(cakes: float, mixing: float, baking: float, bakers: float) -> float:
    return predict(int(cakes), mixing, baking, bakers=int(bakers))


MAKESPAN_SLIPS: Slips = {
    "That is one bowl for all. Here each baker has a bowl.": _one_bowl,
    "That is one baker's time: nobody helps.": lambda cakes, mixing, baking, _: cakes * (mixing + baking),
    "A round that is begun lasts to its end, even for a single cake: round up.": lambda cakes, mixing, baking, bakers: (
        cakes / bakers * (mixing + baking)
    ),
    "The last round is missing: it is not full, but it is a round.": lambda cakes, mixing, baking, bakers: (
        cakes // bakers * (mixing + baking)
    ),
    "That is a round too many where the last round is full.": lambda cakes, mixing, baking, bakers: (
        (cakes // bakers + 1) * (mixing + baking)
    ),
    "`round` goes down as well as up, and a round that is begun is a round.": lambda cakes, mixing, baking, bakers: (
        round(cakes / bakers) * (mixing + baking)
    ),
    "A round that is not full takes as long as a whole one: round up, where `round` may go down.": lambda cakes, mixing, baking, bakers: (
        max(1, round(cakes / bakers)) * (mixing + baking)
    ),
    "The mixing is missing: a baker who waits mixes and bakes.": lambda cakes, _, baking, bakers: (
        ceil(cakes / bakers) * baking
    ),
    "The baking is missing: a baker who waits mixes and bakes.": lambda cakes, mixing, _, bakers: (
        ceil(cakes / bakers) * mixing
    ),
    "The baking overlaps there, but these bakers stand at the oven.": lambda cakes, mixing, baking, bakers: (
        ceil(cakes / bakers) * mixing + baking
    ),
    "Those are the rounds. How long is one?": lambda cakes, _mixing, _baking, bakers: ceil(cakes / bakers),
    "Round the rounds up, not the seconds.": lambda cakes, mixing, baking, bakers: ceil(
        cakes / bakers * (mixing + baking)
    ),
    "One round is the least, and so far it is right; above that, a round that is begun is a round: round up.": lambda cakes, mixing, baking, bakers: (
        max(1, cakes // bakers) * (mixing + baking)
    ),
    "Those who are left over bake together, in one round.": lambda cakes, mixing, baking, bakers: (
        (cakes // bakers + cakes % bakers) * (mixing + baking)
    ),
    "The first round is one of them, too: where one baker has three cakes, there are three rounds.": lambda cakes, mixing, baking, bakers: (
        (cakes - 1) // bakers * (mixing + baking)
    ),
    "A round is first mixing and then baking: they add up.": lambda cakes, mixing, baking, bakers: (
        ceil(cakes / bakers) * mixing * baking
    ),
    "A baker who waits does not mix while a cake bakes: mixing and baking add up.": lambda cakes, mixing, baking, bakers: (
        ceil(cakes / bakers) * max(mixing, baking)
    ),
    "The cakes beyond the first round bake several at a time, and not one by one.": lambda cakes, mixing, baking, bakers: (
        (1 if cakes <= bakers else cakes - bakers) * (mixing + baking)
    ),
    "With a bowl each, nobody mixes more slowly for the others: mixing takes as long as with one baker.": lambda cakes, mixing, baking, bakers: (
        ceil(cakes / bakers) * (mixing * bakers + baking)
    ),
    "Nobody helps with another's cake: each baker mixes whole ones, in the full time.": lambda cakes, mixing, baking, bakers: (
        ceil(cakes / bakers) * (mixing / bakers + baking)
    ),
    "Each baker mixes and bakes whole cakes, one after another: count the rounds.": lambda cakes, mixing, baking, bakers: (
        cakes * mixing / bakers + baking
    ),
}


@ex.exercise
def makespan(answer: Answer) -> None:
    """More bakers, and rounds: a started round is a whole round."""
    fixed = [(cakes, 1, 3, bakers) for cakes, bakers in ((3, 1), (3, 3), (7, 3), (9, 3), (2, 5))]
    formula(
        answer,
        [*fixed, *drawn("makespan", 20, range(1, 31), TIMES, TIMES, BOWLS)],
        lambda cakes, mixing, baking, bakers: ceil(cakes / bakers) * (mixing + baking),
        lambda cakes, mixing, baking, bakers: (
            f"{counted(int(cakes), 'cake')} and {counted(int(bakers), 'baker', 'bakers with a bowl each')}, {mixing:g} s of "
            f"mixing and {baking:g} s of baking: it takes @ s"
        ),
        MAKESPAN_SLIPS,
        also=lambda cakes, mixing, baking, bakers, got: in_rounds(
            got / (mixing + baking), cakes, bakers, "made"
        ),
    )


ON_BAKERS = {
    1: " One baker is enough who does not wait (`waits=False`), and a thread waits.",
    2: " Two is how many seconds it may take; how many threads it takes is wanted.",
    99: " The second round is for a single order, so one thread is missing. A search ends with this number where it keeps the last "
    "that was too few, or a place in a list: the first place is 0.",
    13: " That is how many times as long four of them take; how many threads are as quick is wanted.",
}
"""What is most likely meant by a number that is no number of threads."""


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
        f"{in_words(rounds, 'round')} of baking.{ON_BAKERS.get(bakers, '')}",
    )


SAVED_SLIPS: Slips = {
    "It says that whatever it is asked. Mixing and bakes add up to the same for both bakers, without the waiting (`served`); "
    "what differs is when the last cake is done (`makespan`), and only with `waits=False` does one not wait.": lambda *_: (
        0
    ),
    "One bake is always waited for: the last.": lambda cakes, _, baking: cakes * baking,
    "The last bake is shared with nothing: it begins when all the mixing is done, and comes on top of it.": lambda cakes, mixing, baking: (
        cakes * (mixing + baking) - max(cakes * mixing, baking)
    ),
    "The mixing costs both bakers the same, so nothing of it is taken off.": lambda cakes, mixing, baking: (
        (cakes - 1) * (baking - mixing)
    ),
    "The mixing costs both bakers the same, so nothing of it is taken off, however long it is.": lambda cakes, mixing, baking: (
        (cakes - 1) * max(0, baking - mixing)
    ),
    "That is the time that is left, not the time that is saved.": lambda cakes, mixing, baking: (
        cakes * mixing + baking
    ),
    "That is the time of the baker who waits; the other one needs some, too.": lambda cakes, mixing, baking: (
        cakes * (mixing + baking)
    ),
    "Mixing is not saved: there is one pair of hands.": lambda cakes, mixing, baking: (
        (cakes - 1) * (mixing + baking)
    ),
    "That is the mixing. It is not saved: there is one pair of hands.": lambda cakes, mixing, _: (
        (cakes - 1) * mixing
    ),
    "Round brackets are missing: in `cakes - 1 * baking` the `1 * baking` comes first.": lambda cakes, _, baking: (
        cakes - baking
    ),
    "The other baker's time is `cakes * mixing + baking`: only the last bake is waited for.": lambda cakes, mixing, baking: (
        cakes * (mixing + baking) - cakes * max(mixing, baking)
    ),
    "Whatever takes longer: while a cake bakes, the others may be mixed and baked, too. Only the last bake is waited for.": lambda cakes, mixing, baking: (
        (cakes - 1) * min(mixing, baking)
    ),
    "That is a share of the time in percent, and seconds are wanted.": lambda cakes, mixing, baking: (
        100 * (cakes - 1) * baking / (cakes * (mixing + baking))
    ),
    "That is the share of the time that is saved, and the seconds are wanted.": lambda cakes, mixing, baking: (
        (cakes - 1) * baking / (cakes * (mixing + baking))
    ),
    "That is the share of the time that is left, and the seconds that are saved are wanted.": lambda cakes, mixing, baking: (
        (cakes * mixing + baking) / (cakes * (mixing + baking))
    ),
    "That is how many times as long the other one takes, and seconds are wanted.": lambda cakes, mixing, baking: (
        cakes * (mixing + baking) / (cakes * mixing + baking)
    ),
    "Take the shorter time from the longer one.": lambda cakes, _, baking: baking - cakes * baking,
}


@ex.exercise
def saved(answer: Answer) -> None:
    """What async can save, and that mixing is no part of it."""
    formula(
        answer,
        [
            *((3, 1, 3), (3, 3, 1), (1, 1, 3), (100, 0.5, 1), (4, 2, 0)),
            *drawn("saved", 15, range(1, 40), TIMES, (0, *TIMES)),
        ],
        lambda cakes, _mixing, baking: (cakes - 1) * baking,
        lambda cakes, mixing, baking: (
            f"{counted(int(cakes), 'cake')}, {mixing:g} s of mixing and {baking:g} s of baking: @ s are saved"
        ),
        SAVED_SLIPS,
    )


@ex.exercise
def shared(answer: Answer) -> None:
    """What async cannot speed up: computing."""
    given = answer.value(set, list, tuple, frozenset)
    letters = {str(one).strip().lower() for one in given}
    expect(letters, "it is empty. Is there nothing in the five jobs that is a wait?")
    strange = sorted(letters - set(JOBS))
    expect(
        not strange,
        f'there is no job {" or ".join(map(repr, strange))}. Put letters into it, each as a text of its own: `{{"a", "b"}}`.',
    )
    expect(
        letters != set(JOBS) - SHARED,
        "those are the jobs that cannot: in both the one thread computes. Which three are left?",
    )
    for one in sorted(letters - SHARED):
        expect(
            False,
            f"{one}, “{JOBS[one]}”, is mixing: the one thread computes, and nobody else gets a turn meanwhile.",
        )
    for one in sorted(SHARED - letters):
        expect(False, f"{one} is missing: “{JOBS[one]}” is a wait, in which something else works.")
