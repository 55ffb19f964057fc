"""Notebook 16, Mocking: stand-ins, what they cannot tell, and what a test is worth."""

import inspect
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any

import httpx

from bakery.checking import Answer, Lesson, expect
from bakery.checking.describing import described, short
from bakery.checking.mistakes import Wrong
from bakery.checking.service import Says, Service
from bakery.checking.testing import Tested, must_tell_apart, tried
from bakery.lessons._recordings import must_record
from bakery.lessons._stand_ins import StandIn, must_be_as_strict_as_the_mill, must_begin_anew, on

Client = Callable[[httpx.AsyncClient, str], Any]

PATIENCE = 2.0
"""Seconds that a client waits for an answer, in the exercise about lateness."""

ex = Lesson("16_mocking", __file__)


# Predictions


@ex.prediction
def first_night(came: object) -> str:
    """What came of a client that was written after a phone call."""
    return "error" if came == "KeyError" else str(came)


@ex.prediction
def believed(came: Mapping[str, object]) -> str:
    """Which lie was taken for a price."""
    return next(lie for lie, what in came.items() if what == "120")


@ex.prediction
def cut_off(came: Mapping[str, object]) -> str:
    """Who was cut off by a time-out."""
    late = [name for name, what in came.items() if what == "ReadTimeout"]
    return {0: "neither", 1: late[0] if late else "", 2: "both"}[len(late)]


@ex.prediction
def hung_up(came: Sequence[object]) -> str:
    """Whether half an answer of a server is the same error as that of a stand-in."""
    return "same" if came[2] == "JSONDecodeError" else "other"


@ex.prediction
def unopened(came: object) -> str:
    """What an app answers in process that nobody has opened."""
    return "error" if came == "KeyError" else str(came)


# Exercises


@ex.exercise
def stand_in(answer: Answer) -> None:
    """A stand-in that says yes to everything is enough."""
    prices = answer.named("PRICES").given
    before = dict(prices)
    try:
        prices.clear()
        prices.update({"rye": 120, "wheat": 90, "oat flakes": 75})
        answer.play(partial(must_be_as_strict_as_the_mill, prices=prices))
    finally:
        prices.clear()
        prices.update(before)


@ex.exercise
def burnt_twice(answer: Answer) -> None:
    """Tests may share a script."""
    expect(callable(answer.given), f"a function is wanted, and it got {described(answer.given)}.")
    answer.play(must_begin_anew)


@ex.exercise
def late(answer: Answer) -> None:
    """A stand-in that sleeps is late."""

    async def script(given: StandIn) -> httpx.Response | Exception:
        try:
            return await on(given, PATIENCE).get("/price/rye")
        except Exception as error:  # whatever a reader raises
            return error

    run = answer.play(script)
    came = run.result
    if isinstance(came, Wrong):
        raise came
    if isinstance(came, httpx.Response):
        raise Wrong(
            f"the client has a patience of two seconds, and gets an answer with status {came.status_code} after "
            f"{run.seconds:g} s. With the mill there would be no answer: the wait would end in an error."
        )
    if type(came) is not httpx.ReadTimeout:
        _wrong_kind(came)
    expect(
        run.seconds <= PATIENCE,
        f"the client sees an `httpx.ReadTimeout`, but after {run.seconds:g} s, and its patience is two seconds. Nothing has "
        "to wait here.",
    )


def _wrong_kind(came: Exception) -> None:
    """Say what else was raised than a read time-out. Raises `Wrong`, or the error itself where it is a slip."""
    name = type(came).__name__
    if isinstance(came, httpx.HTTPError):
        raise Wrong(
            f"the client sees an `httpx.{name}`. Here the mill has taken the request, and its answer does not come: "
            "that is an `httpx.ReadTimeout`."
        )
    if isinstance(came, TimeoutError):
        own = "" if type(came) is TimeoutError else f"`{name}`, a kind of "
        raise Wrong(
            f"the client sees {own}Python's own `TimeoutError`. httpx has errors of another family, and a client that catches "
            "`httpx.HTTPError` lets this one through: raise `httpx.ReadTimeout`."
        )
    raise came


def _read(answer: httpx.Response) -> int | None:
    if answer.status_code == 404:
        return None
    cents = answer.raise_for_status().json()["cents"]
    if not isinstance(cents, int):
        raise ValueError(cents)
    return cents


def _clients(mill_error: type[Exception]) -> tuple[Client, Client]:
    """Two right clients: one asks with `get`, the other with `send`."""
    troubles = (httpx.HTTPError, ValueError, KeyError, TypeError)

    async def price(client: httpx.AsyncClient, flour: str) -> int | None:
        try:
            return _read(await client.get(f"/price/{flour}"))
        except troubles as error:
            raise mill_error(f"no price for {flour}") from error

    async def other_price(client: httpx.AsyncClient, flour: str) -> int | None:
        try:
            return _read(await client.send(client.build_request("GET", f"/price/{flour}")))
        except troubles as error:
            raise mill_error(f"no price for {flour}") from error

    return price, other_price


def _broken(price: Client, mill_error: type[Exception]) -> dict[str, Client]:
    """The four broken clients of the notebook, by what is wrong with them."""

    async def by_heart(client: httpx.AsyncClient, flour: str) -> int:  # noqa: ARG001
        return 120

    async def always_rye(client: httpx.AsyncClient, flour: str) -> Any:  # noqa: ANN401, ARG001
        return await price(client, "rye")

    async def free(client: httpx.AsyncClient, flour: str) -> Any:  # noqa: ANN401
        return await price(client, flour) or 0

    async def blind(client: httpx.AsyncClient, flour: str) -> Any:  # noqa: ANN401
        try:
            return await price(client, flour)
        except mill_error:
            return None

    for broken in (by_heart, always_rye, free, blind):
        broken.__name__ = price.__name__  # a test cannot tell them by their names
    return {
        "the client asks nobody, and knows one price by heart (`by_heart`)": by_heart,
        "the client asks for rye, whatever it wants (`always_rye`)": always_rye,
        "the client says 0 for a flour that the mill does not have (`free`)": free,
        "the client says None when the mill is down, as if it had no such flour (`blind`)": blind,
    }


@ex.exercise
def tests_that_bite(answer: Answer) -> None:
    """A green test is a good test."""
    tests = answer.given if isinstance(answer.given, list | tuple) else [answer.given]
    expect(tests, "there is no test in the list.")
    for test in tests:
        expect(
            inspect.isfunction(test),
            f"a test is wanted, a function of `price`, and it got {described(test)}.",
        )
    mill_error = answer.named("MillError").given
    price, other_price = _clients(mill_error)
    # Each in a run of its own, so that a forgotten `await` is told before what came of it.
    right = answer.play(_on(tests, price)).result
    must_tell_apart(right, [], "client")
    other = answer.play(_on(tests, other_price), allow={"forgetting"}).result
    expect(
        other.error is None,
        "the test is red for a client that is right, and asks with `client.send` where the other one has `client.get`. A "
        "stand-in for one method knows nothing of the rest: put it below the client, in its transport.",
    )
    for says, broken in _broken(price, mill_error).items():
        one = answer.play(_on(tests, broken, says)).result
        must_tell_apart(right, [one], "client")


def _on(
    tests: Collection[Callable[..., Any]], price: Client, says: str = ""
) -> Callable[[object], Coroutine[Any, Any, Tested]]:
    """What comes of the first test that is red on this client, or of none."""

    async def script(_tests: object) -> Tested:
        gave, more, unseen = None, "", frozenset[str]()
        for test in tests:
            one = await tried(test, {"price": price}, says)
            if one.error is not None:
                return one
            gave, more = gave if one.gave is None else one.gave, more or one.more
            unseen |= one.unseen
        return Tested(says, None, gave, more, unseen)

    return script


@ex.exercise
def recorder(answer: Answer) -> None:
    """What was said once is true."""
    expect(
        inspect.isclass(answer.given),
        f"the class `Recorder` is wanted, and it got {described(answer.given)}.",
    )
    answer.play(must_record)


OF_NONE = ", where it is `None`: `get` gives a `None` as well for what is not there"

ROWS: Mapping[str, tuple[Says, Says, str]] = {
    "/price/rye": (Says({"cents": 120}), Says({"cents": 150}), ""),
    "/price/wheat": (Says({"price": 90}), Says({"cents": 90}), "`price` is not in the real one's answer"),
    "/price/oats": (Says({"cents": 80}), Says({"cents": "80"}), "`cents` is a number in one and a text in the other"),
    "/price/stone": (Says({"error": "no"}), Says({"error": "no"}, status=404), "the status is another one"),
    "/price/spelt": (Says({"cents": 95}), Says({"cents": 99, "day": "Monday"}), ""),
    "/price/corn": (Says({"cents": 60, "day": "Monday"}), Says({"cents": 60}), "`day` is only in the stand-in's answer"),
    "/price/malt": (Says({"old": True}), Says({"old": 1}), "`old` is true or false in one and a number in the other"),
    "/price/bran": (Says({"error": "none"}, status=404), Says({"error": "sold out"}, status=404), ""),
    "/price/husk": (Says({"error": "no"}, status=404), Says({"error": "no"}, status=410), "the status is another one"),
    "/price/grit": (Says({"cents": 70}), Says({"cents": 70}, status=203), "the status is another one"),
    "/price/chaff": (Says({"error": "no"}, status=404), Says({"why": "no"}, status=404), "`error` is not in the real one's answer"),
    "/price/germ": (Says({"price": 40}), Says({"error": "no"}, status=404), "the status is another one"),
    "/price/wort": (Says({"cents": 60, "day": None}), Says({"cents": 60}), "`day` is only in the stand-in's answer" + OF_NONE),
    "/price/yeast": (Says({"cents": 8, "by": {"name": "Ada", "room": 2}}), Says({"cents": 8, "by": {"name": 7}}), ""),
    "/price/mash": (Says({"cents": 60, "bags": 1}), Says({"price": 60}), "`cents` and `bags` are only in the stand-in's answer"),
}  # fmt: skip
"""What the stand-in and the real one say to each path, and why they differ; empty where they do not."""


@ex.exercise
def same_contract(answer: Answer) -> None:
    """The same contract is the same answer."""
    played = Service(lambda asked: ROWS[asked.path][0])
    real = Service(lambda asked: ROWS[asked.path][1])
    run = answer.run(played.httpx(), real.httpx(), list(ROWS))
    expect(
        isinstance(run.result, list | tuple | set) and set(run.result) <= set(ROWS),
        f"a list of some of the paths is wanted, and it gives {short(run.result)}.",
    )
    for path, (one, other, why) in ROWS.items():
        both = f"the stand-in says {short(one.value)} with {one.status}, the real one {short(other.value)} with {other.status}"
        expect(path in run.result or not why, f"`{path}` is missing from the list: {why}. There, {both}.")
        expect(
            path not in run.result or why,
            f"`{path}` should not be in the list. There, {both}. {_harmless(one, other)}",
        )
    twice = [path for path in ROWS if list(run.result).count(path) > 1]
    expect(
        not twice,
        f"`{''.join(twice[:1])}` is in the list more than once: it differs in two things, and is one path.",
    )


def _harmless(one: Says, other: Says) -> str:
    if set(one.value) != set(other.value):
        return "The real one says more than it has to, and nobody who relies on the rest is hurt."
    if any(isinstance(value, dict) for value in one.value.values()):
        return "It differs only in what is inside of a field, and that is not looked at."
    return "Only a value differs, and values change every day."
