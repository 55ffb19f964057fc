"""Notebook 00, Start here: one exercise that shows how an exercise answers back."""

from bakery.checking import Answer, Lesson, expect
from bakery.trace import Trace

ex = Lesson("00_start_here", __file__)

# Predictions


@ex.prediction(unit="bake", because={3: "That is one cake after another."})
def at_once(trace: Trace) -> float:
    """Three orders at the same moment."""
    return trace.bakes_long


@ex.prediction(
    unit="second",
    because={
        1: "The oven is slower now.",
        3: "It is three cakes, but one wait.",
        6: "That is one cake after another.",
    },
)
def slower_oven(seconds: float) -> float:
    """The same three orders, after the dial was turned."""
    return seconds


# Exercises


@ex.exercise(
    hints=(
        "Look at the two pictures. What was changed between them, and what did the time do?",
        "Ten cakes at the same moment: did they take longer than three? Look at the last picture.",
        "The time is that of one bake, however many cakes there are: `return …`",
    )
)
def last_cake(answer: Answer) -> str:
    """What async shares: the wait, so that the number of cakes does not matter."""
    for cakes, oven in ((3, 1), (3, 2), (10, 2), (1, 3)):
        run = answer.call(cakes, oven)
        got = run.result
        expect(
            got is not None, "it gives back nothing (`None`). `print` shows a number; `return` hands it over."
        )
        orders = "1 order needs" if cakes == 1 else f"{cakes} orders need"
        said = f"with the oven at {oven} s, {orders} {oven} s, and it says {got!r:.40}."
        if got == cakes * oven:
            said += " That is one cake after another. In the pictures they bake side by side."
        elif got == oven / cakes:
            said += " That would make each cake quicker. In the pictures each bar is a whole bake long."
        run.gives(oven, said)
    return (
        "Ten cakes take as long as three, and as long as one: the wait is shared. That is what async is for."
    )
