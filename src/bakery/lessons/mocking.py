"""Notebook 16, Mocking: stand-ins, and what they cannot tell."""

from bakery.checking import Answer, Lesson

BAKE = 0.5
"""Seconds in the oven, as the notebook has it."""

ex = Lesson("16_mocking", __file__)


@ex.exercise
def together(answer: Answer) -> None:
    """TODO: what a reader has understood who has this right."""
    for number in (3, 7):
        cakes = [f"cake {one}" for one in range(number)]
        answer.run(cakes).gives(cakes).takes(BAKE).at_once(number)
