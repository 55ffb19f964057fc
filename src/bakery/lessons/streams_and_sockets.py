"""Notebook 09, Streams and sockets: answers in parts, customers who leave, guests who talk back, and news for all."""
# ruff: noqa: ANN401  # apps, guests and sockets of a framework that is imported late

import asyncio
import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bakery.checking import Answer, Lesson, expect
from bakery.checking.asgi_guests import Closed, Guest
from bakery.checking.mistakes import Wrong

PEOPLE = ("Ada", "Bob", "Käthe & Co", "Noor")
"""Customers of one check: no two of the same name, and not only letters."""

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
    together = all("".join(part.text for part in stream.parts) == "".join(steps) for stream in heard.streams)
    if together:
        heard.at(*(0, 1, 2)[: max(len(heard.streams[0].parts), 1)])
    heard.comes(*steps).at(0, 1, 2).ends()
    expect(
        all(stream.kind == "text/event-stream" for stream in heard.streams),
        "the parts come in time, but the answer no longer says that they are events: its content type is "
        f"`{heard.streams[0].kind}`, and a browser's `EventSource` wants `text/event-stream`.",
    )


@ex.exercise
def whose_request(answer: Answer) -> None:
    """`request` is everywhere."""
    from urllib.parse import quote

    for who in PEOPLE:
        heard = answer.listen(f"/cake?who={quote(who)}")
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
            f"a listener left after {parts} part{'s' * (parts > 1)}, and is still on the list. The line that crosses "
            "somebody out has to run in any case: in a `finally` round the loop.",
        )
    on_the_list: list[int] = []

    async def stay(app: Any) -> None:
        from bakery.checking.asgi_guests import listen

        async def later() -> None:
            await asyncio.sleep(1.5)
            on_the_list.append(len(listeners))

        await asyncio.gather(listen(app, "/radio", 3), later())

    answer.play(stay)
    expect(on_the_list == [1], "a listener who is still there should be on the list, and was not.")


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
                expect(
                    len(told) <= number,
                    f"after “{number}” came {len(told)} messages, and the last was “{said}”.",
                )
        except Closed as end:
            expect(
                not end.refused,
                f"the WebSocket `/countdown` was refused with {end.code}: is there such a route?",
            )
            return Counted(tuple(told), end.code, round(loop.time() - start, 6))
        except TimeoutError:
            heard = ", ".join(text for _, text in told) or "nothing"
            raise Wrong(
                f"a guest said “{number}”, heard {heard}, and then nothing more for ten seconds."
            ) from None


@ex.exercise
def countdown(answer: Answer) -> None:
    """A WebSocket is a request with an answer."""
    answer.must_be("quart")
    numbers = (3, 1, 5)

    async def all_guests(app: Any) -> list[Counted]:
        return list(await asyncio.gather(*(count_with(app, number) for number in numbers)))

    for number, counted in zip(numbers, answer.play(all_guests).result, strict=True):
        must_count_down(number, counted)


def must_count_down(number: int, counted: Counted) -> None:
    """Expect the numbers, a second apart, and the close a second after the last."""
    wanted = [str(number - second) for second in range(number)]
    words = [text for _, text in counted.told]
    heard = ", ".join(map(str, words)) or "nothing"
    expect(words == wanted, f"a guest said “{number}” and heard {heard}; wanted is {', '.join(wanted)}.")
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
    guests: list[asyncio.Queue[str]] = []

    async def script(tell: Any) -> list[list[str]]:
        guests[:] = [asyncio.Queue(3) for _ in range(4)]
        for guest, count in zip(guests, (3, 0, 2, 3), strict=True):
            for number in range(count):
                guest.put_nowait(f"old {number}")
        for news in ("bread", "cake"):
            made = tell(guests, news)
            if inspect.isawaitable(made):
                await made
        return [[guest.get_nowait() for _ in range(guest.qsize())] for guest in guests]

    run = answer.play(script)
    expect(run.seconds == 0, f"it took {run.seconds:g} s to tell everybody. Nothing in `tell` should wait.")
    wanted = [
        ["old 2", "bread", "cake"],
        ["bread", "cake"],
        ["old 1", "bread", "cake"],
        ["old 2", "bread", "cake"],
    ]
    for got, want in zip(run.result, wanted, strict=True):
        expect(
            got == want,
            f"a guest with room for three should have {', '.join(want)}, and has {', '.join(got) or 'nothing'}. "
            "Where a queue is full, the oldest news goes, and the newest comes in.",
        )
