"""What Flask, Quart and aiosqlite tell in words of their own is said in a sentence that fits."""

import pytest
from answering import QUART, refused

from bakery.checking import Answer

HANDLERS = {
    "a look before the await": ("async", "return await request.form['cake']", "`(await request.form)`"),
    "a method before the await": ("async", "return await request.form.get('cake')", "`(await request.form)`"),
    "brackets behind a coroutine": (
        "async",
        "return (await request.form())['cake']",
        "brackets stand behind",
    ),
    "no JSON": ("async", "return (await request.get_json())['cake']", "there is no JSON in this request"),
    "an await of the request": ("async", "return (await request).form", "`request` is here already"),
    "a function": ("async", "return time.sleep", "a function that nobody has called"),
    "a task": ("async", "return asyncio.create_task(asyncio.sleep(1))", "the handler returns a task"),
    "a coroutine from a plain def": ("", "return asyncio.sleep(1, 'cake')", "write `async def sold`"),
    "a name for a coroutine": (
        "async",
        "form = request.get_json(); return form['cake']",
        "`form` is a coroutine",
    ),
    "an async def in a thread": (
        "async",
        "return await asyncio.to_thread(asyncio.sleep, 0)",
        "a thread was given an `async def`",
    ),
    "nothing in the session": ("async", "session['visits'] += 1; return ''", "`session.get('visits', 0)`"),
    "Flask's, imported there": (
        "async",
        "from flask import url_for; return url_for('sold')",
        "`from quart import url_for`",
    ),
    "a method before the await, in brackets": (
        "async",
        "return (await request.form.get)('cake')",
        "`(await request.form)`",
    ),
    "a field as an attribute": ("async", "return (await request.form).cake", "`form['cake']`"),
    "a field in round brackets": ("async", "return (await request.form)('cake')", "`form['cake']`"),
    "a form of another name": (
        "async",
        "return await request.get_form()",
        "its form is `await request.form`",
    ),
    "a number": ("async", "return 3", "the handler returns a number, and that is no answer"),
    "nothing": ("async", "request.args", "the handler gives back nothing (`None`)"),
    "an await of the session": ("async", "return await session", "`session` is here already"),
    "bytes and a text": (
        "async",
        "return (await request.get_data()).split(',')",
        "there are bytes on one side",
    ),
    "a text for a number": ("async", "return str(range('3'))", "`int(…)` makes a number of it"),
    "a class as JSON": (
        "async",
        "return {'size': str}",
        "a class of Python's stands in what is to become JSON",
    ),
    "a set": ("async", "return {'cake'}", "curly brackets around a text"),
    "an object": ("async", "return object()", "returns a `object`, and that is no answer"),
    "a future of a pool": (
        "async",
        "return ThreadPoolExecutor(1).submit(print)",
        "`await asyncio.wrap_future(…)`",
    ),
    "what a cookie cannot keep": ("async", "session['one'] = object(); return ''", "travels as JSON"),
    "an await in a template": (
        "async",
        "from quart import render_template_string as fill; return await fill('{{ await cake() }}')",
        "a template has none",
    ),
    "a call for ensure_async": (
        "async",
        "return await answer.ensure_async(answer.make_response('cake'))()",
        "wants the function itself",
    ),
}


@pytest.mark.parametrize("name", HANDLERS)
def test_what_a_handler_does_wrong_is_told_as_what_it_is(name: str) -> None:
    kind, body, words = HANDLERS[name]
    text = (
        f"{QUART}\nfrom quart import request, session\nanswer.secret_key = 'for this test'\n@answer.post('/sold')\n"
        f"{f'{kind} def'.strip()} sold():\n    {body}\n"
    )
    assert words in refused(text, lambda answer: answer.visit("/sold", method="POST", form={"cake": "plum"}))


LIFETIMES = {
    "no yield": ("async def oven(): await asyncio.sleep(1)", "has a `yield` in it"),
    "two yields": ("async def oven():\n    yield\n    yield", "one `yield`"),
    "a plain def": ("def oven(): yield", "This one is a plain `def`"),
    "a context manager": (
        "@__import__('contextlib').asynccontextmanager\nasync def oven(): yield",
        "leave `@asynccontextmanager` above it out",
    ),
}


@pytest.mark.parametrize("name", LIFETIMES)
def test_what_is_wrong_with_a_while_serving_function_is_told(name: str) -> None:
    oven, words = LIFETIMES[name]
    assert words in refused(f"{QUART}\n@answer.while_serving\n{oven}\n", Answer.live)


BACKGROUND = {
    "a call": ("wash()", "hand over the function, without brackets"),
    "an awaited call": ("await wash()", "was handed `None`"),
    "a lambda": ("lambda: wash()", "was handed a `lambda`"),
}


@pytest.mark.parametrize("name", BACKGROUND)
def test_what_is_handed_over_for_the_background_is_told(name: str) -> None:
    given, words = BACKGROUND[name]
    text = f"""{QUART}
async def wash(): await asyncio.sleep(1)
@answer.get("/dishes")
async def dishes():
    answer.add_background_task({given})
    return "cake"
"""
    assert words in refused(text, lambda answer: answer.visit("/dishes"))


def test_a_flash_after_the_answer_is_told_where_it_belongs() -> None:
    text = f"""{QUART}
from quart import flash
@answer.get("/sell")
async def sell():
    answer.add_background_task(flash, "sold")
    return "sold"
"""
    said = refused(text, lambda answer: answer.visit("/sell"))
    assert "`flash` writes into the session of a request" in said
    assert "`await flash(…)`" in said


@pytest.mark.parametrize("name", ["request.args['who']", "g.who", "session['who']"])
def test_a_stream_that_asks_for_its_request_is_told_so(name: str) -> None:
    text = f"""{QUART}
from quart import g, request, session
@answer.get("/stream")
async def stream():
    async def words():
        yield {name}
    return words()
"""
    said = refused(text, lambda answer: answer.listen("/stream?who=Ada"))
    assert (
        f"it asks for `{name.partition('.')[0].partition('[')[0]}` where there is no request any more" in said
    )


def test_rows_that_nobody_has_awaited_are_told_also_from_a_thread() -> None:
    text = """
import aiosqlite
async def answer():
    async with aiosqlite.connect(":memory:") as db:
        return [row for row in await asyncio.to_thread(db.execute, "SELECT 1")]
"""
    said = refused(text, Answer.run)
    assert "`db.execute(…)` only makes something to wait for" in said
    assert "it needs no thread of yours" in said
