"""What is printed on a stage is kept there, as far as anybody would read it."""

from answering import asked

from bakery.checking import Answer
from bakery.checking.virtual.stage import MOST_PRINTED, Stage, stage


def test_nobody_is_on_a_stage_without_a_performance() -> None:
    assert stage() is None


def test_what_is_printed_on_stage_is_kept_and_not_printed() -> None:
    assert asked("def answer(): print('cake')", Answer.call).printed == "cake\n"


def test_a_flood_is_kept_up_to_its_limit() -> None:
    on: Stage[None] = Stage()
    for _ in range(1000):
        on.write("x" * 100)
    assert on.printed == "x" * MOST_PRINTED
