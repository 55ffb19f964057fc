"""Notebook 17, Pagination: a book that is read page by page."""

from bakery.checking import Answer, Lesson

BAKE = 0.5
"""Seconds in the oven, as the notebook has it."""

ex = Lesson("17_pagination", __file__)


@ex.exercise
def together(answer: Answer) -> None:
    """TODO: what a reader has understood who has this right."""
    for number in (3, 7):
        cakes = [f"cake {one}" for one in range(number)]
        answer.run(cakes).gives(cakes).takes(BAKE).at_once(number)
