"""A coroutine in the place of its result is told with the line that made it, wherever that came out."""

from answering import QUART, refused

from bakery.checking.coroutines import handed_back, wrapper_of
from workshop.cells import Cells


def test_the_line_that_called_a_view_and_did_not_await_it_is_told() -> None:
    text = f"""{QUART}
async def bake():
    return "cake"
@answer.get("/sold")
async def sold():
    if answer is None:
        return await bake()
    return bake()
"""
    said = refused(text, lambda answer: answer.visit("/sold"))
    number = text.splitlines().index("    return bake()") + 1
    assert f"an `await` is missing (line {number}: return bake())" in said


def test_an_error_that_has_to_do_with_no_answer_hands_nothing_back() -> None:
    assert handed_back(TypeError("cake")) is None


def test_a_coroutine_of_the_readers_own_has_no_wrapper() -> None:
    cells = Cells("async def bake(): pass\ndef oven():\n    async def inner(): pass\n    return inner")
    for made in (cells.value("bake")(), cells.value("oven")()()):
        assert wrapper_of(made) == ""
        made.close()
