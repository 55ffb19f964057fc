"""Judges of remotes: whether errors are told in one place, and whether whoever opens a client closes it."""
# ruff: noqa: ANN401  # the reader's classes, and whatever comes out of them

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx

from bakery.checking import Answer, expect
from bakery.checking.calls import CLOSED_FOR_OTHERS
from bakery.checking.clients import every_client
from bakery.checking.describing import short
from bakery.checking.mistakes import Wrong
from bakery.checking.run import in_word
from bakery.checking.service import Says, Service
from bakery.checking.soundness import told_of
from bakery.checking.virtual.lines import own_frames_of
from bakery.lessons._outcomes import CANCELLED, Came, came, must_be_class, named, often, what


def must_tell_errors(answer: Answer) -> None:
    """One kind of error, made in one place."""
    must_be_class(answer)
    kind = answer.named("BakeryError").given
    for says, button, wanted in (
        (Says([{"name": "plum cake"}]), "menu", [{"name": "plum cake"}]),
        (Says({"number": 7}, status=201), "buy", 7),
    ):
        one = _pressed(answer, says, button)
        expect(
            one.error is None,
            f"the shop says {says.status}, all is well, and `{button}` raises {named(one)}.",
        )
        expect(one.value == wanted, f"the shop says {says.text}, and `{button}` gives {short(one.value)}.")
    for status, button in REFUSALS:
        for text in ({"error": f"no luck {status}"}, f"<h1>no luck {status}</h1>"):
            says = Says(text, status=status)
            message = text if isinstance(text, str) else text["error"]
            _must_tell(_pressed(answer, says, button), kind, says, button, message)
    gone = _pressed(answer, Says({"error": "no such order"}, status=404), "cancel")
    expect(
        isinstance(gone.error, kind),
        "`menu` and `buy` tell in the bakery's words what went wrong, and a third button that goes through `_ask` does not: "
        f"{what(gone)}. Let the errors be made where all buttons pass.",
    )
    for button in ("menu", "buy"):
        _must_tell_silence(_pressed(answer, Says(breaks=True), button), kind)


REFUSALS = ((404, "menu"), (400, "buy"), (409, "buy"), (429, "menu"), (500, "menu"), (503, "buy"))
"""How a shop refuses, and which button was pressed."""


def _pressed(answer: Answer, says: Says, button: str) -> Came:
    """What comes of a button, where the service says this."""

    async def script(given: Any) -> tuple[Came, list[str]]:
        class More(given):  # type: ignore[misc]
            async def cancel(self) -> Any:
                return await self._ask("DELETE", "/orders/7")

        More.__name__ = given.__name__  # which errors tell
        service = Service(says, most=20)
        client = service.httpx()
        press = getattr(More(client), button)
        one = await came(press("plum cake") if button == "buy" else press())
        expect(not client.is_closed, f"`{button}` was pressed: {CLOSED_FOR_OTHERS}")
        return one, [asked.body for asked in service.asked]

    one, bodies = answer.play(script).result
    times = len(bodies)
    if times == 0 and one.error is not None:
        raise Wrong(told_of(one.error))
    expect(times == 1, f"`{button}` asks the shop {often(times)}. Asking again comes later.")
    expect(
        button != "buy" or "plum cake" in bodies[0],
        "`buy` says which cake in its JSON, and nothing of it came to the shop. What `_ask` gets as `sent` has to be sent.",
    )
    done: Came = one
    return done


def _must_tell(one: Came, kind: type[Exception], says: Says, button: str, message: str) -> None:
    """Expect an error in the bakery's words, with the status and the message."""
    seen = f"the shop answers {says.status} with {short(says.text)}"
    expect(one.error is not None, f"{seen}, and `{button}` gives {short(one.value)}, as if all were well.")
    expect(
        not isinstance(one.error, httpx.HTTPStatusError),
        f"{seen}, and an `httpx.HTTPStatusError` comes out of `{button}`: its callers would have to know httpx.",
    )
    _must_not_slip(one, kind, seen)
    expect(
        not (isinstance(one.error, KeyError | TypeError) and not isinstance(one.error, kind)),
        f"{seen}, and `{button}` raises {named(one)}: it reads the error as if it were the answer.",
    )
    expect(
        not (isinstance(one.error, ValueError) and not isinstance(one.error, kind)),
        f"{seen}, which is no JSON, and `{button}` raises {named(one)}. `told` reads both kinds.",
    )
    expect(isinstance(one.error, kind), f"{seen}, and `{button}` raises {named(one)}.")
    status = getattr(one.error, "status", None)
    expect(
        status == says.status and isinstance(status, int),
        f"{seen}, and the `BakeryError` has the status {short(status)}.{_of_the_first(one, kind, says.status)}",
    )
    expect(
        str(one.error) == message,
        f"{seen}, and the message of the `BakeryError` is {short(str(one.error))}; what the shop told is {short(message)}.",
    )


def _of_the_first(one: Came, kind: type[Exception], status: int) -> str:
    """What to say of an error that was made of another one, which knew the status; empty where there was none."""
    first = one.error.__context__ if one.error else None
    if isinstance(first, kind) and getattr(first, "status", None) == status:
        return (
            f" It was raised with {status} first; an `except` of `_ask` has caught that as well, and made this one of it. What "
            "stands in its `try` should be no more than what it is for."
        )
    if isinstance(first, httpx.HTTPStatusError):
        return (
            f" It was made of an `httpx.HTTPStatusError`, which has the answer with its {status}: the `except` for no answer has "
            "caught it as well."
        )
    return ""


def _must_not_slip(one: Came, kind: type[Exception], seen: str) -> None:
    """Tell of an error in a line of `_ask` itself that is neither of httpx nor about what the answer says."""
    if one.error is None or isinstance(one.error, (kind, httpx.HTTPError, ValueError, KeyError)):
        return
    if any(frame.f_code.co_name == "_ask" for frame in own_frames_of(one.error)):
        raise Wrong(f"{seen}, and in `_ask` {told_of(one.error)}")


def _must_tell_silence(one: Came, kind: type[Exception]) -> None:
    seen = "the connection breaks, so no answer comes"
    expect(one.error is not None, f"{seen}, and the button gives {short(one.value)}.")
    _must_not_slip(one, kind, seen)
    expect(
        isinstance(one.error, kind),
        f"{seen}, and {named(one)} comes out: callers would need a second `except`, with httpx in it. Its errors of this "
        "kind are `httpx.TransportError`.",
    )
    expect(
        getattr(one.error, "status", None) == 0,
        f"{seen}, and the status is {short(getattr(one.error, 'status', None))}; 0 is wanted.",
    )


def must_close_what_it_opens(answer: Answer) -> None:
    """Whoever opens a client closes it."""
    given = must_be_class(answer)
    expect(hasattr(given, "menu"), "the button `menu` is gone.")
    _must_take_a_client(answer)
    if hasattr(given, "__aexit__"):
        _must_leave_open(answer)
    expect(hasattr(given, "open"), "it takes a client now. Whoever has none wants `Remote.open(url)`.")
    opened = _opened(answer)
    expect(
        opened.made == 1,
        f"two presses of `menu` in one `async with` made {in_word(opened.made)} clients. One is enough, for all buttons.",
    )
    expect(
        opened.base.rstrip("/") == "http://shop",
        f'`Remote.open("http://shop")` asks at {opened.base or "no address"}.',
    )
    expect(not opened.closed_early, "the client is closed before the block begins, so every button fails.")
    expect(
        not opened.left_open,
        "after the `async with` the client that `open` has made is still open. Whoever opens, closes.",
    )
    _must_close_in_any_case(answer)


def _must_close_in_any_case(answer: Answer) -> None:
    """Expect that a block which ends by an error, or is cancelled, leaves no client open. Raises `Wrong`."""
    failed = _opened(answer, fails=True)
    expect(
        failed.error == "the caller's own",
        "an error in the block of the caller does not come out of the `async with`: it was swallowed.",
    )
    expect(
        not failed.left_open,
        "an error in the block of the caller leaves the client open: the line after the `yield` did not run. An "
        "`async with` or a `finally` runs in any case.",
    )
    expect(
        not _opened(answer, leaves=True).left_open,
        "whoever was in the block was cancelled, and the client is still open. After an error in the block it was closed; but "
        f"{CANCELLED}",
    )


def _must_take_a_client(answer: Answer) -> None:
    """Expect remotes that ask through the client they get, and leave it open."""

    async def script(given: Any) -> tuple[list[Any], int, bool]:
        here, there = Service(Says(["plum"])), Service(Says(["nut"]))
        one, other = here.httpx(), there.httpx()
        with every_client(Service(Says(["from a client of its own"]))) as made:
            first, second = given(one), given(other)
            menus = [await first.menu(), await second.menu(), await first.menu()]
            del first, second
        return menus, len(made), one.is_closed or other.is_closed

    try:
        menus, made, closed = answer.play(script).result
    except Wrong as wrong:
        if "Invalid type for url" in str(wrong):
            raise Wrong(
                "`Remote(client)` gets a client, and takes it for an address. It should ask through it."
            ) from None
        if "client instance" not in str(wrong) and "client has been closed" not in str(wrong):
            raise
        menus, made, closed = [], 0, True
    expect(
        not closed,
        "a client was handed in, and after one press of a button it is closed. Its owner still wants to use it.",
    )
    expect(
        not made,
        f"two remotes were handed a client each, and they made {in_word(made)} of their own. `Remote(client)` should ask "
        "through the client that it gets.",
    )
    expect(
        menus == [["plum"], ["nut"], ["plum"]],
        "two remotes with a client each, for two shops, and they ask the same shop: they share one client. "
        "What belongs to one remote is kept in `self`."
        if menus in ([["nut"]] * 3, [["plum"]] * 3, [["plum"], ["nut"], ["nut"]])
        else f"the first shop has plum cake, and `menu` gives {short(menus[0])}.",
    )


def _must_leave_open(answer: Answer) -> None:
    """Expect of a remote with an `async with` of its own that a client which was handed in is open after it."""

    async def script(given: Any) -> bool:
        client = Service(Says(["plum"])).httpx()
        async with given(client):
            pass
        return client.is_closed

    expect(
        not answer.play(script).result,
        "after `async with Remote(client):` the client that was handed in is closed. Its owner still wants to use it: only a "
        "client that `open` has made is closed at the end of a block.",
    )


@dataclass(frozen=True, slots=True)
class Opened:
    """What was seen of a remote that was opened by its address."""

    made: int
    base: str
    closed_early: bool
    left_open: bool
    error: str


def _opened(answer: Answer, *, fails: bool = False, leaves: bool = False) -> Opened:
    """Open a remote, press a button twice, and perhaps fail, or be cancelled."""

    async def script(given: Any) -> Opened:
        early, error = False, ""
        with every_client(Service(Says(["plum"]))) as made:
            try:
                async with given.open("http://shop") as remote:
                    early = bool(made) and made[-1].is_closed
                    if not early:
                        await remote.menu()
                        await remote.menu()
                    if fails:
                        raise LookupError("the caller's own")
                    if leaves:
                        raise asyncio.CancelledError
            except (LookupError, asyncio.CancelledError) as raised:
                error = str(raised)
        base = str(made[0].base_url) if made else ""
        return Opened(len(made), base, early, any(not one.is_closed for one in made), error)

    try:
        done: Opened = answer.play(script).result
    except Wrong as wrong:
        raise _not_opened(str(wrong)) or wrong from None
    return done


def _not_opened(told: str) -> Wrong | None:
    """What stands behind an error of `open`, where that can be said."""
    if "UnsupportedProtocol" in told:
        return Wrong(
            '`Remote.open("http://shop")` asks at no address: the client should know its `base_url`.'
        )
    if "positional argument: 'url'" in told:
        return Wrong(
            "`Remote.open(url)` is called on the class: there is no remote yet that could be its `self`. `classmethod` "
            "or `staticmethod`, above `asynccontextmanager`, makes that possible."
        )
    if "'classmethod' object is not callable" in told:
        return Wrong(
            "`classmethod` stands below `asynccontextmanager`, which gets a method of the class and cannot call it. It belongs "
            "above: the decorator next to the function is the first."
        )
    if "'AsyncClient' object has no attribute 'menu'" in told:
        return Wrong(
            "`async with Remote.open(url) as remote:` gives a client of httpx, and a `Remote` is wanted."
        )
    if "context manager protocol" in told or "__aenter__" in told:
        return Wrong(
            "`async with Remote.open(url) as remote:` does not work yet: what `open` gives cannot be entered. "
            "`asynccontextmanager` makes that of a function with one `yield`."
        )
    return None
