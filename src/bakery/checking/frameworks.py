"""What a mistake means that Flask, Quart or a database driver tells in words of its own."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from types import FrameType

from bakery.checking.coroutines import handed_back, refused_of, wrapper_of
from bakery.checking.sql import known_of_databases
from bakery.checking.virtual.lines import frames_of, own_frames_of, own_line_of, own_text_of

ON_FIELDS = "a field of a form is looked up by its name, in square brackets or with `get`: `form['cake']`, `form.get('cake')`."

NO_WAIT = re.compile(
    r"LocalProxy does not have __await__|LocalProxy'? (object )?can't be (used in 'await'|awaited)"
)
"""What a Python may say of an `await` before one of Quart's names; its words and the kind of the error differ with its version."""


def known_of_frameworks(error: BaseException, said: str) -> Iterable[str]:
    """Sentences that fit; the first one is told."""
    line = own_line_of(error)
    if isinstance(error, AttributeError | TypeError) and NO_WAIT.search(said):
        yield _on_proxy(line)
    if isinstance(error, TypeError):
        yield from _known_of_kinds(error, said, line)
    if any(
        kind.__name__ == "HTTPException" and "werkzeug" in kind.__module__ for kind in type(error).__mro__
    ):
        yield (
            f"it raises a `{type(error).__name__}`, as `abort` does. An app makes an answer with that status of it, for "
            "its own routes. Nobody does here, and it stays an error."
        )
    if type(error).__name__ == "TemplateSyntaxError" and _awaits_in_template(error):
        yield "there is an `await` inside the template, and a template has none: it awaits by itself what it calls."
    if isinstance(error, ValueError):
        yield from _known_of_broken_values(error, said, line)
    if isinstance(error, KeyError) and f"session[{said}]" in line.replace('"', "'"):
        yield f"a customer who comes for the first time has no {said} in the session yet: `session.get({said}, 0)`."
    if isinstance(error, AttributeError):
        yield from _known_of_attributes(said)
    if type(error).__name__ == "ResponseSchemaValidationError":
        yield "what the handler gives does not fit the model that its `validate_response` names."
    yield from known_of_databases(error, said, line)
    if "While serving generator didn't terminate" in said:
        yield (
            "a `while_serving` function has one `yield`: what stands above it happens when the shop opens, what stands "
            "below it when it closes. This one has another `yield` after that."
        )


def _known_of_broken_values(error: BaseException, said: str, line: str) -> Iterator[str]:
    """What a `ValueError` tells of an answer, or of what came with a request."""
    if "invalid literal for int()" in said and not line:
        text = said.rpartition(": ")[2]
        yield (
            f"behind a comma in what a handler returns stands the status, a number, and {text} is none. One text is wanted, "
            "without a comma after it."
        )
    if "closed file" in said and _saves_an_upload(error):
        yield (
            "what a customer uploads is closed when the request is over, and this was to be saved after that: "
            "`await photo.save(…)` in the handler, before its answer."
        )


def _saves_an_upload(error: BaseException) -> bool:
    return any(
        frame.f_code.co_qualname == "FileStorage.save"
        and frame.f_globals.get("__name__") == "quart.datastructures"
        for frame in frames_of(error)
    )


def _on_proxy(line: str) -> str:
    """A sentence on an `await` before `request` and its like; the reader's line says which of them it was."""
    found = re.search(r"await \(?(request|session|g|current_app|websocket)\b", line)
    if not found:
        return "what is awaited there is here already: take the `await` before it away."
    more = " What may have to wait is in it, such as `await request.form`." if found[1] == "request" else ""
    return f"`{found[1]}` is here already, and cannot be awaited: take the `await` before it away.{more}"


def _known_of_kinds(error: BaseException, said: str, line: str) -> Iterator[str]:
    """What a `TypeError` tells of things of another kind than is wanted."""
    yield from _known_of_answers(error, said)
    yield from _known_of_bodies(said, line)
    if "'Result' object is not iterable" in said:
        yield _on_rows(error)
    if found := re.search(r"\bensure_async\(([\w.]+)\(", line):
        name = found[1]
        yield (
            f"the brackets after `{name}` call it before `ensure_async` has it. It wants the function itself, and what it "
            f"gives is called: `await current_app.ensure_async({name})(…)`."
        )
    if "a bytes-like object is required" in said and _is_of_bytes(error, line):
        yield "there are bytes on one side and a text on the other. `get_data()` gives bytes, and `get_data(as_text=True)` a text."
    if "'str' object cannot be interpreted as an integer" in said:
        yield _on_text(line)
    yield from _known_of_calls(said)
    yield from _known_of_cookies(error, said)


def _known_of_calls(said: str) -> Iterator[str]:
    if found := re.search(
        r"(\w+)\.<locals>\.decorator\(\) missing 1 required positional argument: 'func'", said
    ):
        yield (
            f"`{found[1]}` stands above a function without brackets. It is called first, with what it needs, and what it gives is "
            f"the decorator: `@{found[1]}(…)`."
        )
    if "Object of type type is not JSON serializable" in said:
        yield (
            "a class of Python's stands in what is to become JSON, such as `str` without quotation marks. JSON has texts, numbers, "
            "lists and objects."
        )
    if "MultiDict' object is not callable" in said:
        yield ON_FIELDS
    if "the first argument must be callable" in said:
        yield (
            "a function is wanted there, and not its call: `before_serving(light)`, without the brackets. With them it is "
            "called at once, and what came of it is handed over."
        )


def _known_of_cookies(error: BaseException, said: str) -> Iterator[str]:
    found = re.match(r"Object of type (\w+) is not JSON serializable", said)
    if found and any("sessions" in str(frame.f_globals.get("__name__")) for frame in frames_of(error)):
        yield (
            f"a session travels as JSON in the customer's cookie, and a `{found[1]}` cannot. Numbers, texts, lists and dictionaries "
            "can."
        )


def _awaits_in_template(error: BaseException) -> bool:
    return bool(re.search(r"\{[{%][^{}]*\bawait\b", str(getattr(error, "source", ""))))


def on_no_stream(error: BaseException, source: str = "") -> str:
    """A sentence on a coroutine where a stream is wanted; empty where it is something else. `source` is the cell's text."""
    if "(function) is not valid" in str(error) and (
        found := re.search(r"\bstream_with_context\((\w+)\(", source)
    ):
        return (
            f"`stream_with_context` wants the generator function itself, and gives another one, which is called: "
            f"`stream_with_context({found[1]})()`."
        )
    if "(coroutine) is not valid" not in str(error):
        return ""
    made = handed_back(error)
    if made is not None and (wrapper := wrapper_of(made)):
        return (
            f"the handler returns a coroutine, and no stream: `{wrapper}` makes an `async def` without a `yield` of what it wraps, "
            "whose call is awaited. No stream comes out of that, also where a generator was wrapped."
        )
    return (
        "the handler returns a coroutine, and no stream: an `async def` is a stream only if there is a `yield` in it. A "
        "`return` in its place ends it with the first part."
    )


def _is_of_bytes(error: BaseException, line: str) -> bool:
    """Whether the reader's line has to do with bytes, as it says itself or as one of its names does."""
    own = own_frames_of(error)
    names = own[-1].f_locals if own else {}
    return bool(re.search(r"\bget_data\(\)", line)) or any(
        isinstance(names.get(word), bytes) for word in re.findall(r"\w+", line)
    )


def _on_text(line: str) -> str:
    """A sentence on a text where a number is wanted; it has no line where the framework itself wanted one."""
    if not line:
        return "a part of the answer is a list. Each part is one text, or bytes: `yield` one text at a time."
    return "a text stands there where a whole number is wanted. Whatever comes from outside is a text, such as '3': `int(…)` makes a number of it."


def _known_of_answers(error: BaseException, said: str) -> Iterable[str]:
    """What a handler has returned in place of an answer."""
    found = re.search(r"The response value type \((\w+)\) is not valid", said)
    kind = found[1] if found else ""
    if re.search(r"returned by the view function cannot be None|either returned None or ended without", said):
        yield (
            "the handler gives back nothing (`None`). Is there a `return`, and does what stands behind it give something?"
        )
    if kind in {"int", "float", "bool"}:
        yield (
            "the handler returns a number, and that is no answer. A text is one; and a WebSocket is closed with its code by "
            "`await websocket.close(code)`."
        )
    if kind in {"function", "method"}:
        yield "the handler returns a function that nobody has called. Call it with brackets, and return what it gives."
    if kind == "Future":
        yield (
            "the handler returns a future, and not what comes of it. `await` it; one that a pool's `submit` gave is awaited as "
            "`await asyncio.wrap_future(…)`."
        )
    given = refused_of(error)
    if isinstance(given, set) and given and all(isinstance(one, asyncio.Future) for one in given):
        yield (
            "the handler returns tasks, and not what came of them. `asyncio.wait` gives two sets of tasks; their results are given "
            "by `await asyncio.gather(…)`, or by the `result()` of each."
        )
    if kind in {"set", "frozenset"}:
        yield "the handler returns a set: that is what curly brackets around a text make. Take them away."
    if kind in {"Task", "_GatheringFuture"}:
        yield "the handler returns a task, and not what comes of it: an `await` is missing before it."
    if kind and kind != "coroutine":
        yield f"the handler returns a `{kind}`, and that is no answer. A text is one, a dictionary or a list, a generator, a response."


def _known_of_bodies(said: str, line: str) -> Iterable[str]:
    if "'NoneType' object is not subscriptable" in said and re.search(r"\bget_json\(|\.json\b", line):
        yield (
            "there is no JSON in this request, so `None` is what is looked into. A form is read with `await request.form`."
        )


def _known_of_attributes(said: str) -> Iterable[str]:
    if "MultiDict' object has no attribute" in said:
        yield ON_FIELDS
    if found := re.match(r"'Request' object has no attribute '(\w*form\w*)'", said):
        yield f"a request has no `{found[1]}`: its form is `await request.form`, without brackets behind it."
    if "'Response' object has no attribute 'text'" in said:
        yield "an answer has no `.text` on Quart: `await answer.get_data(as_text=True)` gives it."
    if "'_AsyncGeneratorContextManager' object has no attribute" in said:
        yield "a `while_serving` function is taken as it is: leave `@asynccontextmanager` above it out."
    if "'coroutine' object has no attribute '__anext__'" in said:
        yield (
            "a `while_serving` function has a `yield` in it, between what happens when the shop opens and what happens "
            "when it closes. This one has none."
        )
    if (
        "'generator' object has no attribute 'aclose'" in said
        or "'generator' object has no attribute '__anext__'" in said
    ):
        yield "a `while_serving` function is an `async def` with a `yield` in it. This one is a plain `def`."


def _on_rows(error: BaseException) -> str:
    """A sentence on a call of a database that nobody has awaited."""
    said = (
        "an `await` is missing: `db.execute(…)` only makes something to wait for, and its rows come with "
        "`await db.execute(…)` and `await rows.fetchall()`."
    )
    if _has_a_thread(error):
        said += " A thread that calls it makes the same thing, and waits for nothing: it needs no thread of yours."
    return said


def _has_a_thread(error: BaseException) -> bool:
    text = own_text_of(error)
    return bool(re.search(r"(to_thread|run_in_executor|run_sync|submit)\(.*\bexecute\b", text))


NO_CONTEXT = (
    r"([Oo]utside of|Not within an?|no request in) .*context|'NoneType' object has no attribute 'accessed'"
)
"""What Quart says where no request is, and from 0.23 on where no session is."""


def known_of_contexts(error: BaseException, said: str) -> Iterable[str]:
    """Sentences on a request that is not there."""
    if not re.search(NO_CONTEXT, said):
        return
    own = own_frames_of(error)
    for name in _flasks_names(own[-1]) if own else ():
        yield (
            f"`{name}` is Flask's here, and a Quart app has its own: `from quart import {name}`. "
            "Flask's knows nothing of a request that Quart serves."
        )
        return
    found = re.search(r"\b(request|session|g|websocket|flash|url_for)\b", own_line_of(error))
    called = {frame.f_code.co_name for frame in frames_of(error)}
    name = "flash" if "flash" in called else found[1] if found else "request"
    if name == "flash":
        yield (
            "`flash` writes into the session of a request, and where it ran there is no request any more. Call it in the handler, "
            "before the answer: `await flash(…)`."
        )
        return
    for other, theirs in _other_names(own[-1], own_line_of(error)) if own else ():
        yield (
            f"`{other}` is `{theirs}` under another name: it holds nothing itself, and asks anew each time, also in a task or a "
            "stream that goes on after the handler. Then there is no request any more. Keep a value that was read, in the handler."
        )
        return
    yield (
        f"it asks for `{name}` where there is no request any more: in a task or a stream that goes on after the handler. "
        "Read what you need first, in the handler, and hand it over."
    )


def _other_names(frame: FrameType, line: str) -> Iterator[tuple[str, str]]:
    """Names in the reader's line that are Quart's `request`, `session`, `g` or `websocket` itself, and that one's own name."""
    import quart

    known = {**frame.f_globals, **frame.f_locals}
    for word in re.findall(r"\w+", line):
        for theirs in ("request", "session", "g", "websocket"):
            if word != theirs and known.get(word) is getattr(quart, theirs):
                yield word, theirs


def _flasks_names(frame: FrameType) -> Iterator[str]:
    """The names in a function that are Flask's, and that Quart has as well."""
    import flask

    code = frame.f_code
    for name in (*code.co_names, *code.co_varnames, *code.co_freevars):
        value = frame.f_locals.get(name, frame.f_globals.get(name))
        if value is None:
            continue
        if any(value is getattr(flask, one) for one in ("request", "g", "session", "current_app")) or getattr(
            value, "__module__", ""
        ) in {"flask.json", "flask.templating", "flask.helpers"}:
            yield name
