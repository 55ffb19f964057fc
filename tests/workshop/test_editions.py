"""The other editions are made from the learner's: the solved one answers everything, the blank one empties the code."""

from making import code, notebook, prose, stream

from bakery.lessons.waiting import ex
from workshop.editions import blank, solved

CELLS = (
    prose("promise", "# Small"),
    code("exercise-one-cake", "from bakery.lessons.waiting import ex\n\npass", stream("stdout", "x")),
    code("quiz-who-works", "ex.who_works"),
    code("other", "print(1)", stream("stdout", "1\n")),
)


def test_the_solved_edition_answers_every_task_and_ends_in_a_cell_that_fails_unless_all_are_right() -> None:
    made = solved(notebook(*CELLS), ex)
    sources = [cell.source for cell in made.cells]
    assert (
        sources[1]
        == f"from bakery.lessons.waiting import ex\n\n{ex.paper.tasks['one_cake'].solution}".rstrip()
    )
    assert sources[2] == 'ex.who_works.check("c")'
    assert sources[3:] == ["print(1)", "assert not ex.unsolved, ex.unsolved"]


def test_no_edition_has_an_output_or_a_number() -> None:
    for made in (solved(notebook(*CELLS), ex), blank(notebook(*CELLS))):
        for cell in made.cells:
            assert not cell.get("outputs")
            assert cell.get("execution_count") is None


def test_the_blank_edition_keeps_the_prose_and_the_names_and_empties_the_code() -> None:
    made = blank(notebook(*CELLS))
    assert [cell.source for cell in made.cells] == ["# Small", "", "", ""]
    assert [cell.id for cell in made.cells] == [cell.id for cell in CELLS]
