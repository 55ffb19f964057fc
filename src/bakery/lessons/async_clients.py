"""Notebook 13, Async clients: one client for an app, and what waits for what."""

import asyncio
import inspect
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

import httpx

from bakery.checking import Answer, Lesson, expect
from bakery.checking.describing import made_in, short
from bakery.checking.mistakes import Wrong
from bakery.checking.run import Run
from bakery.checking.semaphores import let_in, must_give_back, watch_places
from bakery.checking.service import Asked, Says, Script, Service
from bakery.lessons._outcomes import CANCELLED, OVER_AT_ONCE, often
from bakery.lessons._pieces import must_read_no_more, must_save_in_pieces

ex = Lesson("13_async_clients", __file__)


# Predictions


@ex.prediction
def plain_client(bakes: int) -> int:
    """How many bakes three orders took whose handler asks plainly."""
    return bakes


@ex.prediction
def lines(connections: int) -> int:
    """How many connections five orders at the same moment had."""
    return connections


@ex.prediction
def two_lines(bakes: int) -> int:
    """How many bakes six orders through two connections took."""
    return bakes


@ex.prediction
def no_line(came: Mapping[str, int]) -> int:
    """How many orders gave up waiting for a connection."""
    return came.get("PoolTimeout", 0)


@ex.prediction
def in_all(came: Mapping[str, int]) -> int:
    """How many orders had their flour in time."""
    return came.get("flour", 0)


@ex.prediction
def drip(came: object) -> str:
    """Whether a slow answer came as a whole."""
    return "late" if isinstance(came, str) else "whole"


# Exercises


@ex.exercise
def one_client(answer: Answer) -> None:
    """A client per order is fine."""
    for count in (4, 7):
        service = Service(lambda asked: Says(f"flour from {asked.path}", seconds=0.5))
        made: list[httpx.AsyncClient] = []

        def make_client(
            service: Service = service, made: list[httpx.AsyncClient] = made
        ) -> httpx.AsyncClient:
            made.append(service.httpx())
            return made[-1]

        paths = [f"/mill/{number}" for number in range(count)]
        try:
            run = answer.run(make_client, paths)
        except Wrong as wrong:
            raise _kept_from_before(made, wrong) from None
        run.gives([f"flour from {path}" for path in paths]).takes(0.5)
        expect(
            made,
            "`make_client` was never called. The task is to use it: it makes a client that knows the mill.",
        )
        expect(
            len(made) == 1,
            f"{count} orders made {len(made)} clients, each with connections of its own, and one client is enough for all.",
        )
        expect(
            made[0].is_closed,
            "the client is still open after the last order, and nobody is left to close it. `async with make_client() as client:` "
            "closes it at the end of its block.",
        )
    _must_be_closed_in_any_case(answer)


def _must_be_closed_in_any_case(answer: Answer) -> None:
    """Expect that the one client is closed when the call is over, however it ends. Raises `Wrong`."""
    expect(
        _is_closed_by_then(answer),
        "when the answers are given, the client is still open. Something closes it later, and nobody waits for that: `await` "
        "what closes.",
    )
    expect(
        _is_closed_by_then(answer, breaks="/mill/1"),
        "one of the orders failed, and the client is still open: the line that closes it did not run. An `async with` or a "
        "`finally` runs in any case.",
    )
    expect(
        _is_closed_by_then(answer, leaves=0.25),
        "while its orders were under way the whole call was cancelled, and the client is still open. After an error it was "
        f"closed; but {CANCELLED}",
    )


def _kept_from_before(made: Sequence[httpx.AsyncClient], wrong: Wrong) -> Wrong:
    """What to say of a second call that asked with the closed client of the first; else the same again."""
    if made or "client was closed" not in str(wrong):
        return wrong
    return Wrong(
        "it was called a second time, made no client, and asked with the one of the first call, which is closed since the end "
        "of that call. What is kept outside of the function outlives a call: each call makes a client of its own."
    )


def _is_closed_by_then(answer: Answer, *, breaks: str = "", leaves: float = 9) -> bool:
    """Whether the one client is closed at the moment when the call is over: well, by an error, or cancelled."""
    made: list[httpx.AsyncClient] = []

    def make_client() -> httpx.AsyncClient:
        made.append(Service(lambda asked: Says(asked.path, seconds=0.5, breaks=asked.path == breaks)).httpx())
        return made[-1]

    async def script(given: Any) -> bool:  # noqa: ANN401  # the answer
        call = asyncio.current_task()
        assert call is not None  # noqa: S101 - for the type checker
        leaving = asyncio.get_running_loop().call_later(leaves, call.cancel)
        with suppress(Exception, asyncio.CancelledError):
            await given(make_client, ["/mill/0", "/mill/1"])
        leaving.cancel()
        return all(client.is_closed for client in made)

    closed: bool = answer.play(script).result
    return closed


def grinding(waits: Mapping[str, float]) -> Script:
    """What a mill says that needs so many seconds for each path."""
    return lambda asked: Says(asked.path, seconds=waits[asked.path])


@ex.exercise
def at_most_two(answer: Answer) -> None:
    """A crowd is free."""
    watch_places(answer)
    must_give_back(answer.run(Service(Says("", seconds=0.5)).httpx(), ["/mill/0", "/mill/1"]))
    for seconds in ((1.5, 0.5, 0.5, 0.5, 0.5, 0.5), (0.5,) * 6):
        paths = [f"/mill/{number}" for number in range(len(seconds))]
        waits = dict(zip(paths, seconds, strict=True))
        service = Service(grinding(waits))
        run = answer.run(service.httpx(), paths).gives(paths)
        expect(
            service.at_once <= 2,
            f"{service.at_once} orders were under way at the same moment, and two is the limit. "
            f"{_of_places(run, limited=service.at_once < len(paths))}",
        )
        expect(
            service.at_once == 2,
            "one order was under way at a time, and two may be. Start them all; what limits them is a number of places.",
        )
        run.takes(
            sum(seconds) / 2,
            "with orders of different lengths a place stood empty: as soon as one order is done, the next should begin. "
            f"That takes {sum(seconds) / 2:g} s, and it took {run.seconds:g} s.",
        )


def _of_places(run: Run, *, limited: bool) -> str:
    """What is to be said of the places that were to limit a crowd, as the text of an answer has them, and as they were seen."""
    made = made_in(run.source, {"Semaphore", "BoundedSemaphore"})
    if not made and limited:
        return (
            "Something keeps the others back already, and it lets in too many: does it count before the next order begins, or "
            "when that is under way?"
        )
    if not made:
        return "What has two places, and is shared by all six?"
    if re.search(rf"def {made[0]}\([^)]*\bpath\b", run.source):
        return f"The semaphore is made in `{made[0]}`, so each order has one of its own: one has to be shared by all six."
    seen = "" if limited else let_in(run, "order", "orders")
    return (
        seen or "There is a semaphore: is its place kept until the answer is there, and has it two of them?"
    )


async def what_came_of(made: Any) -> tuple[str, Any]:  # noqa: ANN401  # whatever an answer gives
    """What an answer gave, or the kind of error that it raised."""
    try:
        return "gave", await made if inspect.isawaitable(made) else made
    except Exception as error:  # that it raises may be right
        return "raised", type(error)


def asking(
    service: Service, *args: object, left: list[int] | None = None
) -> Callable[[Any], Coroutine[Any, Any, tuple[str, Any]]]:
    """A script: the answer is called with a client of the service, and may raise; `left` gets what is still under way."""

    async def script(answer: Any) -> tuple[str, Any]:  # noqa: ANN401  # the answer
        done = await what_came_of(answer(service.httpx(), *args))
        for _ in range(5):  # what was cancelled may still have to hear of it
            await asyncio.sleep(0)
        if left is not None:
            left.append(service.open)
        return done

    return script


def said_of(came: tuple[str, Any]) -> str:
    """What an answer gave or raised, in words that go on after "it"."""
    how, what = came
    return f"gave {short(what)}" if how == "gave" else f"raised `{what.__name__}`"


ANEW = " A time-out of httpx begins anew with every piece."


@ex.exercise
def in_time(answer: Answer) -> None:
    """`timeout=2` is a deadline."""
    whole = (b"a sack ", b"of flour")
    slow = Says(parts=whole, pause=0.75)
    service = Service(Says("flour", seconds=0.5))
    run = answer.run(service.httpx(), "/flour", 1)
    early = (
        f"an answer that comes after 0.5 s is in time with a deadline of 1 s, and it gave {short(run.result)} after "
        f"{run.seconds:g} s."
    )
    early += OVER_AT_ONCE if run.seconds == 0 else ""
    run.gives("flour", early if run.result is None and "None" in run.source else "")
    run.takes(0.5, _asked_again(service, run.seconds))
    run = answer.run(Service(slow).httpx(), "/sack", 2)
    run.gives(
        "a sack of flour",
        f"the answer is whole after 1.5 s, and the deadline is 2 s. It gave {short(run.result)}, after {run.seconds:g} s.",
    ).takes(1.5)
    run = answer.run(Service(Says("")).httpx(), "/nothing", 1)
    run.gives("", f"an answer without any text is in time, and `''` is wanted; it gave {short(run.result)}.")
    _must_end_what_is_late(answer)
    for what, says in (("a 503", Says(status=503)), ("a broken connection", Says(breaks=True))):
        came = answer.play(asking(Service(says), "/flour", 1)).result
        expect(
            came[0] == "raised",
            f"{what} is not late, it is an error, and should come out as one. It {said_of(came)}.",
        )


def _asked_again(service: Service, seconds: float) -> str:
    """What to say of one answer that was asked for more than once, and so was late; empty where it was not."""
    times = len(service.asked)
    if times <= 1:
        return ""
    return (
        f"it asked {often(times)} for one answer, which takes 0.5 s, and had it after {seconds:g} s. A limit round one of these "
        "requests knows nothing of the other one: ask once, with one limit round all of it."
    )


def _of_the_limit(source: str) -> str:
    """Why a `TimeoutError` of asyncio came out, as the text of an answer has it."""
    if "TimeoutException" in source:
        return " The limit of `asyncio` raises a `TimeoutError`, and `except httpx.TimeoutException` catches that of httpx alone."
    if "except TimeoutError" in source:
        return " It is raised where the block of the limit ends, so the `try` belongs round the whole block."
    return ""


def _must_end_what_is_late(answer: Answer) -> None:
    """Expect `None` at the deadline, and that nothing is under way after it. Raises `Wrong`."""
    for what, late, seconds in (
        ("comes in four pieces, one every 0.75 s", Says(parts=(b"a sack ", b"of flour") * 2, pause=0.75), 2),
        ("says nothing for four seconds", Says("flour", seconds=4), 1),
    ):
        service = Service(late)
        left: list[int] = []
        run = answer.play(asking(service, "/sack", seconds, left=left))
        more = (
            ANEW
            if any(one.patience is not None and one.patience <= seconds for one in service.asked)
            else " The limit has to be around all that is waited for, to the last piece."
        )
        own = _of_the_limit(answer.source) if run.result == ("raised", TimeoutError) else ""
        expect(
            run.result == ("gave", None),
            f"an answer that {what} is late with a deadline of {seconds} s, and `None` is wanted. It {said_of(run.result)}, "
            f"after {run.seconds:g} s.{more if run.seconds > seconds else own}",
        )
        expect(
            run.seconds <= seconds,
            f"the deadline is {seconds} s, and it took {run.seconds:g} s. Whoever looks at the clock after a wait has waited "
            "already; a limit ends the wait itself.",
        )
        expect(run.seconds == seconds, f"the deadline is {seconds} s, and it took {run.seconds:g} s.")
        expect(
            left == [0],
            f"it gives `None` after {run.seconds:g} s, and the order is still under way, for nobody: what is late has to be "
            "ended as well.",
        )


@ex.exercise
def save_as(answer: Answer) -> None:
    """`.content` is fine for big files."""
    must_save_in_pieces(answer)


@ex.exercise
def no_more_than(answer: Answer) -> None:
    """Every answer has an end."""
    must_read_no_more(answer)


FLOUR = {"flour": 2}

HONEST: Mapping[str, tuple[str, Any]] = {
    "/flour": ("a 200 with JSON", FLOUR),
    "/empty": ("a 200 with an empty list", []),
    "/copy": ("a 203 with JSON", FLOUR),
    "/gone": ("a 404", None),
    "/old": ("a 302 that leads to flour", FLOUR),
    "/older": ("a 302 that leads to another one, and then to flour", FLOUR),
    "/lost": ("a 302 that leads to a 404", None),
}
"""What a path answers, and what is to be made of it."""

FAILING = {
    "/closed": "a 503",
    "/locked": "a 403",
    "/burning": "a 500 with a page in HTML",
    "/page": "a 200 with a page in HTML",
    "/round": "a 302 that leads to itself",
    "/cut": "a broken connection",
}
"""What is no answer at all."""

SAYS = {
    "/flour": Says(FLOUR),
    "/empty": Says([]),
    "/copy": Says(FLOUR, status=203),
    "/gone": Says({"error": "no such flour"}, status=404),
    "/old": Says("moved", status=302, headers={"location": "/flour"}),
    "/older": Says("moved", status=302, headers={"location": "/old"}),
    "/lost": Says("moved", status=302, headers={"location": "/gone"}),
    "/closed": Says({"error": "closed"}, status=503),
    "/locked": Says({"error": "not for you"}, status=403),
    "/burning": Says("<h1>500</h1>", status=500),
    "/page": Says("<h1>flour</h1>"),
    "/round": Says("moved", status=302, headers={"location": "/round"}),
    "/cut": Says(breaks=True),
}


def mill(asked: Asked) -> Says:
    """What a mill says that is not always well."""
    return SAYS[asked.path]


@ex.exercise
def honest_answer(answer: Answer) -> None:
    """An answer is a success."""
    answer.run(Service(mill).httpx(), "/flour").gives(FLOUR)
    for path, (what, wanted) in HONEST.items():
        came = answer.play(asking(Service(mill), path)).result
        expect(
            came == ("gave", wanted),
            f"of {what} it should make {short(wanted)}, and it {said_of(came)}.",
        )
    for path, what in FAILING.items():
        came = answer.play(asking(Service(mill, most=50), path)).result
        expect(
            came[0] == "raised",
            f"{what} is no answer to the question, so an error should come out, and it {said_of(came)}.",
        )
