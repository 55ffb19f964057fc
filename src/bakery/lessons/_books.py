"""Books that are read page by page: services with bookmarks, with links and with numbers, and what is read in them."""
# ruff: noqa: ANN401  # whatever a reader's code gives

import asyncio
import inspect
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bakery.checking import Answer, expect
from bakery.checking.describing import described
from bakery.checking.mistakes import Wrong, wrong_because
from bakery.checking.service import Asked, Says, Service

SIZE = 3
"""Orders on a page, as the notebook has it."""

MARKS = ("k7x", "q2m", "w9d")
"""Bookmarks that nobody can work out from what is on a page."""

HTML = Says(
    "<html><h1>Back in five minutes</h1></html>", headers={"content-type": "text/html; charset=utf-8"}
)


# Services


def in_pages(pages: Sequence[Sequence[int]], seconds: float = 1.0) -> Service:
    """A service whose pages have bookmarks, told in `next`."""
    following = [*MARKS[: len(pages) - 1], None]

    def script(asked: Asked) -> Says:
        mark = asked.query.get("after") or None
        if asked.path != "/orders":
            return Says({"error": f"no such page: {asked.path}"}, status=404)
        if mark is not None and mark not in following:
            return Says({"error": "no such bookmark"}, status=400)
        at = 0 if mark is None else following.index(mark) + 1
        return Says({"items": list(pages[at]), "next": following[at]}, seconds=seconds)

    return Service(script)


def linked(pages: Sequence[Sequence[int]], links: Sequence[str], last: str = "") -> Service:
    """A service whose pages say in their `Link` header where it goes on; `{first}` in the last is the first that was asked for."""
    keys = ["", *MARKS][: len(pages)]

    def script(asked: Asked) -> Says:
        key = asked.query.get("key", "")
        if key not in keys:
            return Says({"error": "no such page"}, status=404)
        at = keys.index(key)
        told = ['<http://service/orders>; rel="first"']
        following = links[at] if at < len(links) else last.replace("{first}", service.asked[0].address)
        if following:
            told.append(f'<{following}>; rel="next"')
        return Says(list(pages[at]), headers={"link": ", ".join(told)}, seconds=1.0)

    service = Service(script, most=30)
    return service


def numbered(total: int, down: int = 0) -> Service:
    """A service whose pages have numbers, and say how many orders there are in all; one of them may be `down`, a 503."""

    def script(asked: Asked) -> Says:
        number = asked.query.get("page", "1")
        if asked.path != "/orders" or not number.isdigit():
            return Says({"error": "no such page"}, status=404)
        if int(number) == down:
            return Says({"error": "the oven is cold"}, status=503, seconds=1.0)
        newest = total - (int(number) - 1) * SIZE
        return Says({"items": list(range(newest, max(newest - SIZE, 0), -1)), "total": total}, seconds=1.0)

    return Service(script)


# At a desk, and on a shelf


class Desk:
    """Where pages are fetched: counts, takes a second for each, and fails where it is told to."""

    def __init__(self, number: int, fails_at: int | None = None) -> None:
        self.number = number
        self.fails_at = fails_at
        self.asked: list[Any] = []
        self.at_once = 0
        self.under_way = 0
        self.held_back = False
        """Whether a page was held back until the next one had come."""

    def hand_out(self, number: int) -> None:
        """Note that the page with this number has reached its reader, the first being 1."""
        self.held_back = self.held_back or len(self.asked) - self.under_way > number

    async def fetch(self, after: Any) -> dict[str, Any]:
        """A page, after a second. Raises `ConnectionError`, where it should, and `Wrong` for a made-up bookmark."""
        self.asked.append(after)
        expect(after is None or after in range(1, self.number), f"it called `fetch({after!r:.20})`.")
        expect(len(self.asked) < 50, "it fetches without end.")
        self.under_way += 1
        self.at_once = max(self.at_once, self.under_way)
        try:
            await asyncio.sleep(1)
        finally:
            self.under_way -= 1
        at = after or 0
        if at == self.fails_at:
            raise ConnectionError("the line is dead")
        return {"items": [f"page {at + 1}"], "next": at + 1 if at + 1 < self.number else None}


class Shelf:
    """Orders that are read page by page, and a note whether the reading was closed."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.orders = [{"id": 100 - at, "cakes": cakes} for at, cakes in enumerate(sizes)]
        self.pages = 0
        self.closed = False
        self.judged = False
        self.in_time = False

    def read(self) -> "Orders":
        """Each order; every third one begins a page, which takes a second."""
        return Orders(self._read())

    async def _read(self) -> AsyncGenerator[dict[str, int], None]:
        try:
            for at, order in enumerate(self.orders):
                if at % SIZE == 0:
                    await asyncio.sleep(1)
                    self.pages += 1
                yield order
        finally:
            self.closed = True
            self.in_time = not self.judged


class Orders(AsyncIterator[dict[str, int]]):
    """An async generator, but its `aclose` is a coroutine: one that nobody awaits is found on every Python."""

    def __init__(self, rows: AsyncGenerator[dict[str, int], None]) -> None:
        self._rows = rows

    async def __anext__(self) -> dict[str, int]:
        return await anext(self._rows)

    async def aclose(self) -> None:
        """Run the `finally`."""
        await self._rows.aclose()


Orders.__name__ = "async_generator"  # Python's errors say of it what they say of a real one


# What was read


@dataclass(frozen=True)
class Reading:
    """What came out of an async generator, and what ended it."""

    rows: list[Any]
    error: Exception | None = None


def made_by(given: Any, *args: Any, name: str) -> AsyncIterator[Any]:
    """What a call of an async generator function gives. Raises `Wrong` where it gives something else."""
    if not callable(given) or (inspect.isclass(given) and not hasattr(given, "__aiter__")):
        raise Wrong(
            f"it got {described(given)}, but the function itself is wanted, without brackets: `check({name})`."
        )
    made = given(*args)
    if inspect.iscoroutine(made):
        made.close()
        raise Wrong(
            f"there is no `yield` in `{name}`, so a call of it gives a coroutine, and `async for` cannot go through that. "
            "`yield` hands over one row, and goes on after it."
        )
    if hasattr(made, "__aiter__"):
        gone: AsyncIterator[Any] = aiter(made)
        return gone
    raise Wrong(
        f"a call of `{name}` gives {described(made)}, and `async for` cannot go through that. An `async def` with a `yield` in "
        "it is an async generator."
    )


async def gone_through(rows: AsyncIterator[Any]) -> Reading:
    """Everything that comes, until the end or an error."""
    read: list[Any] = []
    try:
        async for row in rows:
            read.append(row)
            if len(read) > 1000:
                raise Wrong(f"it yields and yields, `{row!r:.40}` for instance. What is to end it?")
    except Wrong:
        raise
    except Exception as error:
        return Reading(read, error)
    return Reading(read)


def must_give(reading: Reading, wanted: Sequence[Any], what: str, why: str = "") -> None:
    """Expect these rows, each once and in their order; `why` is what is known of rows that are left out."""
    read = reading.rows
    expect(
        read or not wanted or reading.error,
        f"{what}, and nothing came out of it.",
    )
    if read and all(isinstance(row, list | tuple) for row in read):
        raise Wrong("it yields whole pages, as lists, and the rows are wanted, one by one.")
    if read and all(isinstance(row, dict) and "items" in row for row in read):
        raise Wrong("it yields the whole answers, and the rows in them are wanted, one by one.")
    if reading.error is not None:
        after = f"after {told(read)} it failed" if read else "it failed"
        raise Wrong(f"{what}, and {after}: {wrong_because(reading.error)}")
    lost = [row for row in wanted if row not in read]
    expect(not lost, f"{what}. Of the orders {told(wanted)} it left out {told(lost)}. {why}".rstrip())
    doubled = [row for row, times in Counter(read).items() if times > 1]
    expect(not doubled, f"{what}. It gave these twice: {told(doubled)}.")
    more = (
        ", in the order of the book: all of them are there, and in another one"
        if len(read) == len(wanted)
        else ""
    )
    expect(read == list(wanted), f"{what}. It gave {told(read)}, and {told(wanted)} is wanted{more}.")


def where_it_ended(pages: Sequence[Sequence[int]], read: Sequence[object]) -> str:
    """A sentence on a reader who took something else for the end of the book; empty where nothing is known."""
    for place, page in enumerate(pages):
        if not page and list(read) == [row for before in pages[:place] for row in before]:
            return "An empty page is not the end of the book: its `next` leads on."
    if list(read) == [row for page in pages[:-1] for row in page]:
        return (
            "The last page has orders as well: a `next` that is `None` says only that no other page follows."
        )
    return ""


def not_asked_for(asked: Sequence[int], pages: int) -> str:
    """A sentence on a last page that nobody has asked for; empty where somebody has."""
    if max(asked, default=0) < pages - 1 or pages in asked:
        return ""
    return f"They stand on page {pages}, which was not asked for: it is not full, and it is a page."


def told(rows: Sequence[Any]) -> str:
    """Rows in words, and not too many of them."""
    shown = ", ".join(f"{row!r:.20}" for row in rows[:12]) or "nothing"
    return f"{shown}, …" if len(rows) > 12 else shown


def read_with(
    answer: Answer, service: Service, proper: Callable[[Service], None], stop: int | None = None
) -> Reading:
    """Go through what the answer makes of a client of this service; with `stop`, only so many rows.

    `proper` looks at what was asked, and raises `Wrong`; it comes before anything else that is wrong.
    """

    async def script(given: Any) -> Reading:
        async with service.httpx() as client:
            rows = made_by(given, client, name=answer.subject)
            if stop is None:
                return await gone_through(rows)
            read = [await anext(rows) for _ in range(stop)]
            await closed(rows)
            return Reading(read)

    try:
        reading: Reading = answer.play(script).result
    finally:
        proper(service)
    return reading


async def closed(rows: AsyncIterator[Any]) -> None:
    """Close what was not read to its end. Raises `Wrong` where that raises."""
    aclose = getattr(rows, "aclose", None)
    try:
        if aclose:
            await aclose()
    except BaseExceptionGroup as error:
        raise Wrong(
            f"a reader stopped in the middle, and closing raised a {type(error).__name__}: a `yield` inside a task group hands "
            "the end of the reading to the group, as if it were an error. Keep the task, and cancel it."
        ) from None


def must_ask_properly(service: Service) -> None:
    """Expect that only bookmarks were sent that a page has told, to an address that is there."""
    for asked in service.asked:
        expect(asked.path == "/orders", f"it asked for `{asked.path}`, and the book is at `/orders`.")
        mark = asked.query.get("after") or None
        expect(
            mark is None or mark in MARKS,
            f"it asked for `/orders?after={mark}`, and no page has told that bookmark. What is sent is what the page before "
            "said in `next`, as it stands there.",
        )
        other = next((name for name in asked.query if name != "after"), "")
        expect(not other, f"it sent `{other}=`, and this service knows only `after=`.")


def must_be_linked(service: Service) -> None:
    """Expect addresses that a link has told; the first is told by nobody, and may have the number that the task's own has."""
    known = {"/orders": ("", "k7x"), "/archive/2": ("k7x", "q2m")}
    begun = service.asked[:1] if service.asked and service.asked[0].address == "/orders?page=1" else []
    for asked in service.asked[len(begun) :]:
        expect(
            asked.query.get("key", "") in known.get(asked.path, ()) and not set(asked.query) - {"key"},
            f"it asked for `{asked.address}`, and no link has told that address. It stands whole in "
            '`answer.links["next"]["url"]`; where it is relative, `answer.url.join(…)` makes it whole.',
        )


def must_not_go_round(service: Service, what: str) -> None:
    """Expect that nobody read a page again; to ask for it and look where it comes from is no harm."""
    expect(
        len(service.asked) <= 4,
        f"{what}, and it went there. An address that was read before is a `ValueError`.",
    )
