"""What Flask, Quart and aiosqlite tell in words of their own is said in a sentence that fits."""

import pytest
from answering import QUART, refused

from bakery.checking import Answer
from bakery.checking.frameworks import known_of_contexts, known_of_frameworks, on_no_stream
from workshop.cells import Cells

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
    "what wait gives": (
        "async",
        "return await asyncio.wait([asyncio.ensure_future(asyncio.sleep(0))])",
        "the handler returns tasks, and not what came of them",
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


def test_a_stream_that_asks_for_its_request_under_another_name_is_told_whose_name_it_is() -> None:
    text = f"""{QUART}
from quart import request, session
@answer.get("/stream")
async def stream():
    mine, theirs = request, session
    async def words():
        yield NAME["who"]
    return words()
"""
    for name, told in (("mine.args", "`mine` is `request`"), ("theirs", "`theirs` is `session`")):
        said = refused(text.replace("NAME", name), lambda answer: answer.listen("/stream"))
        assert f"{told} under another name" in said


def test_a_wrapper_that_makes_a_coroutine_of_a_stream_is_called_by_its_name() -> None:
    text = f"""{QUART}
from quart import copy_current_request_context
@answer.get("/stream")
async def stream():
    @copy_current_request_context
    async def words():
        yield "cake"
    return words()
"""
    said = refused(text, lambda answer: answer.listen("/stream"))
    assert "`copy_current_request_context` makes an `async def` without a `yield`" in said


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


def first_of(error: BaseException) -> str:
    """What is told of it first; empty where nothing is."""
    return next(iter(known_of_frameworks(error, str(error))), "")


def raised_in(line: str, error: str) -> Exception:
    """An error out of a cell with this line."""
    cells = Cells(f"import sqlite3\nwhat = {error}\ndef answer():\n    raise what  # {line}\n")
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is
        cells.value("answer")()
    return caught.value


NO_STATUS = (
    "behind a comma in what a handler returns stands the status, a number, and 'plum' is none. One text is wanted, without "
    "a comma after it."
)
NO_ATTRIBUTE = {
    "the text of an answer": (
        "'Response' object has no attribute 'text'",
        "an answer has no `.text` on Quart: `await answer.get_data(as_text=True)` gives it.",
    ),
    "a generator that is none": (
        "'generator' object has no attribute '__anext__'",
        "a `while_serving` function is an `async def` with a `yield` in it. This one is a plain `def`.",
    ),
    "a generator that cannot be closed": (
        "'generator' object has no attribute 'aclose'",
        "a `while_serving` function is an `async def` with a `yield` in it. This one is a plain `def`.",
    ),
    "a form of a client's": ("'Request' object has no attribute 'args_of'", ""),
}
NO_KIND = {
    "a decorator without brackets": (
        "rate_limit.<locals>.decorator() missing 1 required positional argument: 'func'",
        "`rate_limit` stands above a function without brackets. It is called first, with what it needs, and what it gives is "
        "the decorator: `@rate_limit(…)`.",
    ),
    "another argument": ("rate_limit.<locals>.decorator() missing 1 required positional argument: 'of'", ""),
    "a call for a function": (
        "the first argument must be callable",
        "a function is wanted there, and not its call: `before_serving(light)`, without the brackets. With them it is called "
        "at once, and what came of it is handed over.",
    ),
    "a list as a part": (
        "'str' object cannot be interpreted as an integer",
        "a part of the answer is a list. Each part is one text, or bytes: `yield` one text at a time.",
    ),
    "bytes that nobody sees": ("a bytes-like object is required, not 'str'", ""),
}


@pytest.mark.parametrize(
    ("kind", "said", "told"),
    [
        *((AttributeError, *case) for case in NO_ATTRIBUTE.values()),
        *((TypeError, *case) for case in NO_KIND.values()),
        (ValueError, "invalid literal for int() with base 10: 'plum'", NO_STATUS),
        (ValueError, "burnt: 'plum'", ""),
    ],
)
def test_what_a_framework_says_is_told_as_what_it_means_and_only_of_its_kind_of_error(
    kind: type[Exception], said: str, told: str
) -> None:
    assert first_of(kind(said)) == told
    assert first_of(RuntimeError(said)) == ""


def test_a_number_that_the_reader_reads_is_no_status() -> None:
    assert (
        first_of(raised_in("int(kind)", """ValueError("invalid literal for int() with base 10: 'plum'")"""))
        == ""
    )
    assert "behind a comma" in refused(
        f"{QUART}\n@answer.get('/sold')\nasync def sold():\n    return 'cake', 'plum'",
        lambda answer: answer.visit("/sold").gets("cake"),
    )


BYTES = "there are bytes on one side and a text on the other. `get_data()` gives bytes, and `get_data(as_text=True)` a text."


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("body = b'plum'\n    return body.split(',')", BYTES),
        ("body, other = b'plum', 'nut'\n    return b'plum'.split(other)", ""),
        ("return b'plum'.split(',')  # get_data()", BYTES),
        ("return b'plum'.split(',')  # get_data(as_text=True)", ""),
    ],
)
def test_bytes_are_told_where_the_line_has_to_do_with_them(body: str, told: str) -> None:
    with pytest.raises(TypeError) as caught:
        Cells(f"def answer():\n    {body}\n").value("answer")()
    assert first_of(caught.value) == told


FUNCTION, COROUTINE = (
    "The response value type (function) is not valid",
    "The response value type (coroutine) is not valid",
)
NOT_CALLED = (
    "`stream_with_context` wants the generator function itself, and gives another one, which is called: "
    "`stream_with_context(parts)()`."
)
NO_YIELD = (
    "the handler returns a coroutine, and no stream: an `async def` is a stream only if there is a `yield` in it. A `return` in "
    "its place ends it with the first part."
)


@pytest.mark.parametrize(
    ("said", "source", "told"),
    [
        (FUNCTION, "return stream_with_context(parts())", NOT_CALLED),
        (FUNCTION, "return stream_with_context(parts)()", ""),
        (FUNCTION, "", ""),
        (COROUTINE, "return stream_with_context(parts())", NO_YIELD),
        (COROUTINE, "", NO_YIELD),
        ("burnt", "return stream_with_context(parts())", ""),
    ],
)
def test_what_is_no_stream_is_told_why(said: str, source: str, told: str) -> None:
    assert on_no_stream(TypeError(said), source) == told


@pytest.mark.parametrize(
    "said",
    [
        "Working outside of request context.",
        "Not within a request context",
        "there is no request in this context",
    ],
)
@pytest.mark.parametrize(
    ("line", "name"),
    [
        *((f"{name}(1)", name) for name in ("session", "g", "websocket", "flash", "url_for", "request")),
        ("say(1)", "request"),
    ],
)
def test_where_there_is_no_request_what_is_asked_for_is_named(said: str, line: str, name: str) -> None:
    told = list(known_of_contexts(raised_in(line, f"RuntimeError({said!r})"), said))
    asks = (
        f"it asks for `{name}` where there is no request any more: in a task or a stream that goes on after the handler. Read "
        "what you need first, in the handler, and hand it over."
    )
    writes = (
        "`flash` writes into the session of a request, and where it ran there is no request any more. Call it in the handler, "
        "before the answer: `await flash(…)`."
    )
    assert told == [writes if name == "flash" else asks]
    assert list(known_of_contexts(RuntimeError("burnt"), "burnt")) == []


HERE = "what is awaited there is here already: take the `await` before it away."
NO_WAITS = (
    "object LocalProxy does not have __await__ method",
    "object LocalProxy can't be used in 'await' expression",
    "'LocalProxy' object can't be awaited",
)


@pytest.mark.parametrize("name", ["request", "session", "g", "current_app", "websocket", "cake"])
@pytest.mark.parametrize("kind", ["AttributeError", "TypeError"])
@pytest.mark.parametrize("said", NO_WAITS)
def test_what_is_here_already_is_named_and_only_a_request_has_more_in_it(
    said: str, kind: str, name: str
) -> None:
    told = first_of(raised_in(f"await ({name})", f"{kind}({said!r})"))
    more = " What may have to wait is in it, such as `await request.form`." if name == "request" else ""
    named = f"`{name}` is here already, and cannot be awaited: take the `await` before it away.{more}"
    assert told == (HERE if name == "cake" else named)


@pytest.mark.parametrize(
    ("line", "error", "told"),
    [
        ('session["cakes"]', "KeyError('cakes')", "'cakes'"),
        ("session['cakes']", "KeyError('cakes')", "'cakes'"),
        ("session['other']", "KeyError('cakes')", ""),
        ("session['cakes']", "IndexError(\"'cakes'\")", ""),
    ],
)
def test_only_a_key_that_the_session_of_this_line_lacks_is_told_so(line: str, error: str, told: str) -> None:
    sentence = (
        f"a customer who comes for the first time has no {told} in the session yet: `session.get({told}, 0)`."
    )
    assert first_of(raised_in(line, error)) == (sentence if told else "")


def test_an_abort_where_no_app_makes_an_answer_of_it_is_told_as_what_it_is() -> None:
    said = refused("from quart import abort\nasync def answer():\n    abort(404)\n", Answer.run)
    assert "it raises a `NotFound`, as `abort` does" in said
    assert "line 3: abort(404)" in said


def test_an_error_that_is_called_like_one_of_http_is_none() -> None:
    assert first_of(type("HTTPException", (Exception,), {})()) == ""
