"""Notebook 09, Streams and sockets: answers in parts, customers who leave, guests who talk back, and news for all."""
# ruff: noqa: ANN401  # apps, guests and sockets of a framework that is imported late

import asyncio
import inspect
import re
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from bakery.checking import Answer, Lesson, expect
from bakery.checking.asgi_guests import Closed, Guest, leave_unread, listen, waits_for_more
from bakery.checking.describing import short
from bakery.checking.lifetimes import Opened
from bakery.checking.mistakes import Wrong
from bakery.checking.virtual.lines import own_line
from bakery.lessons._tell_all import must_tell_all

PEOPLE = ("Ada", "Bob", "Käthe & Co", "Noor")
"""Customers of one check: no two of the same name, and not only letters."""

STAYING, LEAVING = 8, 5
"""Listeners of one check: so many that whoever crosses out just anybody is found out."""

ex = Lesson("09_streams_and_sockets", __file__)


# Predictions


@ex.prediction
def whole(bakes: int) -> int:
    """After how many bakes an answer was there that was read whole."""
    return bakes


@ex.prediction
def one_queue(heard: int) -> int:
    """How many guests heard what came out of one queue."""
    return heard


@ex.prediction
def status(code: int) -> str:
    """The status of an answer that failed in the middle."""
    return str(code)


@ex.prediction
def diary(entries: Sequence[str]) -> str:
    """What a generator noted whose listener had left."""
    if "cancelled" in entries:
        return "c"
    return "b" if entries else "a"


# Exercises


@ex.exercise
def first_crumb(answer: Answer) -> None:
    """A list that is sent at the end is a stream."""
    steps = [f"data: {step}\n\n" for step in ("flour", "butter", "sugar")]
    heard = answer.listen("/crumbs", listeners=3)
    heard.comes(*steps)
    # The page says how long each step takes, and not whether it is told before or after that.
    first = 1 if heard.streams[0].parts[0].seconds == 1 else 0
    heard.at(first, first + 1, first + 2).ends()
    expect(
        all(stream.kind == "text/event-stream" for stream in heard.streams),
        "the parts come in time, but the answer no longer says that they are events: its content type is "
        f"`{heard.streams[0].kind}`, and a browser's `EventSource` wants `text/event-stream`.",
    )


ASKS_FOR_A_REQUEST = re.compile(r"\bhas_request_context\(|\bexcept\b|\bsuppress\(")
"""What an answer has that goes on where there is no request."""


@ex.exercise
def whose_request(answer: Answer) -> None:
    """`request` is everywhere."""
    from urllib.parse import quote

    for who in PEOPLE:
        heard = answer.listen(f"/cake?who={quote(who)}")
        parts = [part.text for stream in heard.streams for part in stream.parts]
        expect(
            not parts or any(who in part for part in parts) or not ASKS_FOR_A_REQUEST.search(answer.source),
            f"{who} is not greeted by name, but told {short(''.join(parts))}: the generator asks for the request, and when it runs "
            "there is none any more; what it does then only hides that. Read the name in the handler, and let the generator use it.",
        )
        others = [one for one in PEOPLE if one != who and any(f"hello {one}\n" in part for part in parts)]
        expect(
            not others or answer.listen("/cake?who=Zoe").streams[0].parts[0].text != parts[0],
            f"{who} is greeted as {''.join(others)}, and so is whoever else comes: nobody has read what stands behind the `?`, which is "
            f"`who={who}` here.",
        )
        heard.comes(f"data: hello {who}\n\n", f"data: bye {who}\n\n").at(0, 1).ends()

    async def crowd(client: Any) -> list[str]:
        async def one(who: str) -> str:
            reply = await client.get("/cake", query_string={"who": who})
            return str(await reply.get_data(as_text=True))

        return list(await asyncio.gather(*map(one, PEOPLE)))

    for who, text in zip(PEOPLE, answer.meet(crowd).result, strict=True):
        wanted = f"data: hello {who}\n\ndata: bye {who}\n\n"
        expect(
            text == wanted,
            f"of four customers at the same moment, {who} was told `{text!r:.60}`: the name was kept where all of them "
            "share it.",
        )


@ex.exercise
def crossed_out(answer: Answer) -> None:
    """Who leaves is harmless."""
    listeners = answer.named("listeners").given
    listeners.clear()
    for parts in (1, 3):
        heard = answer.leave("/radio", after=parts)
        heard.comes(*["data: la\n\n"] * parts).lets_go()
        expect(
            not listeners,
            f"a listener left after {parts} part{'s' * (parts > 1)}, and is still on the list. What came out of its `await` is "
            "a `CancelledError`, which is neither an `Exception` nor a `GeneratorExit`. The line that crosses somebody out has "
            "to run in any case: in a `finally` round the loop."
            + (
                " There is a `finally`: does it take out the very one that was put in?"
                if "finally" in answer.source
                else ""
            ),
        )
    _must_leave_unread(answer, listeners)
    alone, before, during, after = answer.play(_come_and_leave(listeners)).result
    how = "" if len(alone) == 1 else _how_not_there(answer)
    expect(not how, f"a listener who is still there should be on the list, and was not: {how}.")
    _must_be_told_apart(len(before), len(during))
    whom = (
        "others than those who stayed are" if len(after) >= STAYING else f"{len(after) or 'none'} of them are"
    )
    expect(
        after == before,
        f"of {STAYING + LEAVING} listeners {LEAVING} have left, and the other {STAYING} are still there; now {whom} on the "
        "list. Cross out whoever leaves, and nobody else.",
    )


def _must_be_told_apart(before: int, during: int) -> None:
    """Expect as many on the list as there are listeners, at two moments."""
    alike = (
        " What is put there is the same for all of them, such as their address. Put something there that each has for itself."
        if before == during == 1
        else ""
    )
    expect(
        before == STAYING and during == STAYING + LEAVING,
        f"{STAYING + LEAVING} listeners are there, and {during} on the list.{alike}",
    )


class Noted(set[Any]):
    """A list of listeners that knows whether anybody was put on it, and the reader's line that crossed the first one out."""

    ever = False
    line = ""

    def add(self, one: Any) -> None:
        """Put one on the list."""
        self.ever = True
        super().add(one)

    def discard(self, one: Any) -> None:
        """Cross one out."""
        self.line = self.line or own_line(inspect.currentframe())
        super().discard(one)

    def remove(self, one: Any) -> None:
        """Cross one out who is there."""
        self.line = self.line or own_line(inspect.currentframe())
        super().remove(one)


def _how_not_there(answer: Answer) -> str:
    """Why a listener was not on the list while it was there."""
    noted = Noted()
    adapter = answer.given.url_map.bind("localhost")
    view = inspect.unwrap(answer.given.view_functions[adapter.match("/radio")[0]])
    with patch.dict(view.__globals__, listeners=noted):
        answer.leave("/radio")
    if noted.ever:
        return "it was put there, and crossed out again before it left" + (
            f" ({noted.line})" if noted.line else ""
        )
    return "nobody has put it there"


def _must_leave_unread(answer: Answer, listeners: set[Any]) -> None:
    """Expect that a listener who reads no more is crossed out, too, where the generator stands at its `yield`."""

    async def script(app: Any) -> None:
        await leave_unread(app, "/radio")
        await asyncio.sleep(0)

    answer.play(script)
    expect(
        not listeners,
        "a listener who had stopped reading left, and is still on the list. The generator stood at its `yield` then, and what "
        "is raised there is a `GeneratorExit`, and no `CancelledError`: a `finally` round the loop runs in either case.",
    )


def _come_and_leave(listeners: set[Any]) -> Callable[[Any], Coroutine[Any, Any, list[set[Any]]]]:
    """Let some listen, and others come and leave: who was on the list with one there, before, during, and after it."""

    async def script(app: Any) -> list[set[Any]]:
        seen: list[set[Any]] = []
        staying = []
        for number in range(STAYING):
            staying.append(asyncio.ensure_future(listen(app, "/radio", 9)))
            await asyncio.sleep(0.1 if number else 1.5)
            if number in (0, STAYING - 1):
                seen.append(set(listeners))
        leaving = [asyncio.ensure_future(listen(app, "/radio", parts)) for parts in range(2, 2 + LEAVING)]
        await asyncio.sleep(0.1)
        seen.append(set(listeners))
        await asyncio.gather(*leaving)
        await asyncio.sleep(0.1)
        seen.append(set(listeners))
        await asyncio.gather(*staying)
        return seen

    return script


@dataclass(frozen=True)
class Counted:
    """What one guest heard of a countdown, each with its second; how it ended, and when."""

    told: tuple[tuple[float, str], ...]
    code: int
    seconds: float


async def count_with(app: Any, number: int) -> Counted:
    """Say a number, and hear until the app closes. Raises `Wrong`, which only the check sees."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    told: list[tuple[float, str]] = []
    async with Guest(app, "/countdown") as one:
        one.say(str(number))
        try:
            while True:
                said = await one.hear(10)
                told.append((round(loop.time() - start, 6), said))
                if len(told) > number:
                    return Counted(tuple(told), 0, 0)
        except Closed as end:
            if one.error is not None:
                raise one.error from None
            expect(not end.refused, _refused(app, end.code))
            return Counted(tuple(told), end.code, round(loop.time() - start, 6))
        except TimeoutError:
            raise Wrong(
                f"a guest said “{number}”, heard {_heard(told)}, and then nothing more for ten seconds.{waits_for_more()}"
                + (
                    " After the last number the app closes: `await websocket.close(4000)`."
                    if len(told) == number
                    else ""
                )
            ) from None


def _heard(told: Sequence[tuple[float, Any]]) -> str:
    return ", ".join(str(text) for _, text in told) or "nothing"


def _refused(app: Any, code: int) -> str:
    """Why a guest was not let in."""
    there = [rule for rule in app.url_map.iter_rules() if str(rule) == "/countdown"]
    if there and not any(rule.websocket for rule in there):
        return (
            "`/countdown` is an ordinary route there, and no WebSocket: its handler stands under "
            '`@timer.websocket("/countdown")`.'
        )
    return f"the WebSocket `/countdown` was refused with {code}: is there such a route?"


@ex.exercise
def countdown(answer: Answer) -> None:
    """A WebSocket is a request with an answer."""
    answer.must_be("quart")
    numbers = (3, 1, 12)
    for number in numbers:
        counted = answer.play(_alone(number)).result
        expect(
            number == 3 or not counted.told or str(counted.told[0][1]) != "3",
            f"a guest said “{number}”, and the countdown begins with 3, as it did after “3”: "
            "`await websocket.receive()` gives what was said.",
        )
        must_count_down(number, counted)

    async def all_guests(app: Any) -> list[Counted]:
        async with Opened(app):
            return list(await asyncio.gather(*(count_with(app, number) for number in numbers)))

    for number, counted in zip(numbers, answer.play(all_guests).result, strict=True):
        expect(
            [text for _, text in counted.told] == [str(number - second) for second in range(number)],
            f"each guest alone hears the right numbers; of three at the same moment, the one who said “{number}” heard "
            f"{_heard(counted.told)}. While one waits, another is served: keep the number in a name of the handler's own.",
        )
        must_count_down(number, counted)


def _alone(number: int) -> Callable[[Any], Coroutine[Any, Any, Counted]]:
    async def script(app: Any) -> Counted:
        async with Opened(app):
            return await count_with(app, number)

    return script


def must_count_down(number: int, counted: Counted) -> None:
    """Expect the numbers, a second apart, and the close a second after the last."""
    wanted = [str(number - second) for second in range(number)]
    words = [text for _, text in counted.told]
    expect(
        list(map(str, words)) != wanted or words == wanted,
        f"a guest said “{number}” and was sent numbers, {_heard(counted.told)}. A WebSocket sends texts, as in `str(number)`.",
    )
    expect(
        len(words) != 1 or len(wanted) == 1 or not all(one in str(words[0]) for one in wanted),
        f"a guest said “{number}” and heard one message, “{words[0] if words else ''}”. Each number is a message of its own.",
    )
    expect(
        not words or not isinstance(words[0], bytes),
        f"a guest said “{number}” and was sent bytes, {_heard(counted.told)}. A text is wanted, as in `str(number)`.",
    )
    expect(
        words == wanted,
        f"a guest said “{number}” and heard {_heard(counted.told)}; wanted is {', '.join(wanted)}.",
    )
    moments = [moment for moment, _ in counted.told]
    times = ", ".join(f"{moment:g}" for moment in moments)
    expect(
        moments == list(range(number)),
        f"after “{number}” the numbers came at {times} s, and one a second is wanted, the first at once.",
    )
    expect(
        counted.code == 4000,
        f"the WebSocket was closed with code {counted.code}, and 4000 is wanted: `await websocket.close(4000)`.",
    )
    expect(
        counted.seconds == number,
        f"it was closed after {counted.seconds:g} s, and {number} s is wanted: a second after the “1”.",
    )


@ex.exercise
def tell_all(answer: Answer) -> None:
    """Queues are free, and a `put` never waits."""
    must_tell_all(answer)
