"""What is ordered is written as httpx would write it, and what cannot be is refused with the corrected call."""

import asyncio
import json
from typing import Any

import flask
import httpx
import pytest
import quart
from fake_shops import CAKE, Fake, one, playing, run, saying

from bakery.orders import requests
from bakery.orders.ordering import order
from bakery.orders.requests import MOST_ORDERS
from bakery.trace import Trace


def test_a_proxy_in_the_environment_is_for_other_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert run(one(saying(CAKE))).cakes == 1


def test_an_order_is_the_plain_request_that_httpx_would_send_for_a_single_visit() -> None:
    async def test() -> tuple[bytes, bytes]:
        async with playing(saying(CAKE)) as fake:
            await order(fake, 1)
            async with httpx.AsyncClient(trust_env=False, headers={"Connection": "close"}) as client:
                await client.get(fake.url + "/cake")
            return fake.requests[0], fake.requests[1]

    ours, plain = run(test())
    assert ours == plain


def test_an_address_will_do_for_a_shop() -> None:
    async def test() -> bytes:
        async with playing(saying(CAKE)) as fake:
            await order(fake.url + "/", 1, path="/bread")
            return fake.requests[0]

    assert run(test()).startswith(b"GET /bread HTTP/1.1")


def test_several_paths_are_ordered_in_turn_and_named() -> None:
    async def test() -> tuple[Trace, list[bytes]]:
        async with playing(saying(CAKE)) as fake:
            return await order(fake, 3, path=["/slow", "/fast"]), sorted(fake.requests)

    trace, requests = run(test())
    assert trace.lanes == ("order 1 /slow", "order 2 /fast", "order 3 /slow")
    assert [request.split()[1] for request in requests] == [b"/fast", b"/slow", b"/slow"]


def test_a_post_carries_its_json() -> None:
    bodies = []

    async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bodies.append(json.loads(await reader.readexactly(15)))
        await saying(CAKE)(fake, reader, writer)

    async def test() -> bytes:
        async with playing(script) as fake:
            await order(fake, 1, method="POST", json={"cake": "plum"})
            return fake.requests[0]

    assert run(test()).startswith(b"POST /cake")
    assert bodies == [{"cake": "plum"}]


def test_a_request_that_is_not_http_is_refused() -> None:
    with pytest.raises(ValueError, match=r"cannot send 'GET CAKE'.*\n.*method="):
        run(order("http://127.0.0.1:9", method="GET CAKE"))


async def never_awaited() -> None:
    pass


class Shop:
    url = "http://127.0.0.1:9"
    closed = False


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        ({"cakes": 0}, ValueError, "but got 0.\nDid you mean:  await order(shop, cakes=1)"),
        ({"cakes": -2}, ValueError, "a whole number of cakes from 1 to 5,000, but got -2"),
        ({"cakes": 2.0}, TypeError, "but got 2.0.\nDid you mean:  await order(shop, cakes=2)"),
        ({"cakes": float("nan")}, TypeError, "await order(shop, cakes=3)"),
        ({"cakes": True}, TypeError, "but got True"),
        ({"cakes": "3"}, TypeError, "but got '3'"),
        ({"cakes": None}, TypeError, "but got None"),
        (
            {"cakes": 10**6},
            ValueError,
            "but got 1,000,000: each is a connection, and this machine runs out of them",
        ),
        ({"cakes": 10**6}, ValueError, "await order(shop, cakes=5000)"),
        ({"timeout": 0}, ValueError, "more than 0, but got 0.\nDid you mean:  await order(shop, timeout=30)"),
        ({"timeout": float("nan")}, ValueError, "got nan"),
        ({"timeout": float("inf")}, ValueError, "got inf"),
        ({"timeout": None}, TypeError, "a timeout in seconds, more than 0, but got None"),
        ({"timeout": True}, TypeError, "got True"),
        (
            {"every": -1},
            ValueError,
            "every in seconds, 0 or more, but got -1.\nDid you mean:  await order(shop, every=1)",
        ),
        ({"every": "soon"}, TypeError, "every in seconds, 0 or more, but got 'soon'"),
        ({"bake": -1}, ValueError, "bake in seconds, 0 or more, but got -1"),
        ({"leave": 0}, ValueError, "more than 0, but got 0"),
        (
            {"elsewhere": 1},
            TypeError,
            "True or False, but got 1.\nDid you mean:  await order(shop, elsewhere=True)",
        ),
        ({"json": {1}}, TypeError, "cannot write {1} as JSON: Object of type set is not JSON serializable"),
        ({"json": float("nan")}, ValueError, "cannot write nan as JSON"),
        ({"path": "cake"}, ValueError, "got 'cake'.\nDid you mean:  await order(shop, path=\"/cake\")"),
        ({"path": ["/cake", "bread"]}, ValueError, "got 'bread'"),
        ({"path": []}, TypeError, "a path, or a list of them, but got []"),
        ({"path": 7}, TypeError, "got 7"),
        ({"path": "/ca\x00ke"}, ValueError, "cannot send to"),
        ({"shop": None}, TypeError, "a running shop, but got None"),
        ({"shop": 8000}, TypeError, "got an int"),
        ({"shop": Shop}, TypeError, "got the class Shop"),
        ({"shop": flask.Flask("x")}, TypeError, "got a Flask app: did you forget to serve it?"),
        ({"shop": quart.Quart("x")}, TypeError, "shop = serve(app)   and then   await order(shop)"),
        ({"shop": "127.0.0.1:5000"}, ValueError, 'await order("http://127.0.0.1:8000")'),
        ({"shop": "ftp://127.0.0.1"}, ValueError, "but got 'ftp://127.0.0.1'"),
        ({"shop": ""}, ValueError, "but got ''"),
        (
            {"shop": "https://example.com"},
            ValueError,
            "the shops of this machine, and example.com is another one",
        ),
        (
            {"shop": "http://example.com/"},
            ValueError,
            'await order("http://example.com/", elsewhere=True)',
        ),
        ({"shop": Fake("http://192.0.2.1:80")}, ValueError, "192.0.2.1 is another one"),
        (
            {"shop": "http://example.com", "elsewhere": True, "cakes": 11},
            ValueError,
            "from 1 to 10, but got 11: another machine is no place for a crowd",
        ),
        ({"shop": "http://127.0.0.1:port"}, ValueError, "needs an address"),
        ({"shop": Fake("http://127.0.0.1:9", closed=True)}, RuntimeError, "is closed.\nOpen it again:"),
    ],
)
def test_what_cannot_be_ordered_is_answered_with_the_corrected_call(
    call: dict[str, Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind) as caught:
        run(order(**{"shop": Shop(), **call}))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("option", "usual"), [("cakes", "3"), ("timeout", "30"), ("leave", "0.3"), ("bake", "0.1")]
)
def test_where_nothing_tells_what_was_meant_the_usual_is_offered(option: str, usual: str) -> None:
    with pytest.raises(TypeError) as caught:
        run(order(Shop(), **{option: "some"}))  # type: ignore[arg-type]
    assert f"{option}={usual})" in str(caught.value)


def test_a_shop_still_to_be_awaited_is_no_shop() -> None:
    shop = never_awaited()
    try:
        with pytest.raises(TypeError, match=r"got a coroutine from never_awaited\(\): an await is missing"):
            run(order(shop))  # type: ignore[arg-type]
    finally:
        shop.close()


def test_as_many_orders_as_allowed_are_allowed() -> None:
    assert requests.number_of(MOST_ORDERS, "cakes", "a number", Shop.url) == MOST_ORDERS == 5000


def test_orders_leave_this_machine_only_when_told_so() -> None:
    trace = run(order("http://machine.invalid", 2, elsewhere=True))
    assert [span.error for span in trace.failures] == [
        "no machine is called machine.invalid, as far as this one knows"
    ] * 2
