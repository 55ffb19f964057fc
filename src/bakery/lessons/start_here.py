"""Notebook 00, Start here: one exercise that shows how an exercise answers back."""

from bakery.checking import Answer, Lesson, expect
from bakery.counting import counted

ex = Lesson("00_start_here", __file__)


@ex.exercise
def last_cake(answer: Answer) -> None:
    """What async shares: the wait, so that a few more cakes take no longer."""
    for cakes, oven in ((3, 1), (3, 2), (10, 2), (1, 3)):
        run = answer.call(cakes, oven)
        got = run.result
        expect(
            got is not None, "it gives back nothing (`None`). `print` shows a number; `return` hands it over."
        )
        orders = counted(cakes, "order needs", "orders need")
        said = f"with the oven at {oven} s, {orders} {oven} s, and it says {got!r:.40}."
        if got == cakes * oven:
            said += " That is one cake after another. In the pictures they bake side by side."
        elif got == oven / cakes:
            said += " That would make each cake quicker. In the pictures each bar is a whole bake long."
        run.gives(oven, said)
