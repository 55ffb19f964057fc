"""Judges of calls that are repeated: what is asked again, when, how often, and until when."""
# ruff: noqa: ANN401  # the reader's functions, and whatever comes out of them

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from bakery.checking import Answer, expect
from bakery.checking.describing import cell_of, short
from bakery.checking.mistakes import Wrong
from bakery.checking.run import in_word
from bakery.checking.service import Says, Service
from bakery.checking.starters import nodes_of
from bakery.lessons._outcomes import OVER_AT_ONCE, Came, came, named, often

Asking = Callable[..., tuple[Service, Any, float]]
"""Lets the answer ask a service that says this; gives the service, the result, and the seconds it took."""

PAUSES = "the calls take 0.1 s each, and the pauses 0.5 s and 1 s"

BUSY, GOOD = Says(status=503, seconds=0.1), Says({"cake": "plum"}, seconds=0.1)


def must_come_again(answer: Answer) -> None:
    """Expect a function that repeats what may be repeated, when it should, and then stops."""

    def asked(*says: Says, method: str = "GET") -> tuple[Service, Any, float]:
        service = Service(*says, most=20)
        with status_is_no_error():
            run = answer.run(service.httpx(), method, "/cake")
        return service, run.result, run.seconds

    service, result, _ = asked(GOOD)
    _must_be(result, 200, "the shop answers 200 at once")
    expect(len(service.asked) == 1, "the shop answers 200, and is asked again all the same.")
    for status in (400, 404, 500):
        _must_ask_once(asked(Says(status=status, seconds=0.1), GOOD), status)
    _must_ask_none_again(answer)
    _must_keep_its_pauses(asked)
    _must_know_methods(asked)
    _must_listen(asked)


def _must_ask_none_again(answer: Answer) -> None:
    """Expect that whoever gave no answer at all is not asked again."""
    service = Service(Says(breaks=True, seconds=0.1), GOOD, most=20)

    async def script(given: Any) -> Came:
        return await came(given(service.httpx(), "GET", "/cake"))

    answer.play(script)
    expect(
        len(service.asked) == 1,
        f"the connection breaks, so no answer comes, and it asks {often(len(service.asked))}. What is asked again was answered "
        "with 429 or 503, and nothing else is: let an error of the connection come out.",
    )


@contextmanager
def status_is_no_error() -> Iterator[None]:
    """Tell an answer that makes an error of a status that a status is wanted, too."""
    try:
        yield
    except Wrong as wrong:
        if str(wrong).startswith("it raised HTTPStatusError"):
            raise Wrong(f"{wrong}\nThe answer is wanted, whatever its status.") from None
        raise


def _must_keep_its_pauses(asked: Asking) -> None:
    """Expect three calls with two pauses, and no more."""
    for status in (503, 429):
        service, result, _ = asked(Says(status=status, seconds=0.1), BUSY, GOOD)
        _must_come(service, [0.0, 0.6, 1.7], f"the shop answers {status}, 503 and then 200")
        _must_be(result, 200, f"the shop answers {status}, 503 and then 200")
    service, result, seconds = asked(BUSY)
    _must_come(service, [0.0, 0.6, 1.7], "the shop answers 503 for ever")
    _must_be(result, 503, "the shop answers 503 three times")
    expect(
        round(seconds, 6) == 1.8,
        f"after the third 503 it waits on, until {seconds:g} s, and asks no more. What is the last pause for?",
    )


def _must_know_methods(asked: Asking) -> None:
    """Expect that only what may be sent twice is sent twice."""
    for method in ("GET", "POST", "PUT", "DELETE"):
        other = next((one.method for one in asked(GOOD, method=method)[0].asked if one.method != method), "")
        expect(not other, f"it is called with the method {method}, and sends a {other}.")
    for method, why in (
        ("POST", "The shop may have taken the order all the same, and then there are two."),
        ("PATCH", "Only GET, PUT and DELETE may be: a change that is made twice may be another one."),
    ):
        service, result, _ = asked(BUSY, GOOD, method=method)
        expect(len(service.asked) == 1, f"a {method} is answered with 503, and sent again. {why}")
        _must_be(result, 503, f"a {method} is answered with 503")
    for method in ("PUT", "DELETE"):
        service, result, _ = asked(BUSY, GOOD, method=method)
        expect(
            len(service.asked) == 2 and service.asked[-1].method == method,
            f"a {method} is answered with 503, and then it should be sent again, as {method}: it says what is to be there "
            "afterwards, so twice does no harm.",
        )
        _must_be(result, 200, f"the shop answers a {method} with 503 and then 200")


def _must_be(result: Any, status: int, seen: str) -> None:
    expect(
        result is not None,
        f"{seen}, and it gives back nothing (`None`): the answer is wanted, whatever its status.",
    )
    expect(
        getattr(result, "status_code", None) == status,
        f"{seen}, and it gives {short(result)}; the answer with {status} is wanted.",
    )


def _must_ask_once(done: tuple[Service, Any, float], status: int) -> None:
    service, result, seconds = done
    expect(
        len(service.asked) == 1,
        f"the shop answers {status}, and is asked again: {often(len(service.asked))} in all. {status} does not mean "
        "“come again”; the same call would get the same answer.",
    )
    expect(
        round(seconds, 6) == 0.1,
        f"the shop answers {status}, and it waits for {seconds - 0.1:g} s before it says so.",
    )
    _must_be(result, status, f"the shop answers {status}")


def _must_come(service: Service, moments: list[float], seen: str, why: str = PAUSES) -> None:
    came_at = service.moments
    at = ", ".join(f"{one:g}" for one in came_at[:6]) + (", …" if len(came_at) > 6 else "")
    wanted = ", ".join(f"{one:g}" for one in moments)
    expect(
        len(came_at) >= len(moments),
        f"{seen}, and it asks {often(len(came_at))}. Up to {in_word(len(moments))} calls are allowed.",
    )
    expect(
        len(came_at) == len(moments),
        f"{seen}, and it asks {often(len(came_at))}, at {at} s. After {in_word(len(moments))} calls it should give up.",
    )
    expect(
        came_at == moments,
        f"{seen}, and it comes at {at} s; {wanted} s is wanted: {why}.",
    )


def _must_listen(asked: Asking) -> None:
    """Expect that it comes when the shop says so, and as usual where the shop says nothing sensible."""
    date = {"Date": "Thu, 26 Nov 2026 08:00:00 GMT"}
    for said, pause in (
        ({"Retry-After": "2"}, 2.0),
        ({"Retry-After": "Thu, 26 Nov 2026 08:00:03 GMT", **date}, 3.0),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "soon"}, 0.5),
    ):
        service, result, _ = asked(Says(status=503, seconds=0.1, headers=said), Says(seconds=0.1))
        told = said["Retry-After"]
        _must_be(result, 200, f"the shop answers 503 with `Retry-After: {told}`, and then 200")
        paused = round(service.moments[1] - 0.1, 6)
        more = {
            "2": " The shop knows better than any back-off.",
            "0": " 0 is a pause, too: “now”. In an `or` it counts as nothing, and of two pauses it is never the longer one.",
            "soon": " Nobody can tell from that, so its own pause is wanted.",
        }
        expect(
            paused == pause,
            f"the shop says `Retry-After: {told}`, and it comes again after {paused:g} s; {pause:g} s is wanted."
            + more.get(told, " `told_pause` reads dates as well."),
        )
    two, one = (Says(status=503, seconds=0.1, headers={"Retry-After": said}) for said in "21")
    _must_come(
        asked(two, one, GOOD)[0],
        [0.0, 2.1, 3.2],
        "the shop answers 503 with `Retry-After: 2`, then 503 with `Retry-After: 1`, and then 200",
        "each answer says anew how long the pause is",
    )
    _must_count(asked, two)


def _must_count(asked: Asking, two: Says) -> None:
    """Expect that pauses which the shop tells are counted with the others."""
    service, result, seconds = asked(two, two, two, GOOD)
    busy = "the shop answers 503 with `Retry-After: 2` three times, and then 200"
    _must_come(service, [0.0, 2.1, 4.2], busy)
    _must_be(result, 503, busy)
    expect(
        round(seconds, 6) == 4.3,
        f"{busy}, and after the third answer it waits on, until {seconds:g} s, and asks no more. What is the last pause for?",
    )


MAKE_ROOM = " A call that takes longer than 0.8 s should make room for the next, while there is time."


def must_keep_a_deadline(answer: Answer) -> None:
    """A limit for each call, and one for all of them."""
    good = {"price": 300}

    def priced(*seconds: float) -> tuple[Service, Came, float]:
        service = Service(*(Says(good, seconds=one) for one in seconds), most=20)

        async def script(given: Any) -> Came:
            return await came(given(service.httpx()))

        run = answer.play(script)
        return service, run.result, run.seconds

    for takes, at in (((0.5,), 0.5), ((9, 0.2), 1.0), ((9, 9, 0.3), 1.9)):
        told = _told_calls(takes)
        _, one, seconds = priced(*takes)
        expect(
            not isinstance(one.error, TimeoutError | httpx.TimeoutException),
            f"{told}, it gives up after {seconds:g} s.{MAKE_ROOM if seconds else OVER_AT_ONCE}{_of_httpx(one)}",
        )
        expect(one.good() == good, f"{told}, it gives {short(one.value)}.")
        expect(
            round(seconds, 6) == at,
            f"{told}, the price is there after {seconds:.3g} s; {at:g} s is wanted: each call has 0.8 s, and the next one "
            "follows at once.",
        )
    for takes in ((9, 9, 9), (9, 9, 0.6)):
        _must_give_up(priced(*takes), _told_calls(takes), cell_of(answer.given))
    _must_raise_others(answer)


def _of_httpx(one: Came) -> str:
    """What to say of a time-out of httpx, which is none of Python's."""
    if isinstance(one.error, httpx.TimeoutException):
        return f" What came out is {named(one)}, an error of httpx: it is no `TimeoutError`, and nothing here catches it."
    return ""


def _told_calls(takes: Sequence[float]) -> str:
    *several, last = (f"{one:g}" for one in takes)
    return (
        f"when the calls take {', '.join(several)} and {last} s" if several else f"when a call takes {last} s"
    )


def _anew(source: str) -> str:
    """What to say of a limit of two seconds that is made inside a loop, as the text of an answer has it."""
    loops = [one for one in nodes_of(source) if isinstance(one, ast.For | ast.While)]
    limits = [
        call
        for loop in loops
        for call in ast.walk(loop)
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in {"timeout", "wait_for"}
    ]
    numbers = [one for call in limits for one in [*call.args, *(word.value for word in call.keywords)]]
    if any(isinstance(one, ast.Constant) and one.value == 2 for one in numbers):
        return " The limit of two seconds is made inside the loop, so it begins anew with each turn."
    if re.search(r"\b(if|while)\b.*(clock|time)\w*\(\)", source):
        return " A clock that is looked at between two calls ends none that is under way."
    return ""


def _must_give_up(done: tuple[Service, Came, float], told: str, source: str) -> None:
    """Expect a `TimeoutError` after two seconds."""
    service, one, seconds = done
    expect(
        seconds <= 2 + 1e-6,
        f"{told}, the customer waits {seconds:g} s, and two seconds is the limit for all of them.{_anew(source)}",
    )
    expect(one.error is not None, f"{told}, it gives {short(one.value)} in place of a `TimeoutError`.")
    expect(
        isinstance(one.error, TimeoutError | httpx.TimeoutException),
        f"{told}, it raises {named(one)}, and a `TimeoutError` is wanted.",
    )
    expect(round(seconds, 6) == 2, f"{told}, it gives up after {seconds:g} s already, and there are two.")
    expect(
        len(service.asked) == 3,
        f"{told}, it asks {often(len(service.asked))} in its two seconds; three are wanted.",
    )


def _must_raise_others(answer: Answer) -> None:
    """Expect that only slowness is a reason to ask again."""
    service = Service(Says(breaks=True, seconds=0.1), Says({"price": 300}), most=20)

    async def script(given: Any) -> Came:
        return await came(given(service.httpx()))

    one: Came = answer.play(script).result
    expect(
        one.error is not None and not isinstance(one.error, TimeoutError) and len(service.asked) == 1,
        "the connection breaks, which is an error and no delay, and it was caught as if it were one. Catch the "
        "`TimeoutError` alone.",
    )
