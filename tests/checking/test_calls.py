"""What a task says is to be used is seen to be called, by whatever name and in whatever thread."""

import pytest
from answering import WAYS, asked_of

from bakery.checking import Answer, Run
from workshop.cells import Cells

BAKE = (
    "import asyncio, time\nasync def bake(): await asyncio.sleep(1)\ndef mix(): time.sleep(1)\nother = bake"
)

CALLS = {
    "by its name": ("async def answer(): await bake()", {"bake": 1}),
    "by another name": ("async def answer(): await other()", {"bake": 1}),
    "three times": ("async def answer(): await asyncio.gather(bake(), bake(), bake())", {"bake": 3}),
    "in a thread": ("async def answer(): await asyncio.to_thread(mix)", {"mix": 1}),
    "not at all": ("async def answer(): await asyncio.sleep(1)", {}),
    "only made": ("async def answer():\n    made = bake()\n    made.close()", {}),
}


@WAYS
@pytest.mark.parametrize("how", CALLS)
def test_calls_are_counted(how: str, threadless: bool) -> None:
    text, calls = CALLS[how]
    stage = asked_of(
        Cells(BAKE, text), lambda answer: answer.watch("bake", "mix").run(), threadless=threadless
    )
    assert isinstance(stage.value, Run), stage.error
    assert dict(stage.value.calls) == calls


def test_the_order_of_the_calls_is_known() -> None:
    cells = Cells(
        BAKE, "async def answer():\n    await bake()\n    await asyncio.to_thread(mix)\n    await bake()"
    )
    run = asked_of(cells, lambda answer: answer.watch("bake", "mix").run()).value
    assert isinstance(run, Run)
    assert run.order == ("bake", "mix", "bake")


def test_a_thing_of_the_notebook_that_is_gone_is_told() -> None:
    def ask(answer: Answer) -> Answer:
        return answer.named("bake")

    assert "there is no `bake` any more" in str(asked_of(Cells("async def answer(): pass"), ask).error)
