# ruff: noqa: ANN401  # what is served is of any type
"""A shop answers programs of this machine and its own pages, and nobody else unless it is told so."""

import asyncio
import re
import socket
from typing import Any

import flask
import httpx
import pytest
from bakeries import (
    Bakery,
    both,
    get,
    in_a_container_of_a_hub,
    on_a_shared_machine,
    plain_asgi,
    plain_wsgi,
)
from quart import Quart, websocket

from bakery.orders.ordering import order
from bakery.shop.guard import NO_KEY, Arrival, Guard, new_key, shared_machine
from bakery.shop.serving import serve

OPEN = Guard()
BEHIND = Guard("/user/jo/proxy/absolute/80", "/key-x")
LOCKED = Guard("/user/jo/proxy/absolute/80", "/key-x", locked=True)


def arrival(path: str = "/cake", **said: str) -> Arrival:
    return Arrival.told_by(path, said.pop("method", "GET"), {"host": "127.0.0.1:8001", **said})


def sent(site: str, mode: str, method: str = "GET", **headers: str) -> Arrival:
    return arrival(method=method, **{"sec-fetch-site": site, "sec-fetch-mode": mode}, **headers)


# Names


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8001", "localhost:8001", "LOCALHOST", "shop.localhost:1", "[::1]:8001", "127.0.0.1", ""],
)
def test_a_shop_answers_under_the_names_of_this_machine_and_to_who_names_none(host: str) -> None:
    assert OPEN.look(arrival(host=host)).refusal == ""
    assert OPEN.look(arrival(host=host)).trusted


@pytest.mark.parametrize(
    "host",
    ["evil.example:8001", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "[::2]:80", "["],
)
def test_a_shop_does_not_answer_under_any_other_name(host: str) -> None:
    """Whoever owns a name may let it point to this machine, and would be allowed to read the answers."""
    verdict = OPEN.look(arrival(host=host))
    assert "does not answer under the name" in verdict.refusal
    assert not verdict.trusted


def test_a_refusal_names_the_call_that_opens_the_shop() -> None:
    refusal = OPEN.look(arrival(host="Cakes.Example:8001")).refusal
    assert refusal.endswith('serve(app, hosts=["cakes.example"])')


@pytest.mark.parametrize("hosts", [("cakes.example",), ("*",)])
def test_a_shop_answers_under_a_name_it_is_given_but_does_not_tell_strangers_what_went_wrong(
    hosts: tuple[str, ...],
) -> None:
    verdict = Guard(hosts=hosts).look(arrival(host="cakes.example:8001"))
    assert (verdict.refusal, verdict.trusted) == ("", False)
    assert Guard(hosts=hosts).look(arrival()).trusted


# Pages of other sites


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    ("mode", "method"),
    [("cors", "GET"), ("no-cors", "GET"), ("no-cors", "POST"), ("navigate", "POST"), ("websocket", "GET")],
)
def test_what_a_page_of_another_site_sends_is_refused(site: str, mode: str, method: str) -> None:
    verdict = OPEN.look(sent(site, mode, method, origin="http://localhost:8888"))
    assert '"localhost"' in verdict.refusal
    assert not verdict.trusted


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_link_on_a_page_of_another_site_may_be_followed(method: str) -> None:
    """Also into a frame, as below `shop.link`: the other page cannot read what is in it."""
    assert OPEN.look(sent("cross-site", "navigate", method)).refusal == ""


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_shops_own_pages_may_send_whatever_they_like(site: str) -> None:
    assert OPEN.look(sent(site, "cors", "POST", origin="http://127.0.0.1:8001")).refusal == ""


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8888", "http://evil.example", "null"])
def test_an_old_browsers_request_from_elsewhere_is_refused_by_its_origin(origin: str) -> None:
    assert OPEN.look(arrival(origin=origin)).refusal
    assert OPEN.look(arrival(origin="http://127.0.0.1:8001")).refusal == ""


def test_pages_of_a_site_that_the_shop_is_told_of_may_ask() -> None:
    guard = Guard(hosts=("cakes.example",))
    asked = sent("cross-site", "cors", origin="https://cakes.example")
    assert guard.look(asked) == ("", "", False)
    assert guard.look(sent("cross-site", "cors", origin="https://other.example")).refusal


# Keys


@pytest.mark.parametrize("guard", [BEHIND, LOCKED])
@pytest.mark.parametrize("way", ["", "/user/jo/proxy/absolute/80"])
@pytest.mark.parametrize("rest", ["", "/", "/cake"])
def test_whoever_has_the_key_comes_in_by_every_way_and_under_every_name(
    guard: Guard, way: str, rest: str
) -> None:
    path = f"{way}/key-x{rest}"
    assert guard.look(arrival(path, host="hub.example")) == (f"{way}/key-x", "", True)


def test_through_a_proxy_nobody_comes_in_without_the_key() -> None:
    for path in ("", "/", "/cake", "/key-xx/cake", "/key-/cake"):
        assert BEHIND.look(arrival(f"{BEHIND.prefix}{path}")).refusal == NO_KEY


def test_on_a_machine_of_ones_own_a_program_needs_no_key() -> None:
    assert BEHIND.look(arrival()) == ("", "", True)
    assert (BEHIND.inside, BEHIND.outside) == ("", "/user/jo/proxy/absolute/80/key-x")


def test_on_a_shared_machine_nobody_comes_in_without_the_key() -> None:
    for path in ("/", "/cake", "/key-y/cake", "/key-xx"):
        assert LOCKED.look(arrival(path)).refusal == NO_KEY
    assert LOCKED.inside == "/key-x"


def test_the_way_to_one_port_is_not_taken_for_the_beginning_of_the_way_to_another() -> None:
    assert BEHIND.look(arrival("/user/jo/proxy/absolute/8001/cake")) == ("", "", True)


def test_a_proxy_that_escapes_the_way_once_more_is_understood() -> None:
    guard = Guard("/user/j%C3%B6/proxy/absolute/80", "/key-x")
    assert (
        guard.look(arrival("/user/jö/proxy/absolute/80/key-x/cake")).moved
        == "/user/jö/proxy/absolute/80/key-x"
    )


def test_no_two_keys_are_alike_and_none_can_be_guessed() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(re.fullmatch(r"/key-[\w-]{22}", key) for key in keys)


@pytest.mark.parametrize(
    ("variables", "shared"),
    [
        ({}, False),
        ({"JUPYTERHUB_USER": "jo"}, True),
        ({"JUPYTERHUB_API_URL": "x", "KUBERNETES_SERVICE_HOST": "10.0.0.1"}, False),
        ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, False),
    ],
)
def test_a_hub_without_containers_is_a_shared_machine(
    variables: dict[str, str], shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert shared_machine() is shared


# With real shops


@pytest.mark.parametrize("app", [plain_wsgi, plain_asgi])
def test_who_is_refused_gets_a_sentence_and_the_app_is_not_called(app: Any) -> None:
    with serve(app) as shop:
        answer = get(shop, "/raises", headers={"Host": "evil.example"})
        assert shop.errors == ()
    assert answer.status_code == 403
    assert answer.text.startswith('This shop does not answer under the name "evil.example".')
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "ValueError" not in str(answer.headers)
    assert "serve;dur" not in answer.headers["server-timing"]


@pytest.mark.parametrize("app", [plain_wsgi, plain_asgi])
def test_a_name_with_markup_in_it_comes_back_as_text(app: Any) -> None:
    with serve(app) as shop:
        answer = get(shop, "/cake", headers={"Host": "<script>"})
    assert answer.status_code in (400, 403)
    assert "text/html" not in answer.headers.get("content-type", "")


@both
def test_a_stranger_who_may_ask_is_not_told_what_went_wrong(bakery: Bakery) -> None:
    with serve(bakery(), hosts=["cakes.example"]) as shop:
        told = get(shop, "/burnt").headers["server-timing"]
        untold = get(shop, "/burnt", headers={"Host": "cakes.example"}).headers["server-timing"]
        assert len(shop.errors) == 2
    assert "ZeroDivisionError" in told
    assert "ZeroDivisionError" not in untold
    assert "serve;dur=" in untold


@both
def test_on_a_shared_machine_a_shop_carries_its_key_in_every_address(
    bakery: Bakery, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_a_shared_machine(monkeypatch)

    async def ask() -> None:
        assert (await order(shop, 2)).cakes == 2
        assert (await order(shop.url, 1)).cakes == 1
        async with shop.client() as client:
            assert (await client.get("/cake")).text == "cake"

    with serve(bakery()) as shop:
        asyncio.run(ask())
        assert get(shop, "/cake").text == "cake"
        bare = f"http://127.0.0.1:{shop.port}"
        assert httpx.get(f"{bare}/cake", trust_env=False).status_code == 403
        assert httpx.get(f"{bare}{shop.link}cake", trust_env=False).text == "cake"
        neighbour = f"{bare}/user/eve/proxy/absolute/{shop.port}/cake"
        assert httpx.get(neighbour, trust_env=False).status_code == 403


@both
def test_an_order_without_the_key_tells_where_to_take_it_from(
    bakery: Bakery, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_a_shared_machine(monkeypatch)
    with serve(bakery()) as shop:
        trace = asyncio.run(order(f"http://127.0.0.1:{shop.port}", 1))
    assert "shop.link in a browser, shop.url in a program" in trace.failures[0].error


def test_an_open_tab_finds_the_next_shop_of_the_same_name(monkeypatch: pytest.MonkeyPatch) -> None:
    in_a_container_of_a_hub(monkeypatch)
    links = []
    for name in ("corner", "corner", "other"):
        with serve(plain_wsgi, name=name) as shop:
            links.append(shop.link)
    assert links[0] == links[1]
    assert links[0].partition("key-")[2] != links[2].partition("key-")[2]


def test_a_guest_on_a_websocket_needs_the_key_too(monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_shared_machine(monkeypatch)
    app = Quart(__name__)

    @app.websocket("/line")
    async def line() -> None:
        await websocket.send("hello")

    async def talk() -> str | bytes:
        async with shop.socket("/line") as guest:
            return await guest.receive()

    with serve(app) as shop:
        assert asyncio.run(talk()) == "hello"
        with socket.create_connection(("127.0.0.1", shop.port), timeout=10) as stranger:
            stranger.sendall(
                b"GET /line HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
            assert stranger.recv(12) == b"HTTP/1.1 403"


def test_a_websocket_from_a_page_of_another_site_is_refused() -> None:
    app = Quart(__name__)

    @app.websocket("/line")
    async def line() -> None:
        await websocket.send("hello")

    with serve(app) as shop, socket.create_connection(("127.0.0.1", shop.port), timeout=10) as page:
        page.sendall(
            b"GET /line HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Origin: http://evil.example\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        assert page.recv(12) == b"HTTP/1.1 403"


@pytest.mark.parametrize(
    ("hosts", "error"),
    [
        (7, TypeError),
        (None, TypeError),
        ([7], TypeError),
        (["http://cakes.example"], ValueError),
        (["cakes.example:80"], ValueError),
        ([""], ValueError),
    ],
)
def test_what_is_no_name_of_a_host_is_refused_with_one_that_is(hosts: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r'Did you mean:  serve\(app, hosts=\["cakes.example"\]\)'):
        serve(flask.Flask(__name__), hosts=hosts)


def test_one_name_of_a_host_needs_no_list() -> None:
    with serve(plain_wsgi, hosts="Cakes.Example") as shop:
        assert get(shop, "/cake", headers={"Host": "cakes.example"}).text == "cake"
