"""A plain client, and clients that an answer makes itself, ask a stand-in service on the virtual clock."""

import textwrap

import httpx
import pytest
from answering import WAYS, asked

from bakery.checking import Run
from bakery.checking.clients import every_client, plain_client
from bakery.checking.service import Says, Service


@WAYS
def test_a_plain_client_waits_where_it_stands(threadless: bool) -> None:
    service = Service(Says(status=503), Says({"cake": 1}, seconds=2))
    stage = asked(
        "def answer(client):\n    while (reply := client.get('/cake')).status_code == 503: pass\n    return reply.json()",
        lambda answer: answer.call(plain_client(service)),
        threadless=threadless,
    )
    run = stage.value
    assert isinstance(run, Run), stage.error
    assert (run.result, run.seconds, service.moments) == ({"cake": 1}, 2.0, [0, 0])


@pytest.mark.parametrize(
    ("says", "error", "seconds"),
    [(Says(seconds=9), httpx.ReadTimeout, 1.0), (Says(breaks=True), httpx.ReadError, 0.0)],
)
def test_a_plain_client_gets_the_errors_of_the_library(
    says: Says, error: type[Exception], seconds: float
) -> None:
    text = "    try: client.get('/', timeout=1)\n    except Exception as error: return type(error)"
    stage = asked(
        f"def answer(client):\n{text}",
        lambda answer: answer.call(plain_client(Service(says))),
        threadless=False,
    )
    run = stage.value
    assert isinstance(run, Run), stage.error
    assert (run.result, run.seconds) == (error, seconds)


def test_whoever_asks_for_ever_with_a_plain_client_is_stopped() -> None:
    service = Service(Says(status=503), most=10)
    text = "    while True:\n        try: client.get('/again')\n        except Exception: pass"
    stage = asked(
        f"def answer(client):\n{text}", lambda answer: answer.call(plain_client(service)), threadless=False
    )
    assert "asked the service 11 times" in str(stage.error)


def test_a_client_that_an_answer_makes_itself_asks_the_service_and_is_noted() -> None:
    service = Service(Says("cake", seconds=1))
    before = httpx.AsyncClient.__init__
    code = """
    import httpx
    from httpx import AsyncClient
    async def answer():
        async with AsyncClient(base_url="http://nowhere") as client:
            left = httpx.AsyncClient()
            return (await client.get("/a")).text, (await left.get("http://elsewhere/b")).text
    """
    with every_client(service) as made:
        stage = asked(textwrap.dedent(code), lambda answer: answer.run())
    run = stage.value
    assert isinstance(run, Run), stage.error
    assert (run.result, run.seconds) == (("cake", "cake"), 2.0)
    assert [one.path for one in service.asked] == ["/a", "/b"]
    assert [one.is_closed for one in made] == [True, False]
    assert httpx.AsyncClient.__init__ is before
