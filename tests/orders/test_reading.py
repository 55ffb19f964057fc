"""An answer tells when it was made, and why it is no cake."""

import asyncio
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import flask
import pytest
import quart
from fake_shops import CAKE, Fake, Script, hanging_up, one, reason, run, saying

from bakery.orders import reading
from bakery.orders.customers import ReceivedHead
from bakery.orders.reading import Known, complaint, known_of
from bakery.trace import Kind, Span, Trace

STAY = reading.Stay("order 1", began=100.0, placed=0.0, received=4.0)
"""Four seconds, from the first moment on."""


def test_waiting_serving_and_the_way_back_follow_each_other_without_a_gap() -> None:
    async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called = time.perf_counter()
        header = f'Server-Timing: serve;dur=0.020;desc="{called:.6f}"\r\n'.encode()
        await saying(CAKE.replace(b"\r\n", b"\r\n" + header, 1))(fake, reader, writer)

    wait, serve, back = run(one(script)).spans
    assert (wait.kind, serve.kind, back.kind) == ("wait", "serve", "wait")
    assert 0.0 == wait.start < wait.end == serve.start < serve.end == back.start < back.end
    assert serve.seconds == pytest.approx(20e-6, abs=1e-7)


def answer(timing: str, *, streamed: bool = False) -> ReceivedHead:
    headers = {"server-timing": timing} if timing else {}
    return ReceivedHead(200, headers if streamed else {**headers, "content-length": "4"})


@pytest.mark.parametrize(
    ("timing", "stretches"),
    [
        ('serve;dur=1000;desc="102"', [("wait", 0, 2), ("serve", 2, 3), ("wait", 3, 4)]),
        ('db;dur=7, serve;dur=1000;desc="102"', [("wait", 0, 2), ("serve", 2, 3), ("wait", 3, 4)]),
        ("", [("serve", 0, 4)]),
        ("cache;desc=hit;dur=2", [("serve", 0, 4)]),
        ('serve;dur=1000;desc="7"', [("serve", 0, 4)]),  # another machine's clock: before we asked
        ('serve;dur=9000;desc="102"', [("serve", 0, 4)]),  # and after we had the answer
        ('serve;dur=1000;desc="1.0.2"', [("serve", 0, 4)]),
        ('serve;dur=2000.5;desc="102"', [("wait", 0, 2), ("serve", 2, 4), ("wait", 4, 4)]),
        ('serve;dur=1.5;desc="99.9995"', [("wait", 0, 0), ("serve", 0, 0.001), ("wait", 0.001, 4)]),
    ],
)
def test_the_header_says_when_the_app_was_called_and_for_how_long(
    timing: str, stretches: list[tuple[Kind, float, float]]
) -> None:
    spans = reading.spans_of(STAY, answer(timing))
    assert [span.kind for span in spans] == [kind for kind, _, _ in stretches]
    assert [span.start for span in spans] == pytest.approx([start for _, start, _ in stretches])
    assert [span.end for span in spans] == pytest.approx([end for _, _, end in stretches])
    Trace(spans)  # whatever the header says, it is a trace


def test_a_streamed_answer_is_served_until_its_end() -> None:
    spans = reading.spans_of(STAY, answer('serve;dur=1;desc="102"', streamed=True))
    assert spans == (Span("order 1", "wait", 0.0, 2.0), Span("order 1", "serve", 2.0, 4.0))


def test_who_leaves_is_marked_where_the_stay_ends() -> None:
    served = reading.spans_of(STAY, answer('serve;dur=1;desc="102"'), left=True)
    assert served == (Span("order 1", "wait", 0.0, 2.0), Span("order 1", "serve", 2.0, 4.0, left=True))
    assert reading.spans_of(STAY, None, left=True) == (Span("order 1", "wait", 0.0, 4.0, left=True),)


@pytest.mark.parametrize("framework", [flask.Flask, quart.Quart])
def test_a_path_that_does_not_exist_is_answered_with_the_nearest_one_that_does(
    framework: Callable[[str], Any],
) -> None:
    app = framework(__name__)
    for path in ("/", "/bread", "/cake/<name>"):
        app.add_url_rule(path, path, lambda: "")
    app.add_url_rule("/cakes", "only for others", lambda: "", methods=["POST"])
    trace = run(one(saying(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n"), app))
    assert reason(trace) == '404 nothing is sold at /cake. Did you mean:  await order(shop, path="/bread")'


def test_a_handler_that_itself_says_404_is_not_told_to_use_its_own_path() -> None:
    app = flask.Flask(__name__)
    app.add_url_rule("/cake", view_func=lambda: "")
    trace = run(one(saying(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n"), app))
    assert reason(trace) == "404 Not Found"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            saying(b"HTTP/1.1 500 INTERNAL SERVER ERROR\r\nContent-Length: 0\r\n\r\n"),
            "500 Internal Server Error",
        ),
        (
            saying(
                b"HTTP/1.1 500 X\r\nContent-Length: 0\r\nServer-Timing: "
                b'serve;dur=1;desc="1", error;desc="KeyError: \\"a, b\\", line 7: d[\\"a\\"]"\r\n\r\n'
            ),
            '500 KeyError: "a, b", line 7: d["a"]',
        ),
        (saying(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n"), "404 nothing is sold at /cake"),
        (
            saying(b"HTTP/1.1 308 X\r\nLocation: /cake/\r\nContent-Length: 0\r\n\r\n"),
            '308 sent on to /cake/. Did you mean:  await order(shop, path="/cake/")',
        ),
        (
            saying(b"HTTP/1.1 302 X\r\nLocation: /cake\r\nContent-Length: 0\r\n\r\n"),
            "302 sent on to /cake, where it has just been: the handler of /cake redirects to itself",
        ),
        (
            saying(b"HTTP/1.1 302 X\r\nLocation: /bake\r\nContent-Length: 0\r\n\r\n"),
            '302 sent on to /bake. Did you mean:  await order(shop, path="/bake")',
        ),
        (
            saying(b"HTTP/1.1 302 X\r\nLocation: http://a:b\r\nContent-Length: 0\r\n\r\n"),
            "302 sent on to 'http://a:b', which is no address",
        ),
        (saying(b"HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n"), "799"),
        (hanging_up(b""), "the shop hung up without an answer"),
        (hanging_up(CAKE[:-2]), "the shop hung up in the middle of its answer"),
        (hanging_up(CAKE[:20]), "the shop hung up in the middle of its answer"),
        (hanging_up(b"220 this is a mail server\r\n\r\n"), "the answer is not HTTP"),
    ],
)
def test_an_order_that_goes_wrong_tells_its_reason(script: Script, words: str) -> None:
    trace = run(one(script))
    assert reason(trace).startswith(words)
    assert (trace.cakes, trace.lanes) == (0, ("order 1",))


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        (
            "SERVER_NAME",
            "cakes.example",
            "404: this app's SERVER_NAME is 'cakes.example', so Quart answers under that",
        ),
        (
            "TRUSTED_HOSTS",
            ["cakes.example"],
            "400: this app's TRUSTED_HOSTS are ['cakes.example'], and this shop is at 127",
        ),
    ],
)
def test_a_setting_that_keeps_everybody_out_is_named(setting: str, value: object, words: str) -> None:
    app = quart.Quart(__name__)
    app.config[setting] = value
    app.add_url_rule("/cake", "cake", lambda: "cake")
    known = known_of(SimpleNamespace(app=app), "http://127.0.0.1:8000", "GET")
    assert complaint(ReceivedHead(int(words[:3]), {}), "/cake", known).startswith(words)


def test_a_setting_that_lets_this_shop_in_is_not_named() -> None:
    app = quart.Quart(__name__)
    app.config.update(SERVER_NAME="127.0.0.1:8000", TRUSTED_HOSTS=["127.0.0.1"])
    assert known_of(SimpleNamespace(app=app), "http://127.0.0.1:8000", "GET").reasons == {}
    other = flask.Flask(__name__)
    other.config["SERVER_NAME"] = "cakes.example"  # Flask answers all the same
    assert known_of(SimpleNamespace(app=other), "http://127.0.0.1:8000", "GET").reasons == {}


def test_a_key_in_the_address_is_no_part_of_the_path_that_was_meant() -> None:
    head = ReceivedHead(308, {"location": "/key-x/cake/"})
    assert complaint(head, "/cake", Known(base="/key-x")).endswith('await order(shop, path="/cake/")')


@pytest.mark.parametrize("code", [200, 204, 299])
def test_a_cake_is_nothing_to_complain_of(code: int) -> None:
    said: str | None = complaint(ReceivedHead(code, {}), "/cake", Known())
    assert said == ""
