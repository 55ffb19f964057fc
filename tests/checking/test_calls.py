"""What a task says is to be used is seen to be called, by whatever name and in whatever thread."""

from typing import Any

import pytest
from answering import WAYS, asked, asked_of

from bakery.checking import Answer, Run
from bakery.checking.calls import CLOSED_FOR_OTHERS, must_take
from bakery.checking.mistakes import Wrong
from bakery.checking.service import Service
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


def bake(cake: str, *, size: int = 3) -> None:
    """Nothing."""


class Cake:
    def __repr__(self) -> str:
        return "<Cake object at 0x7f12ab>"


def test_a_function_that_cannot_be_called_so_is_told_with_its_arguments() -> None:
    must_take("bake", bake, ("plum",), {"size": 1})
    with pytest.raises(Wrong) as caught:
        must_take("bake", bake, (Cake(), 2), {"size": "three"})
    assert str(caught.value) == (
        "it is called as `bake(<Cake>, 2, size='three')`, but it takes `(cake: str, *, size: int = 3) -> None`: too many positional "
        "arguments. Its arguments should be those of the task."
    )


@pytest.mark.parametrize("nobody_knows", [3, type])
def test_what_says_nothing_of_its_arguments_may_be_called_with_any(nobody_knows: Any) -> None:  # noqa: ANN401
    must_take("bake", nobody_knows, (1, 2, 3, 4, 5), {"size": 1})


@WAYS
@pytest.mark.parametrize("closes", ["", "async with client: pass", "await client.aclose()"])
def test_a_client_that_a_call_was_handed_is_open_after_it(closes: str, threadless: bool) -> None:
    text = f"async def answer(client, *, other=None):\n    {closes or 'pass'}"

    def check(answer: Answer) -> None:
        answer.run(Service().httpx(), other="no client")

    error = asked(text, check, threadless=threadless).error
    assert (str(error) == CLOSED_FOR_OTHERS) if closes else error is None
