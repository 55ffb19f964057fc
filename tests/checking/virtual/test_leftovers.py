"""A coroutine that nobody awaited is told of the answer that made it, and of no other."""

import pytest
from answering import BEFORE, WAYS, asked, asked_of, run_of

from bakery.checking import Answer, Run
from bakery.checking.mistakes import Wrong
from workshop.cells import Cells

COLLECTS = "import gc\nasync def answer():\n    gc.collect()\n    await asyncio.sleep(1)\n"

LEAVES = {
    "in a global": "kept = []\nasync def answer():\n    kept.append(asyncio.sleep(1))\n    return 1 / 0",
    "in a cycle": "async def answer():\n    a = []\n    a.append(a)\n    a.append(asyncio.sleep(1))\n    return 1 / 0",
    "in a list that is gathered": "async def answer():\n    await asyncio.gather([asyncio.sleep(1)])",
}


@WAYS
@pytest.mark.parametrize("left", LEAVES)
def test_a_coroutine_that_an_earlier_answer_left_is_not_blamed_on_a_later_one(
    left: str, threadless: bool
) -> None:
    cells = Cells(BEFORE, LEAVES[left])
    assert isinstance(asked_of(cells, Answer.run, threadless=threadless).error, Wrong)
    cells.run("kept = answer = None")
    for _ in range(2):
        cells.run(COLLECTS)
        stage = asked_of(cells, Answer.run, threadless=threadless)
        assert stage.error is None, stage.error


@WAYS
def test_one_that_is_thrown_away_in_the_run_is_told_with_its_line(threadless: bool) -> None:
    stage = asked("async def answer():\n    asyncio.sleep(1)", Answer.run, threadless=threadless)
    assert "`sleep` was called and never awaited (line 2: asyncio.sleep(1))" in str(stage.error)


def test_a_coroutine_of_an_earlier_cell_is_left_alone() -> None:
    cells = Cells(
        BEFORE, "async def bake(): return 'cake'\nwaiting = bake()\nasync def answer(): return 1 / 0"
    )
    asked_of(cells, Answer.run)
    cells.run("async def answer(): return await waiting")
    run = asked_of(cells, Answer.run).value
    assert isinstance(run, Run)
    assert run.result == "cake"
    assert run_of("async def answer(): pass").result is None
