"""Notebook 15, API docs: a page where anybody can press the buttons."""

from bakery.checking import Answer, Lesson

BAKE = 0.5
"""Seconds in the oven, as the notebook has it."""

ex = Lesson("15_api_docs", __file__)


@ex.exercise
def together(answer: Answer) -> None:
    """TODO: what a reader has understood who has this right."""
    for number in (3, 7):
        cakes = [f"cake {one}" for one in range(number)]
        answer.run(cakes).gives(cakes).takes(BAKE).at_once(number)
