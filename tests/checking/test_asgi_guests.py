"""Streams part by part, customers who leave, WebSockets with their codes, and apps that open and close: judged exactly."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from answering import QUART, WAYS, refused, run_of

from bakery.checking.asgi_guests import (
    Closed,
    Gone,
    Guest,
    Stream,
    _scope,
    _Visit,
    leave_after,
    leave_unread,
    listen,
)
from bakery.checking.heard import Heard
from bakery.checking.lifetimes import Opened

APP = """
from quart import Quart, websocket
answer = Quart("bakery")
diary = []

@answer.get("/ticks")
async def ticks():
    async def parts():
        for what in ("mixed", "baked", "done"):
            yield f"data: {what}\\n\\n"
            await asyncio.sleep(0.5)
    return parts(), {"content-type": "text/event-stream"}

@answer.get("/late")
async def late():
    async def parts():
        await asyncio.sleep(1.0)
        for what in ("a", "b", "c"): yield what
    return parts()

@answer.get("/one")
async def one():
    async def parts():
        await asyncio.sleep(1.0)
        yield "abc"
    return parts()

@answer.get("/endless")
async def endless():
    async def parts():
        while True:
            yield "tick"
            await asyncio.sleep(1)
    response = await answer.make_response(parts())
    response.timeout = None
    return response

@answer.get("/stubborn")
async def stubborn():
    async def parts():
        while True:
            try:
                yield "tick"
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                diary.append("no")
    return parts()

@answer.get("/fails")
async def fails():
    async def parts():
        yield "tick"
        1 / 0
    return parts()

guests = set()

@answer.websocket("/shop")
async def shop():
    queue = asyncio.Queue()
    guests.add(queue)
    try:
        while True: await websocket.send(await queue.get())
    finally: guests.discard(queue)

@answer.post("/cake")
async def cake():
    for guest in guests: guest.put_nowait("a cake")
    return str(len(guests))

@answer.websocket("/echo")
async def echo():
    while True:
        said = await websocket.receive()
        if said == "bye": await websocket.close(4001)
        await websocket.send(f"you said {said}")

@answer.websocket("/sleepy")
async def sleepy():
    await websocket.accept()
    await asyncio.sleep(1e3)
"""


SLOW = """
from quart import Quart
answer = Quart("bakery")
told = []

@answer.get("/slow")
async def slow():
    try:
        await asyncio.sleep(3)
        told.append("baked")
    finally:
        told.append("put out")
    return "cake"

@answer.get("/stubborn")
async def stubborn():
    try:
        await asyncio.sleep(3)
    except asyncio.CancelledError:
        await asyncio.sleep(2)
    return "cake"
"""


@WAYS
def test_a_customer_who_waits_for_no_part_may_leave_after_some_seconds(threadless: bool) -> None:
    async def leave(app: object) -> tuple[Gone, ...]:
        return await leave_after(app, "/slow", 1.0), await leave_after(app, "/stubborn", 1.0)

    run = run_of(SLOW, lambda answer: answer.play(leave), threadless=threadless)
    assert run.result == (Gone(0.0, answered=False), Gone(2.0, answered=True))


UNREAD = """
from quart import Quart
noted = []
answer = Quart("radio")

@answer.get("/finally")
@answer.get("/except")
async def radio():
    from quart import request
    careful = request.path == "/finally"
    async def songs():
        try:
            while True:
                yield "la"
        except asyncio.CancelledError:
            noted.append("cancelled")
            raise
        finally:
            if careful:
                noted.append("put away")
    return songs()
"""


@WAYS
def test_a_stream_that_is_left_unread_ends_at_its_yield(threadless: bool) -> None:
    async def leave(app: object) -> list[str]:
        for path in ("/finally", "/except"):
            assert await leave_unread(app, path) == 0.0
        return list(app.view_functions["radio"].__globals__["noted"])  # type: ignore[attr-defined]

    run = run_of(UNREAD, lambda answer: answer.play(leave), threadless=threadless)
    assert run.result == ["put away"]


@WAYS
def test_nobody_leaves_who_was_served_already(threadless: bool) -> None:
    async def leave(app: object) -> Gone:
        return await leave_after(app, "/slow", 4.0)

    said = refused(SLOW, lambda answer: answer.play(leave), threadless=threadless)
    assert "/slow was answered within 4 s, and nobody could leave" in said


def hearing(ask: str, threadless: bool, **more: object) -> Heard:
    heard: Heard = run_of(APP, lambda answer: answer.listen(ask, **more), threadless=threadless)  # type: ignore[arg-type]
    return heard


@WAYS
def test_each_part_of_a_stream_is_heard_at_its_moment(threadless: bool) -> None:
    heard = hearing("/ticks", threadless, listeners=2)
    heard.comes("data: mixed\n\n", "data: baked\n\n", "data: done\n\n").at(0, 0.5, 1.0).ends().lets_go()
    assert [stream.kind for stream in heard.streams] == ["text/event-stream"] * 2


@WAYS
def test_parts_that_all_come_at_the_end_are_called_so(threadless: bool) -> None:
    said = refused(APP, lambda answer: answer.listen("/late").at(0, 0.5, 1), threadless=threadless)
    assert "all parts of `/late` came at the end, after 1 s" in said
    said = refused(APP, lambda answer: answer.listen("/one").comes("a", "b", "c"), threadless=threadless)
    assert "sends all in one part, after 1 s: that is no stream" in said


@WAYS
def test_a_stream_that_never_ends_is_called_so(threadless: bool) -> None:
    said = refused(APP, lambda answer: answer.listen("/endless").ends(), threadless=threadless)
    assert "the stream of `/endless` never ends: after 600 s and 601 parts" in said


@WAYS
def test_a_stream_that_fails_is_told_with_its_line(threadless: bool) -> None:
    said = refused(APP, lambda answer: answer.listen("/fails"), threadless=threadless)
    assert "the stream of `/fails` fails: it raised ZeroDivisionError" in said


@WAYS
def test_a_customer_who_leaves_ends_the_handler(threadless: bool) -> None:
    heard: Heard = run_of(APP, lambda answer: answer.leave("/ticks", after=2), threadless=threadless)
    assert [(stream.how, len(stream.parts), stream.went_on) for stream in heard.streams] == [("left", 2, 0.0)]
    heard.lets_go()


@WAYS
def test_a_handler_that_goes_on_without_its_customer_is_called_so(threadless: bool) -> None:
    said = refused(APP, lambda answer: answer.leave("/stubborn").lets_go(), threadless=threadless)
    assert "went on for" in said
    assert "after its customer had left" in said


@WAYS
def test_a_post_tells_all_guests(threadless: bool) -> None:
    async def then(client: object, guests: object) -> None:
        reply = await client.post("/cake")  # type: ignore[attr-defined]
        assert await reply.get_data(as_text=True) == "3"

    run = run_of(APP, lambda answer: answer.crowd("/shop", 3, then), threadless=threadless)
    assert run.result == [["a cake"]] * 3
    assert run.left == ()


@WAYS
def test_a_close_code_is_seen_and_another_one_is_called_by_its_number(threadless: bool) -> None:
    run = run_of(APP, lambda answer: answer.talk("/echo", "hi", closes=None), threadless=threadless)
    assert run.result == ["you said hi"]

    def goodbye(code: int) -> object:
        return lambda answer: answer.talk("/echo", "bye", replies=0, closes=code)

    run_of(APP, goodbye(4001), threadless=threadless)  # type: ignore[arg-type]
    said = refused(APP, goodbye(4000), threadless=threadless)  # type: ignore[arg-type]
    assert "closed the WebSocket with 4001, and 4000 is wanted" in said
    said = refused(APP, lambda answer: answer.talk("/sleepy", replies=0, closes=4001), threadless=threadless)
    assert "stays open, and it should close with 4001" in said


def test_a_websocket_that_is_not_there_is_refused() -> None:
    assert "was refused with 404" in refused(APP, lambda answer: answer.talk("/nowhere", "hi"))


# Apps of a few lines that do what a server could be told; asked without Quart, and without any wait


Told = Sequence[dict[str, Any]]


def app_that_says(*said: dict[str, Any], stays: bool = False, error: BaseException | None = None) -> Any:  # noqa: ANN401
    """An app that says so much, and then stays until its guest leaves, fails or comes to its end."""

    async def app(
        _scope: object, receive: Callable[[], Awaitable[object]], send: Callable[[object], Awaitable[None]]
    ) -> None:
        await receive()
        for one in said:
            await send(one)
        if stays:
            await receive()
        if error is not None:
            raise error

    return app


async def overheard(app: object, times: int) -> tuple[list[object], BaseException | None]:
    """What a guest hears or finds, so many times, and what the handler raised."""
    several: list[object] = []
    async with Guest(app, "/shop") as guest:
        for _ in range(times):
            try:
                several.append(await guest.hear(0))
            except Closed as closed:
                several.append((closed.code, closed.refused))
            except TimeoutError:
                several.append("nothing")
    return several, guest.error


def sent(**what: object) -> dict[str, Any]:
    return {"type": "websocket.send", **what}


ACCEPT: dict[str, Any] = {"type": "websocket.accept"}
HEARD: dict[str, tuple[Told, list[object]]] = {
    "a text": ([ACCEPT, sent(text="cake")], ["cake", (1006, False)]),
    "an empty text": ([sent(text="", bytes=b"no")], ["", (1006, False)]),
    "bytes": ([sent(bytes=b"cake")], [b"cake", (1006, False)]),
    "bytes beside no text": ([sent(text=None, bytes=b"")], [b"", (1006, False)]),
    "an end without a word": ([ACCEPT], [(1006, False)] * 2),
    "a close with a code": ([ACCEPT, {"type": "websocket.close", "code": 4001}], [(4001, False)] * 2),
    "a close without a code": ([{"type": "websocket.close"}], [(1000, False)] * 2),
    "a refusal": ([{"type": "websocket.http.response.start", "status": 403}], [(403, True), (1006, False)]),
}


@pytest.mark.parametrize("what", HEARD)
def test_a_guest_hears_what_was_sent_and_how_it_ended(what: str) -> None:
    said, told = HEARD[what]
    assert asyncio.run(overheard(app_that_says(*said), 2)) == ([*told, *told][:2], None)


def test_a_guest_who_hears_nothing_waits_no_longer_than_it_was_to() -> None:
    assert asyncio.run(overheard(app_that_says(ACCEPT, stays=True), 1)) == (["nothing"], None)


def test_what_a_handler_of_a_guest_raises_is_known() -> None:
    error = ZeroDivisionError("burnt")
    assert asyncio.run(overheard(app_that_says(ACCEPT, error=error), 1)) == ([(1006, False)], error)


class ClientDisconnectedError(Exception):
    """By its name: only some versions of Quart have it."""


NOBODY = ClientDisconnectedError()


@pytest.mark.parametrize(
    ("error", "answered"),
    [
        (NOBODY, True),
        (ExceptionGroup("several", [KeyError(), ExceptionGroup("inner", [NOBODY])]), True),
        (ExceptionGroup("several", [KeyError(), ValueError()]), False),
        (KeyError(), False),
        (None, False),
    ],
)
def test_an_answer_that_finds_nobody_is_an_answer_also_in_a_group_of_errors(
    error: BaseException | None, answered: bool
) -> None:
    app = app_that_says(stays=True, error=error)
    assert asyncio.run(leave_after(app, "/", 0)) == Gone(0.0, answered=answered)


def test_an_answer_after_the_guest_has_left_is_one_too() -> None:
    async def app(
        _scope: object, receive: Callable[[], Awaitable[object]], send: Callable[[object], Awaitable[None]]
    ) -> None:
        await receive()
        await receive()
        await send({"type": "http.response.start"})

    assert asyncio.run(leave_after(app, "/", 0)) == Gone(0.0, answered=True)


def test_whoever_would_leave_gets_what_the_handler_raised_before_that() -> None:
    with pytest.raises(KeyError, match="sponge"):
        asyncio.run(leave_after(app_that_says(error=KeyError("sponge")), "/", 0))


def test_nobody_leaves_who_has_heard_something_already() -> None:
    with pytest.raises(ValueError, match=r"^/cake was answered within 0 s, and nobody could leave$"):
        asyncio.run(leave_after(app_that_says({"type": "http.response.start"}, stays=True), "/cake", 0))


START: dict[str, Any] = {
    "type": "http.response.start",
    "status": 201,
    "headers": [(b"Content-Type", b"text/html; charset=utf-8")],
}


def body(text: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": text, "more_body": more}


STREAMS: dict[str, tuple[Told, bool, int | None, tuple[list[str], str]]] = {
    "to its end": ([START, body(b"a", more=True), body(b"", more=False)], False, None, (["a"], "ended")),
    "with all in its last part": (
        [START, body(b"\xff", more=False), body(b"b", more=False)],
        False,
        None,
        (["�"], "ended"),
    ),
    "without a word of its end": ([START, body(b"a", more=True)], False, None, (["a"], "cut")),
    "until somebody leaves": (
        [START, body(b"a", more=True), body(b"b", more=True)],
        True,
        1,
        (["a"], "left"),
    ),
    "for whoever leaves at once": ([START, body(b"a", more=True)], True, 0, ([], "left")),
    "that never ends": ([START, body(b"a", more=True)], True, None, (["a"], "endless")),
}


@pytest.mark.parametrize("how", STREAMS)
def test_a_stream_is_heard_until_it_ends_or_somebody_leaves(how: str) -> None:
    said, stays, parts, told = STREAMS[how]
    stream = asyncio.run(listen(app_that_says(*said, stays=stays), "/cake", parts, 0))
    assert ([part.text for part in stream.parts], stream.how) == told
    begun = (201, "text/html") if parts != 0 else (0, "")
    assert (stream.path, stream.status, stream.kind, stream.error) == ("/cake", *begun, None)


def test_a_handler_that_fails_before_its_stream_is_told_by_its_own_error() -> None:
    async def hear(app: object) -> Stream:
        async with Opened(app):
            return await listen(app, "/burnt", None)

    run = run_of(QUART, lambda answer: answer.play(hear))
    assert (run.result.status, run.result.how) == (500, "ended")
    assert isinstance(run.result.error, ZeroDivisionError)


TOLD = {"type", "asgi", "http_version", "scheme", "path", "raw_path", "query_string", "root_path", "headers", "client", "server", "state"}  # fmt: skip
"""What the specification of ASGI has a server tell of every connection, and of its lifespan."""


@pytest.mark.parametrize(("kind", "more"), [("http", {"method"}), ("websocket", {"subprotocols"})])
def test_a_guest_comes_with_all_that_asgi_tells_of_one(kind: str, more: set[str]) -> None:
    scope = _scope(kind, "/b%C3%B6rek?cakes=3")
    assert set(scope) >= TOLD | more
    assert (scope["path"], scope["raw_path"], scope["query_string"]) == ("/börek", b"/b%C3%B6rek", b"cakes=3")
    assert "websocket.http.response" in scope["extensions"]
    assert scope["asgi"]["version"] == "3.0"
    assert "spec_version" in scope["asgi"]


def test_a_call_that_goes_on_is_ended_when_its_visit_is_closed_and_one_that_has_ended_keeps_its_error() -> (
    None
):
    ended: list[str] = []

    async def app(scope: dict[str, object], receive: object, send: object) -> None:
        if scope["path"] == "/burnt":
            raise ValueError("burnt")
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("/endless")

    async def visit(path: str) -> tuple[BaseException | None, list[str]]:
        one = _Visit(app, _scope("http", path))
        await asyncio.sleep(0)
        await one.close()
        return one.error, ended.copy()

    assert asyncio.run(visit("/endless")) == (None, ["/endless"])
    assert isinstance(asyncio.run(visit("/burnt"))[0], ValueError)


def test_the_loop_still_tells_what_a_call_has_raised_that_had_ended_before_it_was_closed() -> None:
    told: list[BaseException] = []

    async def burns(*_given: object) -> None:
        raise ValueError("burnt")

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, seen: told.append(seen["exception"]))
        visit = _Visit(burns, _scope("http", "/cake"))
        await asyncio.wait({visit.task})
        await visit.close()
        del visit
        gc.collect()

    asyncio.run(main())
    assert list(map(str, told)) == ["burnt"]
