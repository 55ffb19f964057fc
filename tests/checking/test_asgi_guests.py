"""Streams part by part, customers who leave, WebSockets with their codes, and apps that open and close: judged exactly."""

from answering import WAYS, refused, run_of

from bakery.checking.asgi_guests import Gone, leave_after, leave_unread
from bakery.checking.heard import Heard

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
