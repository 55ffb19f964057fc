"""What stands on paper is what a cell says: the starter, the solution, and the id by which a cell is known."""

import pytest

from bakery.checking.paper import Choice, ExercisePaper, PredictionPaper, QuizPaper, TaskPaper

EXERCISE = ExercisePaper(
    "bake_all",
    line=3,
    reason="Because.",
    text="all_of_it = [1]  # starter: all_of_it = ...\n\nex.bake_all.check(all_of_it)\n",
    hints=("One.",),
    right="",
)
CHOICES = {"a": Choice(5, "No.", "no.", False), "b": Choice(6, "Yes.", "Yes.", True)}
QUIZ = QuizPaper("why", line=3, reason="", question="Why?", choices=CHOICES)


def prediction(answer: str, text: str = "") -> PredictionPaper:
    return PredictionPaper(
        "standing",
        line=3,
        reason="Because.",
        answer=answer,
        unit="bake",
        within=0.0,
        seen="",
        because={},
        choices={},
        text=text,
    )


@pytest.mark.parametrize(
    ("paper", "cell_id", "starter", "solution"),
    [
        (EXERCISE, "exercise-bake-all", "all_of_it = ...\n\nex.bake_all.check(all_of_it)\n", "all_of_it = [1]\n\nex.bake_all.check(all_of_it)\n"),
        (QUIZ, "quiz-why", "ex.why\n", 'ex.why.check("b")\n'),
        (prediction("2.5"), "prediction-standing", "ex.standing.say(...)\n", "ex.standing.say(2.5)\n"),
        (prediction('"big"'), "prediction-standing", "ex.standing.say(...)\n", 'ex.standing.say("big")\n'),
        (prediction("3", "ex.standing.say(...)\n1\n"), "prediction-standing", "ex.standing.say(...)\n1\n", "ex.standing.say(3)\n1\n"),
    ],
)  # fmt: skip
def test_a_task_knows_its_cell(paper: TaskPaper, cell_id: str, starter: str, solution: str) -> None:
    assert (paper.cell_id, paper.starter, paper.solution) == (cell_id, starter, solution)


def test_an_exercise_knows_what_its_cell_hands_to_the_check() -> None:
    assert EXERCISE.subject == "all_of_it"


def test_a_quiz_knows_its_right_choice() -> None:
    assert QUIZ.right == "b"
