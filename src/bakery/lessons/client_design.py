"""Notebook 14, Client design: a remote with only the buttons that its users need."""
# ruff: noqa: ANN401  # the reader's classes, and whatever comes out of them

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

import httpx

from bakery.checking import Answer, Lesson, expect
from bakery.checking.calls import CLOSED_FOR_OTHERS
from bakery.checking.clients import plain_client
from bakery.checking.describing import cell_of, close_coroutines, made_in, short
from bakery.checking.mistakes import Wrong
from bakery.checking.run import in_word
from bakery.checking.service import Asked, Says, Service
from bakery.checking.soundness import told_of
from bakery.lessons._outcomes import Came, came, must_be_class, named, what
from bakery.lessons._remotes import must_close_what_it_opens, must_tell_errors
from bakery.lessons._retries import must_come_again, must_keep_a_deadline

ex = Lesson("14_client_design", __file__)


# Predictions


@ex.prediction
def all_alike(table: Mapping[str, Sequence[int]]) -> str:
    """Which change costs each design the same number of lines."""
    return next(change for change, lines in table.items() if len(set(lines)) == 1)


@ex.prediction
def by_lot(table: Mapping[str, Sequence[float]]) -> str:
    """Which crowds are served sooner where pauses are drawn by lot."""
    six, sixteen = (lot < even for lot, even in zip(table["drawn by lot"], table["back-off"], strict=True))
    return {(True, True): "both", (True, False): "six", (False, True): "sixteen"}.get(
        (six, sixteen), "nobody"
    )


@ex.prediction
def plain_face(eaten: Any) -> str:
    """What came of `asyncio.run` in a method that a cell calls; None where nothing came."""
    return "error" if eaten is None else "menu"


@ex.prediction
def on_the_books(books: Sequence[str]) -> int:
    """How many orders a shop has of a customer who got no answer."""
    return len(books)


@ex.prediction
def five_tokens(issued: Sequence[str]) -> int:
    """How many tokens were issued to five callers who share one keyring."""
    return len(issued)


# Exercises


@ex.exercise
def ask(answer: Answer) -> None:
    """One kind of error, made in one place."""
    must_tell_errors(answer)


@ex.exercise
def remote(answer: Answer) -> None:
    """Whoever opens a client closes it."""
    must_close_what_it_opens(answer)


@ex.exercise
def come_again(answer: Answer) -> None:
    """What is asked again, when, and how often."""
    must_come_again(answer)


@ex.exercise
def deadline(answer: Answer) -> None:
    """A limit for each call, and one for all of them."""
    must_keep_a_deadline(answer)


@ex.exercise
def once_for_all(answer: Answer) -> None:
    """A core without waiting fits both faces."""
    given = answer.given
    expect(
        isinstance(given, tuple) and len(given) == 2 and all(map(inspect.isclass, given)),
        "the two classes are wanted: `check((PlainPrices, Prices))`.",
    )
    expect(
        not inspect.iscoroutinefunction(given[0].price),
        "`PlainPrices.price` is an `async def`, so a plain caller gets a coroutine from it.",
    )
    answer.watch("ask_price", "read_price")
    run = answer.play(_ask_plainly, allow={"blocking"})
    _must_know_prices(run.result, "PlainPrices")
    _must_use_the_core(run.calls, "PlainPrices")
    run = answer.play(_ask_together)
    _must_know_prices(run.result, "Prices")
    _must_use_the_core(run.calls, "Prices")
    run.takes(
        1.0,
        f"three callers of `Prices` at once took {run.seconds:g} s, and one call takes 1 s. Their waits should overlap.",
    )
    _must_ask_with_its_method(answer)


def _must_use_the_core(calls: Mapping[str, int], which: str) -> None:
    """Expect that a shell asks and reads by the core."""
    unused = [f"`{name}`" for name in ("ask_price", "read_price") if not calls.get(name, 0)]
    what = {1: "the path" if "`ask_price`" in unused else "the status", 2: "a path or a status"}
    expect(
        not unused,
        f"`{which}` has the right price, without {' and '.join(unused)}: {what.get(len(unused))} is in a shell, once more.",
    )


def _must_ask_with_its_method(answer: Answer) -> None:
    """Expect that the shells ask with whatever method the core says."""

    async def script(given: Any) -> list[list[Asked]]:
        services = Service(_price), Service(_price)
        with suppress(Exception):  # a shop that knows another method only may refuse
            given[0](plain_client(services[0])).price("plum")
        await came(given[1](services[1].httpx()).price("plum"))
        return [service.asked for service in services]

    with answer.instead("ask_price", lambda theirs, cake: ("PUT", theirs(cake)[1])):
        several: list[list[Asked]] = answer.play(script, allow={"blocking"}).result
    for which, asked in zip(("PlainPrices", "Prices"), several, strict=True):
        methods = [one.method for one in asked]
        expect(
            methods == ["PUT"],
            f"with a core that says `PUT`, `{which}` asks with {short(methods[0]) if methods else 'nothing'}: the method is in "
            "the shell, once more.",
        )


def _price(asked: Asked) -> Says:
    cakes = {"/price/plum": 300, "/price/nut": 250}
    if asked.method == "GET" and asked.path in cakes:
        return Says({"price": cakes[asked.path]}, seconds=1)
    return Says({"error": "no such cake"}, status=404, seconds=1)


async def _ask_plainly(given: Any) -> list[Came]:
    client = plain_client(Service(_price))
    prices = given[0](client)
    several = []
    for cake in ("plum", "nut", "rye"):
        try:
            several.append(Came(prices.price(cake)))
        except Exception as error:
            several.append(Came(error=error))
        _must_be_open(client, "PlainPrices")
    return several


async def _ask_together(given: Any) -> list[Came]:
    client = Service(_price).httpx()
    prices = given[1](client)
    several = await asyncio.gather(*(came(prices.price(cake)) for cake in ("plum", "nut", "rye")))
    _must_be_open(client, "Prices")
    return several


def _must_be_open(client: httpx.Client | httpx.AsyncClient, which: str) -> None:
    expect(not client.is_closed, f"`{which}` was called: {CLOSED_FOR_OTHERS}")


def _must_know_prices(several: Sequence[Came], which: str) -> None:
    """Expect two prices, and the error of the core for a cake that nobody bakes."""
    for one, price in zip(several, (300, 250), strict=False):
        if close_coroutines(one.value):
            raise Wrong(f"`{which}.price` gives a coroutine in place of the price.")
        said = str(one.error or "")
        if "asyncio.run" in said or ("running" in said and "loop" in said):
            raise Wrong(
                f"`{which}.price` starts an event loop, and where it is called one is running already, as in a notebook and "
                "in every Quart app. It has a plain client: nothing has to be awaited."
            )
        if one.error is not None:
            raise Wrong(f"`{which}.price` fails: {told_of(one.error)}")
        expect(one.value == price, f"`{which}.price` gives {short(one.value)}, and {price} is wanted.")
    expect(
        type(several[2].error).__name__ == "BakeryError",
        f"nobody bakes rye cake, and of `{which}` comes this: {what(several[2])}. `read_price` raises a `BakeryError`.",
    )


@ex.exercise
def share_the_token(answer: Answer) -> None:
    """A look, an `await` and a write belong together."""
    must_be_class(answer)
    shop = _Locked()
    try:
        done = answer.play(_five_and_later(shop)).result
    except Wrong as wrong:
        if "never awaited" not in str(wrong):
            _must_have_good_tokens(shop)
        raise
    fetched, seconds = done["fetched"], done["seconds"]
    expect(
        fetched[0] != 5,
        "five callers at once, and five tokens were fetched: each of them looked before the first token was there."
        + _of_the_lock(answer),
    )
    expect(
        fetched[0] == 1,
        f"five callers at once, and {in_word(fetched[0]) or 'no'} tokens were fetched; one is wanted.",
    )
    expect(
        seconds <= 1.5 + 1e-6,
        f"five callers at once took {seconds:g} s: the token takes 0.5 s, and each menu 1 s. They asked for their menus one "
        "after another, because the lock is around that as well.",
    )
    expect(seconds >= 1.5 - 1e-6, f"five callers at once took {seconds:g} s, and 1.5 s is wanted.")
    expect(
        done["menus"] == [["plum"]] * 12, f"the callers got {short(done['menus'][0])} in place of the menu."
    )
    expect(fetched[1] == 1, "a token is good for a minute. Half a minute later another one was fetched.")
    expect(
        fetched[2] == 2,
        "after a minute the token has expired, and five callers at once should fetch one new token; "
        f"{in_word(fetched[2] - 1) if fetched[2] > 1 else 'none'} came.",
    )
    _must_recover(answer)


def _of_the_lock(answer: Answer) -> str:
    """What is to be said of a lock that everybody makes for themselves; empty where there is none."""
    made = [
        name
        for name in made_in(cell_of(answer.given), {"Lock", "Semaphore", "BoundedSemaphore"})
        if name != "__init__"
    ]
    if not made:
        return ""
    return f" The lock is made in `{made[0]}`, anew at each call: one for all callers is made in `__init__`."


def _must_have_good_tokens(shop: "_Locked") -> None:
    """Tell of the first caller whom the shop has refused."""
    if shop.refused:
        seconds, token = shop.refused[0]
        if seconds > 1 and shop.is_fetched_from(seconds):
            raise Wrong(
                f"after {seconds:g} s the token had expired, and one of five callers was fetching a new one. Another one did not "
                f"wait for that, and asked for its menu with the old one, {short(token)} (401). The first time they had waited: "
                "what told them then that there is a token has told them so ever since."
            )
        shown = short(token) if token not in ("", "None") else "none"
        raise Wrong(
            "five callers at once, and one of them asked for its menu without a token (401): it did not wait for the one who "
            "was fetching it."
            if seconds < 1
            else f"after {seconds:g} s a menu was asked for with the token {shown}, which had expired (401), and "
            "nobody was fetching another one. Whatever says that there is a token, says so only until that one expires."
        )


FETCH = 0.5
"""Simulated seconds that a token takes."""


class _Locked:
    """A shop that wants a token, good for a minute."""

    def __init__(self, *, fails: int = 0) -> None:
        self.fails = fails
        self.service = Service(self.says, most=60)
        self.issued: dict[str, float] = {}
        self.refused: list[tuple[float, str]] = []

    def is_fetched_from(self, seconds: float) -> bool:
        """Whether a new token was under way at that moment."""
        return any(one.path == "/token" and 0 <= seconds - one.seconds < FETCH for one in self.service.asked)

    def says(self, asked: Asked) -> Says:
        """What it says to a request."""
        if asked.path == "/token":
            if self.fails:
                self.fails -= 1
                return Says(status=503, seconds=FETCH)
            token = f"t{len(self.issued) + 1}"
            self.issued[token] = asked.seconds + 60
            return Says({"token": token, "seconds": 60}, seconds=FETCH)
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        good = self.issued.get(token, 0) > asked.seconds
        if not good:
            self.refused.append((asked.seconds, token))
        return Says(["plum"], seconds=1) if good else Says({"error": "no good token"}, status=401)


def _five_and_later(shop: _Locked) -> Callable[[Any], Coroutine[Any, Any, dict[str, Any]]]:
    async def script(given: Any) -> dict[str, Any]:
        keyring, loop = given(shop.service.httpx()), asyncio.get_running_loop()
        begun = loop.time()
        menus = await asyncio.gather(*(keyring.menu() for _ in range(5)))
        seconds = loop.time() - begun
        fetched = [len(shop.issued)]
        await asyncio.sleep(30)
        menus += await asyncio.gather(*(keyring.menu() for _ in range(2)))
        fetched.append(len(shop.issued))
        await asyncio.sleep(60)
        menus += await asyncio.gather(*(keyring.menu() for _ in range(5)))
        fetched.append(len(shop.issued))
        return {"menus": menus, "fetched": fetched, "seconds": seconds}

    return script


def _must_recover(answer: Answer) -> None:
    """Expect that a token which could not be fetched keeps nobody out later."""
    shop = _Locked(fails=1)

    async def script(given: Any) -> Came:
        keyring = given(shop.service.httpx())
        await came(keyring.menu())
        try:
            async with asyncio.timeout(60):
                return await came(keyring.menu())
        except TimeoutError:
            return Came(error=TimeoutError())

    one: Came = answer.play(script).result
    expect(
        not isinstance(one.error, TimeoutError),
        "the shop had no token for the first caller, and now the second one waits for ever: what keeps the others out was not given back.",
    )
    expect(
        one.error is None,
        f"the shop had no token for the first caller, and would have one for the second; but that one gets {named(one)}.",
    )
