"""Exercises as a reader has them: typed, failed, hinted and solved; a quiz by keyboard and by mouse; progress."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bakery.lessons.waiting import ex

from . import axe
from .window import OpenNotebook, Window

NEEDED = ("one-bake", "stand-and-bake", "prediction-calling", "bake")
"""The cells that the exercises of notebook 02 stand on."""

FAILED = {
    "The three waits came one after another": "[await bake(cake) for cake in cakes]",
    "A star unpacks the list": "await asyncio.gather([asyncio.create_task(bake(cake)) for cake in cakes])",
    "an await is missing": "[bake(cake) for cake in cakes]",
}
"""What `bake_all` returns, and what it is told."""

SOLVED = "await asyncio.gather(*(bake(cake) for cake in cakes))"

TABS = 12
"""Presses of the Tab key after which whoever uses a keyboard would have given up."""

FOCUSED = "() => document.activeElement.matches('button') ? document.activeElement.textContent : ''"


def bake_all(returned: str) -> str:
    return f"async def bake_all(cakes):\n    return {returned}\n\n\nex.bake_all.check(bake_all)"


@pytest.fixture(scope="module")
def waiting(window: Window) -> Iterator[OpenNotebook]:
    """Notebook 02, as far as its first exercise."""
    with window.notebook("02_waiting.ipynb") as opened:
        for cell in NEEDED:
            opened.run(cell)
        yield opened


@pytest.fixture
def picture(waiting: OpenNotebook, artefacts: Path | None, request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep pictures of the page after the test, for whoever asks for them."""
    yield
    if artefacts:
        waiting.active.scroll_into_view_if_needed()
        artefacts.mkdir(parents=True, exist_ok=True)
        waiting.page.screenshot(path=artefacts / f"{request.node.name}.png")


@pytest.mark.usefixtures("picture")
def test_an_exercise_is_failed_in_three_ways_hinted_and_solved(waiting: OpenNotebook) -> None:
    assert "not attempted yet" in waiting.run("exercise-bake-all")
    for words, returned in FAILED.items():
        verdict = waiting.run("exercise-bake-all", bake_all(returned))
        assert "✕bake_all: wrong, because" in verdict
        assert words in verdict
        assert "ex.bake_all.hint() gives a hint." in verdict
    assert "Hint 1 of 3: Start all of them" in waiting.run_below("ex.bake_all.hint()")
    assert "Hint 2 of 3: asyncio.gather takes" in waiting.run_below("ex.bake_all.hint()")
    assert "gather starts them all before it waits" in waiting.run_below("ex.bake_all.solution()")
    verdict = waiting.run("exercise-bake-all", bake_all(SOLVED))
    assert "✓bake_all: right" in verdict
    assert "Seven cakes took as long as three" in verdict
    assert axe.findings(waiting.page) == []
    assert waiting.complaints == []


@pytest.mark.usefixtures("picture")
def test_a_quiz_is_answered_by_keyboard_alone(waiting: OpenNotebook) -> None:
    waiting.run("quiz-who-works")
    waiting.active.get_by_role("group").wait_for()
    waiting.page.keyboard.press("Escape")  # out of the text, where Tab indents
    tab_to(waiting, "Seven threads")
    waiting.page.keyboard.press("Enter")
    reply = waiting.active.get_by_role("status")
    reply.get_by_text("wrong, because").wait_for()
    assert "there is one thread" in reply.inner_text()
    tab_to(waiting, "The waits overlap")
    waiting.page.keyboard.press("Space")
    reply.get_by_text("who_works: right").wait_for()
    assert "It is the same wait, shared." in reply.inner_text()
    assert waiting.complaints == []


@pytest.mark.usefixtures("picture")
def test_a_quiz_says_its_question_its_choices_and_the_one_that_is_chosen(waiting: OpenNotebook) -> None:
    """By role and name, as a screen reader does; answered with the mouse."""
    waiting.run("quiz-where-to-run")
    group = waiting.active.get_by_role("group", name="You write a script, bakery.py")
    group.wait_for()
    assert group.get_by_role("button").count() == 4
    assert group.get_by_role("button", pressed=True).count() == 0
    group.get_by_role("button", name="d) main() in both.").click()
    waiting.active.get_by_role("status").get_by_text("wrong, because").wait_for()
    group.get_by_role("button", name="a) await main() in the notebook").click()
    waiting.active.get_by_role("status").get_by_text("where_to_run: right").wait_for()
    assert "✓" in group.get_by_role("button", pressed=True).inner_text()
    assert group.get_by_role("button", pressed=True).count() == 1
    assert axe.findings(waiting.page) == []
    assert waiting.complaints == []


@pytest.mark.usefixtures("picture")
def test_a_prediction_in_one_cell_asks_for_the_guess_draws_and_compares(waiting: OpenNotebook) -> None:
    paper = ex.paper.tasks["in_a_row"]
    asked = waiting.run("prediction-in-a-row")
    assert "Put it in place of the dots, and run the cell." in asked
    assert "three bakes" not in asked.partition("not attempted yet")[2]
    compared = waiting.run("prediction-in-a-row", paper.solution.rstrip())
    assert "You said three bakes." in compared
    assert waiting.active.locator(".jp-OutputArea-output img").count() > 0
    assert waiting.complaints == []


@pytest.mark.usefixtures("picture")
def test_what_is_done_is_still_done_after_the_kernel_has_restarted(waiting: OpenNotebook) -> None:
    waiting.run("prediction-calling")
    waiting.run_below('ex.what_stops.check("b")')
    waiting.run_below("ex.mended.reset()")
    before = waiting.run("your-progress")
    assert "✓ what_stops" in before
    assert "○ mended" in before
    waiting.restart()
    waiting.run("prediction-calling")
    assert waiting.run("your-progress") == before
    whole = waiting.run_below("from bakery import progress\n\nprogress()")
    assert "02 Waiting: " in whole
    assert "Next: " in whole
    assert waiting.complaints == []


def tab_to(waiting: OpenNotebook, text: str) -> None:
    """Press Tab until a choice has the focus."""
    for _ in range(TABS):
        waiting.page.keyboard.press("Tab")
        if text in waiting.page.evaluate(FOCUSED):
            return
    focused = waiting.page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")
    raise AssertionError(f"{TABS} presses of Tab do not lead to {text!r}, but to {focused}")
