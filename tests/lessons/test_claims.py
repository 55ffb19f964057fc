"""What notebooks say in passing, without a cell that shows it, is true."""

import asyncio
import gc
import hashlib
import ssl
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Any

import aiohttp
import httpx
import pytest
import requests
from IPython.core.interactiveshell import InteractiveShell
from quart import Quart, redirect

from bakery.kitchen import predict
from bakery.shop.serving import serve

# 01, Three cakes


def three(cakes: int, bowls: int) -> float:
    """Seconds of three bakers who wait, with the recipe of the notebook."""
    return predict(cakes, 1, 3, bakers=3, bowls=bowls)


def one(cakes: int) -> float:
    """Seconds of the baker who does not wait."""
    return predict(cakes, 1, 3, waits=False)


def test_three_processes_are_ahead_at_three_cakes_and_at_six_and_from_ten_on_never_again() -> None:
    assert three(3, bowls=3) < one(3)
    assert one(4) < three(4, bowls=3)
    assert three(6, bowls=3) < one(6)
    assert all(one(cakes) < three(cakes, bowls=3) for cakes in range(10, 200))


def test_three_threads_are_never_ahead_of_one_baker_who_does_not_wait() -> None:
    assert all(one(cakes) <= three(cakes, bowls=1) for cakes in range(1, 200))


@pytest.fixture
def nobody_is_asked_to_let_go() -> Iterator[None]:
    """Whoever has the interpreter lock keeps it, until they let go of it by themselves."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(60)
    yield
    sys.setswitchinterval(before)


def mix() -> None:
    sum(n * n for n in range(3_000_000))


def scramble() -> None:
    hashlib.pbkdf2_hmac("sha256", b"cake", b"salt", 500_000)


@pytest.mark.skipif(
    not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="this Python has no interpreter lock"
)
@pytest.mark.parametrize(("work", "first"), [(mix, "the worker"), (scramble, "the other")])
@pytest.mark.usefixtures("nobody_is_asked_to_let_go")
def test_hashing_a_password_lets_go_of_the_interpreter_lock_and_a_loop_in_python_does_not(
    work: Callable[[], None], first: str
) -> None:
    done: list[str] = []
    begun = threading.Lock()
    begun.acquire()

    def worker() -> None:
        begun.release()  # and keep the interpreter lock
        work()
        done.append("the worker")

    thread = threading.Thread(target=worker)
    thread.start()
    begun.acquire()
    done.append("the other")
    thread.join()
    assert done[0] == first


# 02, Waiting


async def forever() -> None:
    await asyncio.get_running_loop().create_future()


def test_a_task_that_nobody_keeps_may_vanish(caplog: pytest.LogCaptureFixture) -> None:
    async def forget_one() -> None:
        forgotten = weakref.ref(asyncio.create_task(forever()))
        kept = asyncio.create_task(forever())
        await asyncio.sleep(0)
        gc.collect()
        assert forgotten() is None
        assert not kept.done()

    asyncio.run(forget_one())
    assert "Task was destroyed but it is pending!" in caplog.text


def test_an_await_with_nothing_to_wait_for_does_not_step_aside() -> None:
    turns: list[str] = []

    async def at_once() -> None:
        pass

    async def other() -> None:
        turns.append("other")

    async def many() -> None:
        task = asyncio.create_task(other())
        for _ in range(1000):
            await at_once()
        assert turns == []
        await task

    asyncio.run(many())
    assert turns == ["other"]


def test_a_plain_function_may_not_await() -> None:
    with pytest.raises(SyntaxError, match="'await' outside async function"):
        compile("def stand():\n    await bake(1)", "cell", "exec")


@pytest.mark.parametrize(
    ("before", "cell"),
    [("", "%%time\nimport asyncio\nawait asyncio.sleep(0)"), ("%autoawait off", "await asyncio.sleep(0)")],
)
def test_neither_a_timed_cell_nor_one_without_autoawait_may_await(before: str, cell: str) -> None:
    new_shell: Any = InteractiveShell  # which has no types
    shell = new_shell()
    shell.run_cell("import asyncio")
    if before:
        shell.run_cell(before)
    ran = shell.run_cell(cell)
    error = ran.error_before_exec or ran.error_in_exec
    assert isinstance(error, SyntaxError)
    assert "'await' outside function" in str(error)


# 13, Async clients


async def at_once_at_the_mill(ask: Callable[[str], Any]) -> int:
    """How many of three gathered requests a shop had at once at most; `ask` takes its address."""
    mill, now, most = Quart("mill"), 0, 0

    @mill.get("/flour")
    async def flour() -> str:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.2)
        now -= 1
        return "flour"

    async def one() -> str:
        came = ask(f"{shop.url}/flour")
        return str(await came if asyncio.iscoroutine(came) else came)

    with serve(mill, name="mill of the claims") as shop:
        await asyncio.gather(*(one() for _ in range(3)))
    return most


def test_requests_keeps_the_loop_as_the_plain_client_of_httpx_does() -> None:
    session = requests.Session()
    session.trust_env = False
    assert asyncio.run(at_once_at_the_mill(lambda url: session.get(url).text)) == 1


def test_a_new_client_of_httpx_reads_the_certificates_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    real, files = ssl.create_default_context, []

    def noted(**named: Any) -> ssl.SSLContext:  # noqa: ANN401  # whatever ssl takes
        files.append(named["cafile"])
        return real(**named)

    monkeypatch.setattr(ssl, "create_default_context", noted)
    for _ in range(3):
        httpx.AsyncClient(trust_env=False)
    assert len(files) == 3


def test_the_connections_that_a_client_may_have_and_keep_are_those_of_the_table() -> None:
    async def of_aiohttp() -> tuple[int, int]:
        async with aiohttp.ClientSession() as session:
            assert session.connector
            return session.connector.limit, session.connector.limit_per_host

    pool: Any = httpx.AsyncHTTPTransport()._pool
    assert (pool._max_connections, pool._max_keepalive_connections) == (100, 20)
    assert asyncio.run(of_aiohttp()) == (100, 0)  # none for each host


def test_the_time_outs_of_httpx_are_no_time_out_errors_of_python_and_those_of_aiohttp_are() -> None:
    assert not issubclass(httpx.ReadTimeout, TimeoutError)
    assert not issubclass(httpx.PoolTimeout, TimeoutError)
    assert issubclass(aiohttp.ServerTimeoutError, TimeoutError)


def test_the_connect_of_aiohttp_is_a_patience_for_a_free_connection() -> None:
    async def two_for_one_line(url: str, done: threading.Event) -> str:
        line, patience = aiohttp.TCPConnector(limit=1), aiohttp.ClientTimeout(total=None, connect=1)
        async with aiohttp.ClientSession(connector=line, timeout=patience) as session:
            first = asyncio.create_task(session.get(url))
            while not asked:
                await asyncio.sleep(0.01)
            try:
                await session.get(url)
            except TimeoutError as error:
                return type(error).__name__
            finally:
                done.set()
                (await first).close()
        return "nothing"

    asked: list[str] = []
    mill, open_up = Quart("mill"), threading.Event()

    @mill.get("/flour")
    async def flour() -> str:
        asked.append("flour")
        await asyncio.to_thread(open_up.wait, 30)
        return "flour"

    with serve(mill, name="patient mill of the claims") as shop:
        assert asyncio.run(two_for_one_line(f"{shop.url}/flour", open_up)) == "ConnectionTimeoutError"
    assert asked == ["flour"]


def test_a_base_url_is_appended_to_in_httpx_and_left_by_a_leading_slash_in_aiohttp() -> None:
    async def of_aiohttp(path: str) -> str:
        async with aiohttp.ClientSession("http://127.0.0.1/api/") as session:
            return str(session._build_url(path))

    request = httpx.AsyncClient(base_url="http://127.0.0.1/api/").build_request("GET", "/cake")
    assert str(request.url) == "http://127.0.0.1/api/cake"
    assert asyncio.run(of_aiohttp("/cake")) == "http://127.0.0.1/cake"
    assert asyncio.run(of_aiohttp("cake")) == "http://127.0.0.1/api/cake"


def test_an_error_of_httpx_carries_the_answer_and_one_of_aiohttp_its_status_only() -> None:
    answer = httpx.Response(404, json={"error": "no flour"}, request=httpx.Request("GET", "http://127.0.0.1"))
    with pytest.raises(httpx.HTTPStatusError) as error:
        answer.raise_for_status()
    assert error.value.response.json() == {"error": "no flour"}
    assert "response" not in dir(aiohttp.ClientResponseError)


def test_aiohttp_has_websockets_built_in_and_httpx_has_stand_ins_for_tests() -> None:
    assert hasattr(aiohttp.ClientSession, "ws_connect")
    assert not any("ws" in name or "websocket" in name for name in dir(httpx.AsyncClient))
    assert hasattr(httpx, "ASGITransport")
    assert hasattr(httpx, "MockTransport")


def test_requests_follows_a_redirect_without_being_asked() -> None:
    desk = Quart("desk")
    desk.add_url_rule("/old", "old", lambda: redirect("/new"))
    desk.add_url_rule("/new", "new", lambda: "flour")
    with serve(desk, name="desk of the claims") as shop, requests.Session() as session:
        session.trust_env = False
        assert session.get(f"{shop.url}/old").text == "flour"


# 17, Pagination


async def book(diary: list[str]) -> AsyncIterator[int]:
    try:
        for order in (3, 2, 1):
            yield order
    finally:
        diary.append("put back")


async def left_by_break(orders: AsyncIterator[int]) -> None:
    async for _ in orders:
        break


async def left_by_return(orders: AsyncIterator[int]) -> int:
    async for order in orders:
        return order
    return 0


async def left_by_an_error(orders: AsyncIterator[int]) -> None:
    with suppress(ValueError):
        async for _ in orders:
            raise ValueError


@pytest.mark.parametrize("leave", [left_by_break, left_by_return, left_by_an_error])
def test_a_generator_that_was_left_is_closed_by_aclose_or_when_nobody_holds_it(
    leave: Callable[[AsyncIterator[int]], Coroutine[Any, Any, Any]],
) -> None:
    async def read() -> None:
        diary: list[str] = []
        held: Any = book(diary)
        await leave(held)
        gc.collect()
        await asyncio.sleep(0.01)
        assert diary == []
        await held.aclose()
        assert diary == ["put back"]
        await leave(book(diary))
        gc.collect()
        await asyncio.sleep(0.01)
        assert diary == ["put back"] * 2

    asyncio.run(read())
