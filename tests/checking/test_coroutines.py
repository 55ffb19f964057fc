"""A coroutine in the place of its result is told with the line that made it, wherever that came out."""

import pytest
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


HANDED_OVER = {
    "a call in the brackets of another": (
        "async def answer(): return upper(bake())",
        "line 3: async def answer(): return upper(bake()))",
        False,
    ),
    "a name": (
        "async def answer():\n    cake = bake()\n    return upper(cake)",
        "line 5: return upper(cake))",
        False,
    ),
    "a plain def between": (
        "def loud(): return upper(bake())\nasync def answer(): return loud()",
        "line 3: def loud(): return upper(bake()))",
        True,
    ),
}


@pytest.mark.parametrize("how", HANDED_OVER)
def test_a_function_that_was_handed_a_coroutine_is_told_with_the_line_that_has_called_it(how: str) -> None:
    text, line, plain = HANDED_OVER[how]
    said = refused(f"async def bake(): return 'cake'\ndef upper(cake): return cake.upper()\n{text}")
    assert f"`upper` was handed a coroutine as `cake`, and not yet its result ({line}" in said
    assert ("`loud` is a plain `def`, in which nothing can be awaited." in said) is plain


def test_a_coroutine_that_a_function_has_made_itself_was_handed_over_by_nobody() -> None:
    text = "async def bake(): return 'cake'\nasync def answer():\n    cake = bake()\n    return cake.upper()"
    assert "`cake` is a coroutine there, and not yet its result" in refused(text)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            "await request.form\n    return request.form['cake']",
            "`request.form` was awaited in line 5, and what came of it was not kept. Asked for once more (line 6: return "
            "request.form['cake']), it gives another coroutine. Keep what came of it under a name: `… = await request.form`.",
        ),
        (
            "await request.get_json()\n    return request.get_json().get('cake')",
            "`request.get_json()` was awaited in line 5, and what came of it was not kept.",
        ),
        (
            "form = request.form\n    await form\n    return form['cake']",
            "The name still stands for the coroutine there (line 7: return form['cake']), which is used up. Keep what came of it",
        ),
        (
            "await request.files\n    return request.form['cake']",
            "there is a coroutine where its result is wanted: an `await` is missing",
        ),
        (
            "form = await request.form\n    return request.form['cake']",
            "there is a coroutine where its result is wanted: an `await` is missing",
        ),
    ],
)
def test_what_is_awaited_and_let_go_is_not_kept_for_whoever_asks_once_more(lines: str, told: str) -> None:
    app = "from quart import Quart, request\nanswer = Quart('cakes')\n@answer.post('/sold')\nasync def sold():\n    "
    said = refused(app + lines, lambda answer: answer.visit("/sold", method="POST", json={"cake": "plum"}))
    assert told in said
