"""Notebook 16's recorder: a mill that counts who asks, and what a tape must keep, and must not."""

from collections.abc import Callable
from typing import Any

import httpx

from bakery.checking import expect
from bakery.checking.describing import short
from bakery.checking.mistakes import Wrong
from bakery.checking.service import Asked, Says, Service

BAD = {"error": "ask again"}
"""What the mill says while it is down."""

HANDED_ON = " An answer is handed on with all that it says, and not only with its status."

IN_A_SACK = 20
"""Bags."""


class Mill:
    """The mill of a check: a price for so many bags, down for a while, and 405 for what is no GET."""

    def __init__(self, port: int) -> None:
        """Be a mill on this port, which is part of its address and of nothing else."""
        self.down = 0
        self.service = Service(self._say)
        self.client = self.service.httpx(f"http://127.0.0.1:{port}")

    def _say(self, asked: Asked) -> Says:
        if self.down:
            return Says(BAD, status=self.down)
        if asked.method != "GET":
            return Says({"error": "only GET"}, status=405)
        flour = asked.path.removeprefix("/price/")
        cents = {"rye": 120, "wheat": 90, "oats": 80}.get(flour)
        if cents is None:
            return Says({"error": "no such flour"}, status=404)
        sacks = int(asked.query.get("sacks", "0"))
        return Says({"cents": cents * (sacks * IN_A_SACK or int(asked.query.get("bags", "1")))})

    @property
    def times(self) -> int:
        """How often it was asked."""
        return len(self.service.asked)


async def must_record(make: Callable[..., httpx.AsyncBaseTransport]) -> None:
    """Expect a recording for each question, and none of a bad moment. Raises `Wrong`."""
    mill, tape = Mill(8001), dict[Any, Any]()

    def player(mill: Mill, base: str = "http://mill") -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=make(mill.client, tape), base_url=base)

    client = player(mill)
    for bags, cents in ((1, 120), (10, 1200), (1, 120), (10, 1200)):
        came = await client.get(f"/price/rye?bags={bags}")
        expect(came.status_code == 200, f"`/price/rye?bags={bags}` gets status {came.status_code}.")
        must_say(came, {"cents": cents}, f"`/price/rye?bags={bags}`", _mistaken(mill))
    await _knows_words_by_their_names(client, mill)
    expect(
        mill.times == 3,
        f"three questions were asked, two of them twice, and the mill was asked {mill.times} times. What is on tape is "
        "played.",
    )
    await _keeps_a_word_that_comes_twice(client, mill)
    for status, flour, cents in ((503, "wheat", 90), (500, "oats", 80)):
        await _keeps_no_bad_moment(client, mill, tape, Says({"cents": cents}, status), flour)
    await _tells_questions_apart(client, mill)
    await _plays_it_tomorrow(player, make, tape)


async def _plays_it_tomorrow(
    player: Callable[[Mill, str], httpx.AsyncClient],
    make: Callable[..., httpx.AsyncBaseTransport],
    tape: dict[Any, Any],
) -> None:
    """Expect another recorder to play the same tape, and one with an empty tape to ask."""
    tomorrow = Mill(8002)
    came = await player(tomorrow, "http://127.0.0.1:8002").get("/price/rye?bags=10")
    expect(
        tape or not tomorrow.times,
        "the next day there is another recorder, with the same tape, and the mill is asked again: the tape is empty. What is "
        "kept belongs on the tape that a recorder gets.",
    )
    expect(
        not tomorrow.times,
        "the next day the mill is on another port, the tape is the same, and the mill is asked again. The host and the "
        "port are no part of the question.",
    )
    must_say(came, {"cents": 1200}, "a question of yesterday")
    empty = httpx.AsyncClient(transport=make(tomorrow.client, {}), base_url="http://mill")
    await empty.get("/price/rye?bags=10")
    expect(
        tomorrow.times == 1,
        "a recorder with a new tape plays what another one has recorded. What is kept belongs on the tape that it gets.",
    )


def _mistaken(mill: Mill) -> str:
    """How a question with words after the `?` may have got the answer to another one, as the mill has seen it."""
    if not mill.times:
        return " The mill was never asked."
    if not mill.service.asked[-1].query:
        return " The mill was asked for `/price/rye`, without what stands after the `?`."
    if mill.times == 1:
        return " The mill was not asked for it: what stands after the `?` is a part of the question, too."
    asked = mill.service.asked[-1]
    if any(name.startswith("b'") for name in asked.query):
        return (
            f" The mill was asked for `{asked.address}`: `url.query` is bytes, and in an f-string they keep their `b'…'`. "
            "`.decode()` makes a text of them."
        )
    return f" The mill was asked for `{asked.address}`."


async def _knows_words_by_their_names(client: httpx.AsyncClient, mill: Mill) -> None:
    """Expect a question with the value of another one, behind another name, to be a question of its own."""
    before = mill.times
    came = await client.get("/price/rye?sacks=10")
    must_say(
        came,
        {"cents": 120 * 10 * IN_A_SACK},
        "after `/price/rye?bags=10`, `/price/rye?sacks=10`",
        f" The mill was asked for `{mill.service.asked[-1].address}`."
        if mill.times > before
        else " The mill was not asked for it: `bags=10` and `sacks=10` are other words, with their names as well as their values.",
    )


async def _keeps_a_word_that_comes_twice(client: httpx.AsyncClient, mill: Mill) -> None:
    """Expect a question with two values of a word to be none of those with one."""
    before = mill.times
    await client.get("/price/rye?bags=1&bags=10")
    expect(
        mill.times > before,
        "after `/price/rye?bags=1` and `/price/rye?bags=10`, the mill was not asked for `/price/rye?bags=1&bags=10`: a word that "
        "comes twice is there with both of its values, and a dict keeps one.",
    )


async def _tells_questions_apart(client: httpx.AsyncClient, mill: Mill) -> None:
    """Expect what is not there to stay so, and another method to be another question."""
    before = mill.times
    for _ in range(2):
        came = await client.get("/price/stone")
        expect(
            came.status_code == 404,
            f"the mill has no stone, and `/price/stone`, asked twice, gets {came.status_code} in place of 404.",
        )
    expect(
        mill.times <= before + 1,
        "the mill has no stone. `/price/stone`, asked twice, gets 404 both times, and the mill was asked each time. A 404 is "
        "an answer and no bad moment: it is kept as well.",
    )
    before = mill.times
    came = await client.post("/price/rye?bags=1")
    heard = mill.service.asked[-1].method  # it was asked before, else nobody comes here
    expect(
        came.status_code == 405 or mill.times == before or heard == "POST",
        f"for a POST of `/price/rye?bags=1` the mill was asked with {heard}, and so it gets {came.status_code}. "
        "`request.method` has the method of the question.",
    )
    expect(
        came.status_code == 405,
        f"after a GET of `/price/rye?bags=1`, a POST of the same address gets {came.status_code}. Another method is "
        "another question, and the mill says 405 to it.",
    )


async def _keeps_no_bad_moment(
    client: httpx.AsyncClient, mill: Mill, tape: dict[Any, Any], good: Says, flour: str
) -> None:
    path, status, known = f"/price/{flour}", good.status, set(tape)
    mill.down = status
    came = await client.get(path)
    expect(
        came.status_code == status,
        f"while the mill says {status}, the client sees {came.status_code}. It should see the same.",
    )
    must_say(came, BAD, f"while the mill says {status}, `{path}`", HANDED_ON)
    noted = [kept for key, kept in tape.items() if key not in known]
    mill.down = 0
    came = await client.get(path)
    expect(
        came.status_code != status,
        f"the mill is well again, and its {status} is played: a bad moment was recorded.",
    )
    must_say(came, good.value, f"`{path}`")
    expect(
        not any(str(status) in repr(kept) for kept in noted),
        f"the mill said {status}, and that was written on the tape: {short(noted[-1] if noted else '')}. It is asked anew, "
        "and all the same it should be handed on and not kept: whoever gets the tape next may play it.",
    )
    before = mill.times
    await client.get(path)
    expect(
        mill.times == before, "after a bad moment, the good answer is not kept: the mill is asked every time."
    )


def must_say(came: httpx.Response, wanted: object, where: str, why: str = "") -> None:
    """Expect this JSON in an answer; `where` is what was asked, and `why` what else was seen. Raises `Wrong`."""
    try:
        value = came.json()
    except ValueError:
        raise Wrong(
            f"{where} gets {short(came.text)}, which is no JSON, and {short(wanted)} is wanted.{why}"
        ) from None
    expect(value == wanted, f"{where} gets {short(value)}, and {short(wanted)} is wanted.{why}")
