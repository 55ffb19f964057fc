"""Notebook 00, Start here: one exercise that shows how an exercise answers back."""

from math import ceil

from bakery.checking import Answer, Lesson
from bakery.counting import counted
from bakery.lessons._formulas import drawn, formula

ex = Lesson("00_start_here", __file__)


@ex.exercise
def last_cake(answer: Answer) -> None:
    """What async shares: the wait, so that a few more cakes take no longer."""
    formula(
        answer,
        [(3, 1), (3, 2), (10, 2), (1, 3), *drawn("last_cake", 12, range(1, 30), (1, 2, 3, 0.5, 2.5))],
        lambda _cakes, oven: oven,
        lambda cakes, oven: (
            f"with the oven at {oven:g} s, {counted(int(cakes), 'order needs', 'orders need')} @ s"
        ),
        {
            "That is one cake after another. In the pictures they bake side by side.": lambda cakes, oven: (
                cakes * oven
            ),
            "That would make each cake quicker. In the pictures each bar is a whole bake long.": lambda cakes, oven: (
                oven / cakes
            ),
            "That is how many bakes it takes, and seconds are wanted. How many seconds is one bake?": lambda _cakes, _oven: (
                1
            ),
            "That is the number of cakes. How long does one of them bake?": lambda cakes, _oven: cakes,
            "They are not served in turns: the first of them is in the oven for as long as the last.": lambda cakes, oven: (
                oven * (cakes - 1)
            ),
            "The oven has room for all of them: no cake waits until three others are out.": lambda cakes, oven: (
                ceil(cakes / 3) * oven
            ),
            "The cakes wait for nobody: they are all in the oven at the same moment.": lambda cakes, oven: (
                cakes + oven
            ),
        },
    )
