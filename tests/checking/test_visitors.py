"""Visitors come at the same moment, each with a request of their own, and each gets an answer."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from answering import FLASK, QUART, WAYS, asked, refused, run_of

from bakery.checking.mistakes import is_about
from bakery.checking.run import Served

EACH = """
wanted = ""

@answer.post("/wish")
async def wish():
    from {framework} import request
    global wanted
    {name} = ({get})["kind"]
    {wait}
    return f"one {{{name}}} cake"
"""
ASYNC = {"framework": "quart", "get": "await request.get_json()", "wait": "await asyncio.sleep(1)"}
PLAIN = {"framework": "flask", "get": "request.get_json()", "wait": "time.sleep(1)"}
WISHES = [{"json": {"kind": kind}} for kind in ("plum", "lemon", "apple")]
CAKES = ("one plum cake", "one lemon cake", "one apple cake")


@WAYS
@pytest.mark.parametrize(
    ("orders", "threads", "seconds"), [(3, 1, 3), (4, 4, 1), (5, 4, 2), (10, 4, 3), (1, 9, 1)]
)
def test_flask_takes_the_rounds_that_its_threads_need(
    orders: int, threads: int, seconds: int, threadless: bool
) -> None:
    served: Served = run_of(
        FLASK, lambda answer: answer.visit("/cake", visitors=orders, threads=threads), threadless=threadless
    )
    assert served.seconds == seconds
    assert served.at_most == min(orders, threads)
    assert served.texts == ["cake"] * orders


@WAYS
def test_quart_serves_them_all_at_once(threadless: bool) -> None:
    served: Served = run_of(QUART, lambda answer: answer.visit("/cake", visitors=5), threadless=threadless)
    assert (served.seconds, served.at_most, served.texts) == (1.0, 5, ["cake"] * 5)


@WAYS
@pytest.mark.parametrize("app", [QUART + EACH.format(name="kind", **ASYNC), FLASK + EACH.format(name="kind", **PLAIN).replace("async ", "")], ids=["quart", "flask"])  # fmt: skip
def test_visitors_who_differ_get_each_their_own(app: str, threadless: bool) -> None:
    served: Served = run_of(
        app, lambda answer: answer.visit("/wish", method="POST", each=WISHES), threadless=threadless
    )
    served.gets(*CAKES)
    assert served.seconds == 1.0


@WAYS
def test_a_handler_that_keeps_its_order_in_a_global_is_told_whose_cake_went_to_whom(threadless: bool) -> None:
    said = refused(
        QUART + EACH.format(name="wanted", **ASYNC),
        lambda answer: answer.visit("/wish", method="POST", each=WISHES).gets(*CAKES),
        threadless=threadless,
    )
    assert "`/wish` answers `'one apple cake'`, and `'one plum cake'` is wanted." in said
    assert "All three customers got the same" in said


@WAYS
@pytest.mark.parametrize("seconds", [1, 2])
def test_an_async_view_in_flask_is_served_like_any_other_every_time(seconds: int, threadless: bool) -> None:
    text = (
        FLASK
        + f"""
@answer.get("/async")
async def view():
    await asyncio.sleep({seconds})
    return "cake"
"""
    )
    for _ in range(3):
        served: Served = run_of(
            text, lambda answer: answer.visit("/async", visitors=4), threadless=threadless
        )
        assert (served.seconds, served.texts) == (seconds, ["cake"] * 4)


def test_a_handler_that_asks_python_to_exit_is_told_so() -> None:
    text = FLASK + '\n@answer.get("/exit")\ndef out(): sys.exit()'
    assert "it asks Python to exit" in refused(text, lambda answer: answer.visit("/exit"))


@WAYS
def test_a_websocket_is_talked_to(threadless: bool) -> None:
    run = run_of(QUART, lambda answer: answer.talk("/ws", "one", "two"), threadless=threadless)
    assert run.result == ["cake one", "cake two"]


CLOSES = QUART.replace("while True:", "if True:")


@WAYS
def test_a_websocket_that_the_app_closes_too_early_is_told_and_one_closed_after_the_last_reply_is_right(
    threadless: bool,
) -> None:
    run = run_of(CLOSES, lambda answer: answer.talk("/ws", "one"), threadless=threadless)
    assert run.result == ["cake one"]
    said = refused(CLOSES, lambda answer: answer.talk("/ws", "one", "two"), threadless=threadless)
    assert "closed the WebSocket after 1 reply." in said


AT_FAULT = (
    QUART
    + """
from quart import websocket
diary = []

@answer.get("/parts")
async def parts():
    async def several():
        yield "cake"
        raise KeyError("sponge")
    return several()

@answer.websocket("/greets")
async def greets():
    await websocket.accept()
    await websocket.send("one")
    await websocket.send("two")
    await websocket.close(4001)

@answer.websocket("/greets-well")
async def greets_well():
    await websocket.accept()
    await websocket.send("one")
    await websocket.close(1000)

@answer.websocket("/talks")
async def talks():
    while True:
        await websocket.send("and on")
        await asyncio.sleep(1)

@answer.websocket("/fails")
async def fails():
    await websocket.send("one")
    raise KeyError("sponge")

@answer.websocket("/stubborn")
async def stubborn():
    try:
        while True: await websocket.receive()
    except asyncio.CancelledError:
        await asyncio.sleep(2.5)

@answer.websocket("/closed")
async def closed():
    await websocket.close(4002)

@answer.websocket("/refuses")
async def refuses():
    await websocket.close(403)

@answer.websocket("/refuses-late")
async def refuses_late():
    await websocket.send("one")
    await websocket.close(403)
"""
)


def why(path: str, **more: Any) -> str:  # noqa: ANN401
    """Why a talk was wrong, without the line; empty where it was right."""
    error = asked(AT_FAULT, lambda answer: answer.talk(path, **more)).error
    return str(error).partition(", line ")[0] if error else ""


TALKS: dict[str, tuple[dict[str, Any], str]] = {
    "/greets": ({"replies": 2, "closes": 4001}, ""),
    "/greets?one": ({"replies": 1}, ""),
    "/greets?early": ({"replies": 3}, "the app closed the WebSocket after 2 replies, with 4001."),
    "/greets?other": (
        {"replies": 2, "closes": 4000},
        "the app closed the WebSocket with 4001, and 4000 is wanted.",
    ),
    "/greets?on": (
        {"replies": 1, "closes": 4001},
        "the app went on talking, and the WebSocket should close with 4001.",
    ),
    "/greets-well": ({"replies": 2}, "the app closed the WebSocket after 1 reply."),
    "/greets-well?one": ({"replies": 1, "closes": 1000}, ""),
    "/talks": (
        {"replies": 3, "closes": 1000},
        "the app went on talking, and the WebSocket should close with 1000.",
    ),
    "/talks?on": ({"replies": 3}, ""),
    "/fails": ({"replies": 2}, "it raised KeyError: 'sponge'"),
    "/closed": ({"replies": 0, "closes": 4002}, ""),
    "/refuses": (
        {"replies": 0, "closes": 403},
        "the WebSocket `/refuses` was refused with 403: is there such a route?",
    ),
    "/refuses-late": ({"replies": 2}, "the app closed the WebSocket after 1 reply, with 403."),
    "/nowhere": (
        {"replies": 0, "closes": 4001},
        "the WebSocket `/nowhere` was refused with 404: is there such a route?",
    ),
    "/stubborn": (
        {"replies": 0, "closes": 4001},
        "the WebSocket `/stubborn` stays open, and it should close with 4001. It waits for the guest to say something more "
        "(line 57: while True: await websocket.receive()).",
    ),
}


@pytest.mark.parametrize("path", TALKS)
def test_a_talk_is_right_or_told_by_how_the_app_ended_it(path: str) -> None:
    more, told = TALKS[path]
    assert why(path, **more) == told


async def nothing(_client: object, _guests: object) -> None:
    """Nothing."""


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/fails", "it raised KeyError: 'sponge'"),
        ("/stubborn", "the handler of `/stubborn` went on for 2.5 s after its guest had left."),
    ],
)
def test_a_guest_of_a_crowd_whose_handler_fails_or_goes_on_is_told(path: str, told: str) -> None:
    said = refused(AT_FAULT, lambda answer: answer.crowd(path, 2, nothing))
    assert said.partition(", line ")[0] == told


def test_a_stream_that_fails_after_its_first_part_gives_its_visitor_the_error() -> None:
    served: Served = run_of(AT_FAULT, lambda answer: answer.visit("/parts", may_fail=True))
    [reply] = served.replies
    assert reply.error is not None
    assert is_about(reply.error, KeyError)  # some versions of Quart have it in a group
    assert (reply.status, reply.text) == (500, "")


async def asks_and_goes_on(client: Any) -> str:  # noqa: ANN401
    await client.get("/burnt")
    return "done"


async def asks_and_stops(client: Any) -> None:  # noqa: ANN401
    await client.get("/burnt")
    raise ValueError("no cake")


async def stops(_client: object) -> None:
    raise ValueError("no cake")


async def asks_well(client: Any) -> str:  # noqa: ANN401
    return str(await (await client.get("/cake")).get_data(as_text=True))


@pytest.mark.parametrize("script", [asks_and_goes_on, asks_and_stops])
def test_whoever_meets_an_app_is_told_first_what_its_handler_raised(
    script: Callable[[Any], Coroutine[Any, Any, Any]],
) -> None:
    assert "it raised ZeroDivisionError: division by zero" in refused(
        QUART, lambda answer: answer.meet(script)
    )


def test_whoever_meets_an_app_gets_what_the_script_gives_or_raises() -> None:
    assert run_of(QUART, lambda answer: answer.meet(asks_well)).result == "cake"
    assert "it raised ValueError: no cake" in refused(QUART, lambda answer: answer.meet(stops))
