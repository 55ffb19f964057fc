"""Visitors come at the same moment, each with a request of their own, and each gets an answer."""

import pytest
from answering import FLASK, QUART, WAYS, refused, run_of

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
