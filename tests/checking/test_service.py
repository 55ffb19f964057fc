"""A stand-in service answers from its script on the virtual clock, honours time-outs, counts, and stops the endless."""

from itertools import repeat
from typing import Any

import aiohttp
import httpx
import pytest
from answering import WAYS, asked

from bakery.checking import Run
from bakery.checking.mistakes import Wrong
from bakery.checking.service import Asked, Content, Response, Says, Service, Session


def given(service: Service, text: str, face: str, threadless: bool = False) -> object:
    """What `answer(client)` gave, or why it was wrong."""
    stage = asked(
        f"import httpx, aiohttp\nasync def answer(client):\n{text}",
        lambda answer: answer.run(getattr(service, face)()),
        threadless=threadless,
    )
    return stage.value if isinstance(stage.value, Run) else stage.error


def test_an_address_is_a_path_with_what_stands_behind_the_question_mark() -> None:
    assert Asked(0, "GET", "/orders", {}).address == "/orders"
    assert Asked(0, "GET", "/orders", {"after": "k7x", "size": "3"}).address == "/orders?after=k7x&size=3"


ASKS = {
    "httpx": "    reply = await client.get('/cake')\n    return reply.status_code, reply.json()",
    "aiohttp": "    async with client.get('/cake') as reply:\n        return reply.status, await reply.json()",
}


@WAYS
@pytest.mark.parametrize("face", ASKS)
def test_a_slow_service_takes_simulated_time(face: str, threadless: bool) -> None:
    run = given(Service(Says({"cake": 1}, seconds=2)), ASKS[face], face, threadless)
    assert isinstance(run, Run), run
    assert (run.result, run.seconds) == ((200, {"cake": 1}), 2.0)


TIMES_OUT = {
    "httpx": "    try: await client.get('/', timeout=1)\n    except httpx.ReadTimeout: return 'late'",
    "aiohttp": "    try:\n        async with client.get('/', timeout=aiohttp.ClientTimeout(total=1)): pass\n    except TimeoutError: return 'late'",
}


@pytest.mark.parametrize("face", TIMES_OUT)
def test_a_time_out_of_the_client_is_honoured(face: str) -> None:
    run = given(Service(Says(seconds=9)), TIMES_OUT[face], face)
    assert isinstance(run, Run), run
    assert (run.result, run.seconds) == ("late", 1.0)


RETRIES = {
    "httpx": """
    for wait in (1, 2, 4):
        reply = await client.get('/')
        if reply.status_code < 500: return reply.text
        await asyncio.sleep(wait)""",
    "aiohttp": """
    for wait in (1, 2, 4):
        try:
            async with client.get('/', raise_for_status=True) as reply: return await reply.text()
        except aiohttp.ClientResponseError: await asyncio.sleep(wait)""",
}


@pytest.mark.parametrize("face", RETRIES)
def test_it_fails_as_often_as_its_script_says_and_counts_when_it_was_asked(face: str) -> None:
    service = Service(Says(status=503), Says(status=503), Says("cake"))
    run = given(service, RETRIES[face], face)
    assert isinstance(run, Run), run
    assert run.result == "cake"
    assert service.moments == [0, 1, 3]


def test_a_script_may_answer_in_pages_and_several_may_be_asked_for_at_once() -> None:
    def page(asked: Asked) -> Says:
        return Says({"page": int(asked.query["page"])}, seconds=1)

    service = Service(page)
    text = "    several = await asyncio.gather(*(client.get('/', params={'page': n}) for n in range(3)))\n    return [one.json()['page'] for one in several]"
    run = given(service, text, "httpx")
    assert isinstance(run, Run), run
    assert (run.result, run.seconds, service.at_once) == ([0, 1, 2], 1.0, 3)


SWALLOWS = {
    "an exception": "    while True:\n        try: await client.get('/again')\n        except Exception: pass",
    "all that a gather raises": "    while True: await asyncio.gather(client.get('/again'), return_exceptions=True)",
}


@WAYS
@pytest.mark.parametrize("how", SWALLOWS)
def test_whoever_swallows_every_error_is_stopped_all_the_same(how: str, threadless: bool) -> None:
    said = given(Service(Says(status=503), most=10), SWALLOWS[how], "httpx", threadless)
    assert isinstance(said, Wrong)
    assert "asked the service 11 times, the last time for `/again`, and would never stop" in str(said)


@pytest.mark.parametrize("face", ["httpx", "aiohttp"])
def test_whoever_never_stops_asking_is_stopped(face: str) -> None:
    said = given(Service(Says(status=503), most=10), "    while True: await client.get('/again')", face)
    assert isinstance(said, Wrong)
    assert "asked the service 11 times, the last time for `/again`, and would never stop" in str(said)


@pytest.mark.parametrize(
    ("face", "error"), [("httpx", httpx.ReadError), ("aiohttp", aiohttp.ServerDisconnectedError)]
)
def test_a_connection_that_breaks_is_an_error_of_the_library(face: str, error: type[Exception]) -> None:
    text = "    try: await client.get('/')\n    except Exception as error: return type(error)"
    run = given(Service(Says(breaks=True)), text, face)
    assert isinstance(run, Run), run
    assert run.result is error


def test_the_face_of_aiohttp_has_nothing_that_the_real_one_has_not() -> None:
    face = {name for name in dir(Session) if not name.startswith("_")} - {"send"}
    assert face <= set(dir(aiohttp.ClientSession))
    made = vars(Response(Says(), "", Content(Service(), Says(), None)))
    response = {name for name in made | vars(Response) if not name.startswith("_")}
    assert response <= set(dir(aiohttp.ClientResponse)) | {"status"}


DRIP: dict[str, Any] = {"parts": (b"flour ", b"from ", b"afar"), "pause": 1.0}

READS = {
    "httpx": """
    loop, pieces = asyncio.get_running_loop(), []
    begun = loop.time()
    async with client.stream('GET', '/', timeout=2) as reply:
        async for piece in reply.aiter_bytes(): pieces.append((loop.time() - begun, piece))
    return pieces""",
    "aiohttp": """
    loop, pieces = asyncio.get_running_loop(), []
    begun = loop.time()
    async with client.get('/') as reply:
        async for piece in reply.content.iter_chunked(100): pieces.append((loop.time() - begun, piece))
    return pieces""",
}


@WAYS
@pytest.mark.parametrize("face", READS)
def test_an_answer_in_parts_comes_part_by_part(face: str, threadless: bool) -> None:
    service = Service(Says(**DRIP))
    run = given(service, READS[face], face, threadless)
    assert isinstance(run, Run), run
    assert run.result == [(1, b"flour "), (2, b"from "), (3, b"afar")]
    assert (service.sent, service.open) == ([1, 2, 3], 0)


@pytest.mark.parametrize(
    ("face", "ask", "wanted"),
    [
        ("httpx", "(await client.get('/', timeout=1.5)).text", ("flour from afar", 3.0)),
        ("httpx", "(await client.get('/', timeout=0.5)).text", ("ReadTimeout", 0.5)),
        ("aiohttp", "await (await client.get('/')).text()", ("flour from afar", 3.0)),
        (
            "aiohttp",
            "await (await client.get('/', timeout=aiohttp.ClientTimeout(total=1.5))).text()",
            ("TimeoutError", 1.5),
        ),
    ],
)
def test_httpx_limits_each_wait_for_a_part_and_aiohttp_the_whole(
    face: str, ask: str, wanted: tuple[str, float]
) -> None:
    text = f"    try: return {ask}\n    except Exception as error: return type(error).__name__"
    run = given(Service(Says(**DRIP)), text, face)
    assert isinstance(run, Run), run
    assert (run.result, run.seconds) == wanted


@pytest.mark.parametrize(
    ("face", "ask", "error"),
    [
        ("httpx", "await client.get('/')", httpx.ReadError),
        ("aiohttp", "await (await client.get('/')).read()", aiohttp.ClientPayloadError),
    ],
)
def test_half_an_answer_is_an_error_of_the_library(face: str, ask: str, error: type[Exception]) -> None:
    text = f"    try: {ask}\n    except Exception as error: return type(error)"
    run = given(Service(Says(parts=(b"half ",), breaks=True)), text, face)
    assert isinstance(run, Run), run
    assert run.result is error


@pytest.mark.parametrize("says", [Says(seconds=9), Says(**DRIP), Says(parts=(b"half ",), breaks=True)])
def test_an_error_of_httpx_knows_the_request_that_it_came_of(says: Says) -> None:
    text = (
        "    try: await client.get('/flour', timeout=0.5)\n"
        "    except httpx.RequestError as error: return error.request.url.path"
    )
    run = given(Service(says), text, "httpx")
    assert isinstance(run, Run), run
    assert run.result == "/flour"


@pytest.mark.parametrize("face", READS)
def test_whoever_reads_an_endless_answer_is_stopped(face: str) -> None:
    said = given(Service(Says(parts=repeat(b"x"), pause=0.01)), READS[face], face)
    assert isinstance(said, Wrong)
    assert "has read 1,000 parts of an answer without end, in 10.01 s" in str(said)
    assert "Range" not in str(said)


RANGES = {
    "httpx": "    return (await client.get('/', headers={'Range': 'bytes=0-9'})).content",
    "aiohttp": "    return await (await client.get('/', headers={'Range': 'bytes=0-9'})).read()",
}


@pytest.mark.parametrize("face", RANGES)
def test_whoever_trusts_that_a_range_ends_an_answer_is_told_of_it(face: str) -> None:
    said = given(Service(Says(parts=repeat(b"x"))), RANGES[face], face)
    assert str(said).endswith("It asked for `Range: bytes=0-9`, and not every server keeps to that.")


@pytest.mark.parametrize(
    ("named", "patience"), [("", 5.0), (", timeout=2", 2.0), (", timeout=httpx.Timeout(3, read=None)", None)]
)
def test_a_service_knows_how_long_whoever_asks_would_wait(named: str, patience: float | None) -> None:
    service = Service(Says())
    given(service, f"    await client.get('/'{named})", "httpx")
    assert [one.patience for one in service.asked] == [patience]


def test_an_answer_that_is_left_in_the_middle_is_no_longer_open() -> None:
    service = Service(Says(parts=repeat(b"x"), pause=1))
    text = "    async with client.stream('GET', '/') as reply: return await anext(reply.aiter_bytes())"
    run = given(service, text, "httpx")
    assert isinstance(run, Run), run
    assert (run.result, run.seconds, service.open) == (b"x", 1.0, 0)


def test_a_stage_is_not_needed_to_count() -> None:
    assert Service(Says("x")).note(Asked(0, "GET", "/", {})).text == "x"


def test_an_address_without_a_protocol_is_refused_as_by_the_library() -> None:
    run = given(
        Service(Says()),
        "    async with httpx.AsyncClient(transport=client._transport) as c: await c.get('/cake')",
        "httpx",
    )
    assert isinstance(run, Wrong)
    assert "UnsupportedProtocol: Request URL is missing" in str(run)


@pytest.mark.parametrize(("status", "ok"), [(200, True), (399, True), (400, False), (503, False)])
def test_a_status_of_400_and_above_is_an_error_of_aiohttps_where_it_is_asked_for(
    status: int, ok: bool
) -> None:
    response = Response(Says(status=status), "http://service/", Content(Service(Says()), Says(), None))
    assert (response.status, response.ok) == (status, ok)
    if ok:
        response.raise_for_status()
    else:
        with pytest.raises(aiohttp.ClientResponseError) as caught:
            response.raise_for_status()
        assert caught.value.status == status


def test_each_verb_of_a_session_is_a_request_of_its_method_until_the_session_is_closed() -> None:
    service = Service(Says("cake"))
    text = """
    async with client:
        for verb in ("get", "post", "put", "delete"):
            await getattr(client, verb)("/cake", json={"size": 2}, params={"of": "plum"}, headers={"x": "1"})
        await client.post("/cake", data="plain")
    try:
        await client.get("/cake")
    except RuntimeError as error:
        return str(error)"""
    run = given(service, text, "aiohttp")
    assert isinstance(run, Run), run
    assert run.result == "Session is closed"
    assert [(one.method, one.path, one.query, one.body) for one in service.asked] == [
        *((method, "/cake", {"of": "plum"}, '{"size": 2}') for method in ("GET", "POST", "PUT", "DELETE")),
        ("POST", "/cake", {}, "plain"),
    ]


@pytest.mark.parametrize(
    ("says", "chunks"),
    [(Says(parts=(b"abcde", b"f")), [b"ab", b"cd", b"e", b"f"]), (Says("abc"), [b"ab", b"c"])],
)
def test_chunks_are_none_longer_than_they_were_wanted(says: Says, chunks: list[bytes]) -> None:
    text = (
        "    async with client.get('/') as reply: return [one async for one in reply.content.iter_chunked(2)]"
    )
    run = given(Service(says), text, "aiohttp")
    assert isinstance(run, Run), run
    assert run.result == chunks
