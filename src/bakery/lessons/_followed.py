"""A route that hands out bookmarks, followed from page to page, by one reader and by two, while the book changes."""
# ruff: noqa: ANN401  # apps of a framework that is imported late

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bakery.checking import Answer, expect
from bakery.checking.mistakes import Wrong
from bakery.lessons._books import SIZE, told
from bakery.lessons._cases import in_case

GAPS = (20, 17, 9, 8, 4, 2, 1)
"""Numbers of orders, of which many have been cancelled long ago."""


def _cancel(number: int) -> Callable[[list[Any]], None]:
    def change(orders: list[Any]) -> None:
        orders[:] = [order for order in orders if order["id"] != number]

    return change


CHANGES: dict[str, Callable[[list[Any]], None]] = {
    "after the first page, order 13 came in": lambda orders: orders.insert(0, {"id": 13}),
    "after the first page, order 12 was cancelled": _cancel(12),
    "after the first page, order 10 was cancelled, the last on it": _cancel(10),
    "after the first page, order 9 was cancelled, which nobody had read": _cancel(9),
}
"""What is written in the book between its first page and its second."""


Page = tuple[str, list[int]]
"""The address of a page that was asked for, and the numbers of the orders on it."""


@contextmanager
def _of_texts() -> Iterator[None]:
    """Tell of a bookmark that was left a text."""
    try:
        yield
    except Wrong as wrong:
        if "not supported between instances of 'int' and 'str'" in str(wrong):
            raise Wrong(
                "a number and a text are compared: what stands behind the `?` is a text, and `type=int` makes a number of `after`."
            ) from None
        raise


def must_follow(answer: Answer, wanted: Sequence[int], what: str, change: Callable[[], None]) -> None:
    """Expect these orders, each once, of whoever follows `next` from page to page."""

    async def script(client: Any) -> list[Page]:
        pages: list[Page] = []
        after = None
        for turn in range(20):
            query: dict[str, Any] = {} if after is None else {"after": after}
            reply = await client.get("/orders", query_string=query)
            address = "/orders" if after is None else f"/orders?after={after}"
            page = await page_of(reply, address, what)
            pages.append((address, [one["id"] for one in page["items"]]))
            after = page["next"]
            if after is None:
                return pages
            if not turn:
                change()
        raise Wrong(f"{what}, and after twenty pages `next` was still `{after!r:.20}`. What is to end it?")

    with in_case(what), _of_texts():
        pages = answer.meet(script).result
    read = [row for _, rows in pages for row in rows]
    doubled = [row for row, times in Counter(read).items() if times > 1]
    lost = [row for row in wanted if row not in read]
    strange = [row for row in read if row not in wanted]
    expect(not strange, f"{what}, and these were read, which are not in `orders`: {told(strange)}.")
    why = "" if what.startswith("nobody") else " A place in the list is another order's now."
    expect(not doubled, f"{what}, and these were read twice: {told(doubled)}.{why}{_seen_again(pages)}")
    lost_at = _passed_over(pages, lost) + _as_texts(pages, wanted)
    expect(not lost, f"{what}, and these were never read: {told(lost)}.{why}{lost_at}")
    expect(
        read == list(wanted),
        f"{what}. The orders came as {told(read)}, and {told(wanted)} is wanted, the newest first.",
    )


def _seen_again(pages: Sequence[Page]) -> str:
    """The first page with an order on it that was read already, in words."""
    read: set[int] = set()
    for address, rows in pages:
        if read & set(rows):
            return f" `{address}` answers with {told(rows)}."
        read.update(rows)
    return ""


def _passed_over(pages: Sequence[Page], lost: Sequence[int]) -> str:
    """The first page on which one of the lost ones was passed over, in words: a page too early, or the last."""
    for address, rows in pages:
        if (address, rows) == pages[-1] or any(row < max(lost, default=0) for row in rows):
            return f" `{address}` answers with {told(rows)}."
    return ""


def _as_texts(pages: Sequence[Page], wanted: Sequence[int]) -> str:
    """What to say where a page has the orders whose numbers, taken as texts, are less than its bookmark."""
    for address, rows in pages[1:]:
        after = address.partition("after=")[2]
        less = [row for row in wanted if str(row) < after][:SIZE]
        if after.isdecimal() and rows == less != [row for row in wanted if row < int(after)][:SIZE]:
            return " Compared as texts, “9” is more than “10”: `type=int` makes a number of `after`."
    return ""


async def page_of(reply: Any, address: str, what: str) -> dict[str, Any]:
    """The page in a reply of the test client. Raises `Wrong` where it is none."""
    expect(reply.status_code == 200, f"{what}, and `{address}` answers with status {reply.status_code}.")
    page = await reply.get_json(silent=True)
    good = isinstance(page, dict) and isinstance(page.get("items"), list) and "next" in page
    if not good:
        said = page if page is not None else await reply.get_data(as_text=True)
        raise Wrong(f'`{address}` answers {said!r:.60}, and `{{"items": […], "next": …}}` is wanted.')
    expect(
        all(isinstance(one, dict) and "id" in one for one in page["items"]),
        f"`{address}` answers with {page['items']!r:.40}. Its items are orders, as they are in `orders`, each with its `id`.",
    )
    expect(
        len(page["items"]) <= SIZE,
        f"`{address}` answers with {len(page['items'])} orders on one page, and at most three are wanted.",
    )
    return dict(page)


def must_serve_two(answer: Answer, wanted: Sequence[int]) -> None:
    """Expect the whole book of each of two readers who take turns."""

    async def script(client: Any) -> list[list[int]]:
        read: list[list[int]] = [[], []]
        marks: list[Any] = [None, None]
        for turn in range(40):
            who = turn % 2
            if turn < 2 or marks[who] is not None:
                query = {} if turn < 2 else {"after": marks[who]}
                page = await page_of(await client.get("/orders", query_string=query), "/orders", "two read")
                read[who] += [one["id"] for one in page["items"]]
                marks[who] = page["next"]
        return read

    for read in answer.meet(script).result:
        expect(
            read == list(wanted),
            f"two read the book at the same time, page by page in turns, and one of them got {told(read)}. A bookmark belongs to "
            "its reader: all that the route has to know is in `after`.",
        )
