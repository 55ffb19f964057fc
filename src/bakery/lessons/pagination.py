"""Notebook 17, Pagination: a book that is read page by page."""
# ruff: noqa: ANN401  # whatever a reader's code gives, and apps of a framework that is imported late

import asyncio
import inspect
import math
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from bakery.checking import Answer, Lesson, expect
from bakery.checking.describing import described
from bakery.checking.semaphores import let_in, watch_places
from bakery.checking.service import Asked, Says, Service
from bakery.lessons._books import (
    HTML,
    SIZE,
    Desk,
    Reading,
    Shelf,
    closed,
    in_pages,
    linked,
    made_by,
    must_ask_properly,
    must_be_linked,
    must_give,
    not_asked_for,
    numbered,
    read_with,
    told,
    where_it_ended,
)
from bakery.lessons._cases import in_case
from bakery.lessons._followed import CHANGES, GAPS, must_follow, must_serve_two
from bakery.lessons._readers import (
    ALIKE,
    must_have_pages,
    must_notice_a_ring,
    must_see_no_ring,
    must_tell_a_gap,
    must_tell_trouble,
    worked_through,
)
from bakery.trace import Trace

ex = Lesson("17_pagination", __file__)


# Predictions


@ex.prediction
def pages_asked(trace: Trace) -> int:
    """For how many pages a reader asked."""
    return len(trace.lanes)


@ex.prediction
def twice(rows: Sequence[int]) -> int:
    """The order that was read twice."""
    return next((row for row, times in Counter(rows).items() if times > 1), 0)


@ex.prediction
def never(rows: Sequence[int]) -> int:
    """The order that is in the book and was not read."""
    return next((row for row in range(9, 0, -1) if row not in rows), 0)


@ex.prediction
def far_page(times: float) -> str:
    """How many times as many steps a far page takes by its number."""
    return "many" if times > 1000 else "some" if times > 5 else "same"


@ex.prediction
def newest(rows: Sequence[int]) -> str:
    """Whether a reader with a bookmark has seen what came in meanwhile."""
    return "yes" if max(rows) > 9 else "no"


@ex.prediction
def put_back(diary: Sequence[str]) -> str:
    """What a generator noted that was left in the middle."""
    return "yes" if diary else "no"


# Exercises


BOOKS: tuple[list[list[int]], ...] = (
    [[7, 6, 5], [4, 3, 2], [1]],
    [[3], [], [2, 1]],
    [[6, 5, 4], [3, 2, 1]],
    [[]],
)
"""A short last page, an empty one in the middle, a full last page, and an empty book."""


@ex.exercise
def every_row(answer: Answer) -> None:
    """A reader of rows need not know where a page ends."""
    for pages in BOOKS:
        service = in_pages(pages)
        reading = read_with(answer, service, must_ask_properly)
        shown = " ".join(map(str, pages))
        must_give(
            reading,
            [row for page in pages for row in page],
            f"the pages were {shown}",
            where_it_ended(pages, reading.rows),
        )
        expect(
            len(service.asked) == len(pages),
            f"the pages were {shown}, and it asked {len(service.asked)} times. Where `next` is `None`, the book is read.",
        )
    must_be_lazy(answer)
    for broken in (HTML, Says({"error": "the oven is cold"}, status=503)):
        must_not_end_quietly(answer, broken)


def must_be_lazy(answer: Answer) -> None:
    """Expect that no page is asked for before somebody wants a row of it."""
    for rows, pages in ((1, 1), (4, 2)):
        service = in_pages([[9, 8, 7], [6, 5, 4], [3, 2, 1]])
        reading = read_with(answer, service, must_ask_properly, stop=rows)
        expect(
            len(service.asked) == pages,
            f"{'one row was' if rows == 1 else 'four rows were'} read, and it had asked for {len(service.asked)} pages. Yield the "
            "rows of a page before you ask for the next one.",
        )
        expect(reading.rows == [9, 8, 7, 6][:rows], f"the first rows are {told(reading.rows)}.")


def must_not_end_quietly(answer: Answer, broken: Says) -> None:
    """Expect an error where the second page is no page."""
    whole = in_pages([[3, 2], [1]])
    first = whole.note(Asked(0, "GET", "/orders", {}))
    reading = read_with(answer, Service(first, broken, most=20), must_ask_properly)
    what = "an HTML page" if broken is HTML else "a 503"
    expect(
        reading.error is not None,
        f"instead of the second page there came {what}, and it ended as if that were the end of the book. Whoever reads gets "
        "half a book and takes it for a whole one. Let the error come out.",
    )


@ex.exercise
def moving_book(answer: Answer) -> None:
    """A bookmark is what was read last, and not how much of it."""
    answer.must_be("quart")
    orders = answer.named("orders").value(list)
    before = list(orders)
    try:
        for numbers in (range(12, 0, -1), [], [1], [3, 2, 1], range(13, 0, -1)):
            orders[:] = [{"id": number} for number in numbers]
            book = f"a book of {len(numbers)} orders" if numbers else "an empty book"
            must_follow(answer, list(numbers), f"nobody wrote in {book}", lambda: None)
        for what, change in CHANGES.items():
            orders[:] = [{"id": number} for number in range(12, 0, -1)]
            wanted = [n for n in range(12, 0, -1) if not (n == 9 and "order 9" in what)]
            must_follow(answer, wanted, what, partial(change, orders))
        orders[:] = [{"id": number} for number in GAPS]
        must_follow(answer, GAPS, "nobody wrote in a book whose numbers have gaps", lambda: None)
        must_serve_two(answer, GAPS)
    finally:
        orders[:] = before


@ex.exercise
def by_links(answer: Answer) -> None:
    """The server says where it goes on."""
    pages = [[7, 6, 5], [4, 3, 2], [1]]
    rows = [row for page in pages for row in page]
    ways = {
        "an address of its own": ("http://service/orders?key=k7x", "http://service/archive/2?key=q2m"),
        "a relative address": ("?key=k7x", "/archive/2?key=q2m"),
        "relative to a page elsewhere": ("/archive/2?key=k7x", "?key=q2m"),
    }
    for what, links in ways.items():
        service = linked(pages, links)
        reading = read_with(answer, service, must_be_linked)
        must_see_no_ring(reading, service, f"three pages, and `next` is {what}")
        must_give(reading, rows, f"three pages, and `next` is {what}")
        expect(len(service.asked) == 3, f"it asked {len(service.asked)} times for three pages.")
    for only in BOOKS[-1][0], [2, 1]:
        reading = read_with(answer, linked([only], ()), must_be_linked)
        must_give(reading, only, f"the only page was {only}, without a `next`")
    must_tell_trouble(answer)
    must_notice_a_ring(answer)
    for what, alike in ALIKE.items():
        service = linked(alike, ways["an address of its own"])
        must_see_no_ring(read_with(answer, service, must_be_linked), service, what)


@ex.exercise
def all_at_once(answer: Answer) -> None:
    """The first page says how many there are; the others need not wait for one another."""
    watch_places(answer)
    for total, pages in ((63, 21), (61, 21), (4, 2), (3, 1), (0, 1)):
        service = numbered(total)
        what = f"there are {total} orders, three on a page" if total else "there are no orders"
        with in_case(what):
            run = answer.run(service.httpx())
        asked = [int(one.query.get("page") or 1) for one in service.asked]
        again = [page for page, times in Counter(asked).items() if times > 1]
        expect(not again, f"{what}, and it asked for page {told(again)} more than once.")
        _must_be_flat(run.result, what)
        must_give(Reading(list(run.result)), range(total, 0, -1), what, not_asked_for(asked, pages))
        beyond = [page for page in asked if page > pages]
        expect(
            not beyond,
            f"{what}, and it asked for page {told(beyond)} as well. The last page is number `math.ceil(total / 3)`: nobody asks for "
            "more, in the last round either.",
        )
        expect(len(asked) == pages, f"{what}, and it asked for page {told(asked)}.")
        expect(
            service.at_once <= 4,
            f"{what}, and {service.at_once} pages were asked for at the same moment. Four at once are allowed. "
            f"{let_in(run, 'page', 'pages') or _begun(answer.source)}".rstrip(),
        )
        expect(
            service.at_once in {1, 4} or pages <= 4,
            f"{what}, and {service.at_once} pages at most were asked for at the same moment. Four are wanted.",
        )
        least = 1 + math.ceil((pages - 1) / 4)
        run.takes(
            least,
            f"{what}, and a page takes a second. It took {run.seconds:g} s, and with four at once {least} s is enough.",
        )
    must_tell_a_gap(answer)


def _begun(source: str) -> str:
    """What to say of tasks where too many pages were asked for."""
    return "A task begins when it is made, and not where it is gathered." if "create_task(" in source else ""


def _must_be_flat(result: Any, what: str) -> None:
    expect(
        isinstance(result, list | tuple),
        f"{what}, and it gives {described(result)}. The list of all orders is wanted.",
    )
    expect(
        not any(isinstance(row, list | dict) for row in result),
        f"{what}, and it gives a list of pages. The orders are wanted, in one list.",
    )


@ex.exercise
def read_ahead(answer: Answer) -> None:
    """While one page is worked on, the next one is on its way."""
    for number in (4, 2, 1):
        run, desk = worked_through(answer, number)
        must_have_pages(run.result, number)
        expect(
            not desk.held_back,
            "when it handed out a page, the next one had come already: it was awaited before the `yield`. Let the next page be "
            "on its way as a task, hand out the one that is there, and await the task after the `yield`.",
        )
        run.takes(
            number + 1,
            f"{number} pages, one second each, and a second of work on each of them: it took {run.seconds:g} s, and "
            f"{number + 1} s is wanted. The next page should be on its way before this one is handed out: as a task, since a "
            "coroutine that nobody awaits has not begun.",
        )
        expect(desk.at_once <= 1, "two pages were asked for at the same moment. Only one is read ahead.")
        expect(desk.asked == [None, *range(1, number)], f"it called `fetch` with {told(desk.asked)}.")
    _must_be_one_ahead(answer)
    _must_tidy_up(answer)
    _must_fail_in_its_turn(answer)


def _must_be_one_ahead(answer: Answer) -> None:
    """Expect that a reader who works long on the first page finds one more fetched, and no more."""
    desk = Desk(6)

    async def script(given: Any) -> int:
        pages = made_by(given, desk.fetch, name=answer.subject)
        await anext(pages)
        await asyncio.sleep(10)
        fetched = len(desk.asked)
        await closed(pages)
        return fetched

    fetched = answer.play(script).result
    expect(
        fetched == 2,
        f"somebody worked on the first page for ten seconds, and {fetched} pages were asked for meanwhile. Two are wanted: "
        "that one, and one ahead.",
    )


def _must_tidy_up(answer: Answer) -> None:
    """Expect that a reader who stops leaves no page on its way."""
    desk = Desk(6)

    async def script(given: Any) -> int:
        pages = made_by(given, desk.fetch, name=answer.subject)
        await anext(pages)
        await asyncio.sleep(0.5)
        await closed(pages)
        for _ in range(5):
            await asyncio.sleep(0)
        return desk.under_way

    run = answer.play(script)
    expect(
        not run.result and not run.left,
        "a reader stopped after one page, and the next page is still on its way, for nobody. Cancel the task in a `finally`.",
    )


def _must_fail_in_its_turn(answer: Answer) -> None:
    """Expect that an error of the third page comes after the second was handed out."""
    desk = Desk(4, fails_at=2)

    async def script(given: Any) -> Reading:
        read: list[Any] = []
        try:
            async for page in made_by(given, desk.fetch, name=answer.subject):
                read.append(page)
                await asyncio.sleep(1)
        except ConnectionError as error:
            return Reading(read, error)
        return Reading(read)

    reading: Reading = answer.play(script).result
    expect(
        reading.error is not None,
        "the third page could not be fetched, and it ended as if that were the end of the book. Let the error come out.",
    )
    expect(
        reading.rows == [["page 1"], ["page 2"]],
        f"the third page could not be fetched, and before the error it gave {told(reading.rows)}. The first two pages were "
        "there.",
    )


@ex.exercise
def first_big_order(answer: Answer) -> None:
    """Whoever stops in the middle puts the book back."""
    for sizes, wanted in (
        ([2, 3, 1, 12, 30, 1, 1, 2], 3),
        ([10, 50, 1, 1], 0),
        ([2, 3, 12, 1, 1], 2),
        ([1, 9, 2, 3], None),
        ([], None),
    ):
        shelf = Shelf(sizes)

        async def script(given: Any, shelf: Shelf = shelf) -> Any:
            orders = shelf.read()  # held here, as a name of the notebook's may hold it
            found = given(orders)
            expect(inspect.isawaitable(found), "it is no `async def`: nothing in it can wait for a page.")
            found = await found
            shelf.judged = True
            return found

        with in_case(_sizes_of(shelf)):
            found = answer.play(script).result
        _must_have_found(found, shelf, wanted)


def _sizes_of(shelf: Shelf) -> str:
    sizes = ", ".join(str(order["cakes"]) for order in shelf.orders)
    return f"the orders were of so many cakes: {sizes}" if sizes else "there were no orders"


def _must_have_found(found: Any, shelf: Shelf, wanted: int | None) -> None:
    what = _sizes_of(shelf)
    order = None if wanted is None else shelf.orders[wanted]
    expect(found == order, f"{what}. It gave {found!r:.60}, and {order!r} is wanted.")
    pages = math.ceil(len(shelf.orders) / SIZE) if wanted is None else wanted // SIZE + 1
    expect(
        shelf.pages == pages,
        f"{what}, three on a page. It read {shelf.pages} pages, and {pages} would have been enough.",
    )
    expect(
        shelf.in_time,
        f"{what}. It has its order, and the reading is still open: its `finally` has not run. Whoever stops in the middle "
        "closes it, and waits for that: `async with aclosing(orders):`.",
    )
