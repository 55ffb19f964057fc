"""The books of 17 are read page by page as a service has them, and what was read of them is judged in words that fit."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from answering import WAYS, asked

from bakery.checking import Answer
from bakery.checking.mistakes import Wrong
from bakery.checking.service import Service
from bakery.lessons import _books as books
from bakery.lessons import _followed
from bakery.lessons._books import Desk, Reading, Shelf

READS = """
async def answer(client):
    path = "/orders"
    while path:
        page = (await client.get(path)).json()
        for order in page["items"]:
            yield order
        path = page["next"] and f"/orders?after={page['next']}"
"""


def judged(text: str, ask: Callable[[Answer], Any], threadless: bool = False) -> Any:  # noqa: ANN401
    """What a question gave, or the words in which it was refused."""
    stage = asked(text, ask, threadless=threadless)
    return str(stage.error) if stage.error else stage.value


def replies(service: Service, *paths: str) -> list[httpx.Response]:
    async def get() -> list[httpx.Response]:
        async with service.httpx() as client:
            return [await client.get(path) for path in paths]

    return asyncio.run(get())


def test_a_page_tells_its_bookmark_and_takes_only_bookmarks_that_were_told() -> None:
    service = books.in_pages([[3, 2], [1]], seconds=0)
    first, again, last, made_up, elsewhere = replies(
        service, "/orders", "/orders?after=", "/orders?after=k7x", "/orders?after=2", "/cakes"
    )
    assert first.json() == again.json() == {"items": [3, 2], "next": "k7x"}
    assert last.json() == {"items": [1], "next": None}
    assert (made_up.status_code, elsewhere.status_code) == (400, 404)


def test_a_page_without_a_next_link_is_the_last() -> None:
    service = books.linked([[2], [1]], ["/orders?key=k7x"])
    first, last, none = replies(service, "/orders", "/orders?key=k7x", "/orders?key=zzz")
    assert first.links["next"]["url"] == "/orders?key=k7x"
    assert set(last.links) == {"first"}
    assert none.status_code == 404


@pytest.mark.parametrize(("total", "pages"), [(7, [3, 3, 1, 0]), (6, [3, 3, 0]), (0, [0])])
def test_pages_with_numbers_say_how_many_orders_there_are(total: int, pages: list[int]) -> None:
    paths = [f"/orders?page={page}" for page in range(1, len(pages) + 1)]
    several = [reply.json() for reply in replies(books.numbered(total), *paths)]
    assert [len(one["items"]) for one in several] == pages
    assert {one["total"] for one in several} == {total}
    assert replies(books.numbered(total), "/orders?page=two")[0].status_code == 404


@WAYS
def test_a_reader_is_gone_through_to_the_end_or_closed_before(threadless: bool) -> None:
    for stop, pages in ((None, 2), (1, 1)):
        service = books.in_pages([[3, 2], [1]])
        ask = lambda answer, s=service, n=stop: books.read_with(answer, s, books.must_ask_properly, n)  # noqa: E731
        reading = judged(READS, ask, threadless)
        assert reading == Reading([3, 2, 1][:stop])
        assert len(service.asked) == pages


REFUSED = {
    "no yield": ("async def answer(client): return [1]", "there is no `yield` in `answer`"),
    "a list": ("def answer(client): return [1]", "an `async def` with a `yield`"),
    "a value": ("answer = [1]", "the function itself is wanted"),
    "no end": (
        "async def answer(client):\n    while True: yield 7",
        "it yields and yields, `7` for instance",
    ),
    "its own bookmark": (READS.replace("page['next']}", "page['items'][-1]}"), "no page has told that"),
    "another word": (READS.replace("?after=", "?mark="), "it sent `mark=`"),
    "another place": (READS.replace('"/orders"', '"/cakes"'), "it asked for `/cakes`"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_reader_or_asks_for_what_nobody_told_is_refused(name: str) -> None:
    text, words = REFUSED[name]
    service = books.in_pages([[3, 2], [1]])
    said = judged(text, lambda answer: books.read_with(answer, service, books.must_ask_properly))
    assert words.lower() in said.lower()


def test_an_error_ends_the_reading_and_is_kept() -> None:
    text = "async def answer(client):\n    yield 3\n    raise KeyError('next')"
    reading = judged(text, lambda answer: books.read_with(answer, books.in_pages([[3]]), lambda _: None))
    assert reading.rows == [3]
    assert isinstance(reading.error, KeyError)


WRONG = [
    (Reading([]), "nothing came out"),
    (Reading([[3, 2], [1]]), "whole pages"),
    (Reading([{"items": [3]}]), "whole answers"),
    (Reading([3], KeyError("next")), "after 3 it failed"),
    (Reading([], KeyError("next")), "the book, and it failed"),
    (Reading([3, 1]), "it left out 2"),
    (Reading([3, 2, 2, 1]), "gave these twice: 2"),
    (Reading([1, 2, 3]), "1, 2, 3, and 3, 2, 1 is wanted"),
]


@pytest.mark.parametrize(("reading", "words"), WRONG)
def test_rows_that_are_not_those_of_the_book_are_told_apart(reading: Reading, words: str) -> None:
    with pytest.raises(Wrong, match=words):
        books.must_give(reading, [3, 2, 1], "the book")


def test_the_rows_of_the_book_are_right_and_so_is_an_empty_one() -> None:
    books.must_give(Reading([3, 2, 1]), [3, 2, 1], "the book")
    books.must_give(Reading([]), [], "the book")


async def in_a_task_group() -> AsyncIterator[int]:
    async with asyncio.TaskGroup():
        yield 1


def test_a_generator_that_cannot_be_closed_is_refused() -> None:
    async def read() -> None:
        rows = in_a_task_group()
        await anext(rows)
        await books.closed(rows)

    with pytest.raises(Wrong, match="a `yield` inside a task group"):
        asyncio.run(read())


@WAYS
def test_a_desk_takes_a_second_for_a_page_and_fails_where_it_is_told_to(threadless: bool) -> None:
    desk = Desk(3, fails_at=2)

    async def ask(fetch: Any) -> list[Any]:  # noqa: ANN401
        one, two = await asyncio.gather(fetch(None), fetch(1))
        with pytest.raises(ConnectionError):
            await fetch(two["next"])
        return [one, two]

    text = "def answer(fetch): return fetch"
    run = judged(text, lambda answer: answer.play(lambda given: ask(given(desk.fetch))), threadless)
    assert run.result == [{"items": ["page 1"], "next": 1}, {"items": ["page 2"], "next": 2}]
    assert (run.seconds, desk.at_once, desk.under_way, desk.asked) == (2.0, 2, 0, [None, 1, 2])


def test_a_shelf_counts_pages_and_notes_whether_it_was_closed_in_time() -> None:
    async def read(shelf: Shelf) -> None:
        orders: Any = shelf.read()
        await anext(orders)
        assert (shelf.pages, shelf.closed) == (1, False)
        shelf.judged = True
        await orders.aclose()
        assert (shelf.closed, shelf.in_time) == (True, False)

    judged("answer = 0", lambda answer: answer.play(lambda _: read(Shelf([1] * 5))))


ROUTE = """
from quart import Quart, request
orders = []
answer = Quart(__name__)
@answer.get("/orders")
async def page():
    after = request.args.get("after", 99, type=int)
    left = [one for one in orders if one["id"] < after]
    return {"items": left[:3], "next": left[2]["id"] if len(left) > 3 else None}
"""


def followed(text: str, what: str = "a change") -> Any:  # noqa: ANN401
    def ask(answer: Answer) -> None:
        orders = answer.named("orders").given
        orders[:] = [{"id": number} for number in range(6, 0, -1)]
        _followed.must_follow(answer, range(6, 0, -1), what, lambda: orders.insert(0, {"id": 7}))

    return judged(text, ask)


FOLLOWED = {
    "doubled": (ROUTE.replace("< after", "<= after"), "these were read twice: 4"),
    "lost": (ROUTE.replace("left[2]", "left[3]"), "these were never read: 3"),
    "an error": (ROUTE.replace("left[2]", "left[9]"), "a change, and then it raised IndexError"),
    "no end": (ROUTE.replace("if len(left) > 3 else None", 'if len(left) > 3 else "9"'), "twenty pages"),
    "no page": (ROUTE.replace('"next"', '"more"'), '"next": …'),
    "no JSON": (ROUTE.replace("return {", 'return "sorry"\n    return {'), "answers 'sorry'"),
    "too much": (ROUTE.replace("left[:3]", "left"), "at most three are wanted"),
    "a status": (ROUTE.replace("return {", "return 'x', 503\n    return {"), "answers with status 503"),
    "made up": (ROUTE.replace("left[:3],", 'left[:2] + [{"id": 8}],'), "not in `orders`: 8"),
    "upside down": (ROUTE.replace('left[:3], "next"', 'left[:3][::-1], "next"'), "the newest first"),
}


def test_a_route_with_a_bookmark_is_followed_to_its_end() -> None:
    assert followed(ROUTE) is None


@pytest.mark.parametrize("name", FOLLOWED)
def test_a_route_that_doubles_loses_or_never_ends_is_refused(name: str) -> None:
    text, words = FOLLOWED[name]
    assert words in followed(text)


def test_many_rows_are_told_by_the_first_of_them() -> None:
    assert books.told([]) == "nothing"
    assert books.told(range(12)).endswith("10, 11")
    assert books.told(range(13)).endswith("11, …")


def test_a_last_link_may_lead_to_the_page_that_was_asked_for_first() -> None:
    service = books.linked([[2], [1]], ["/orders?key=k7x"], "http://service{first}")
    _, last = replies(service, "/orders?page=1", "/orders?key=k7x")
    assert last.links["next"]["url"] == "http://service/orders?page=1"


def test_the_first_address_may_have_the_number_of_the_task_and_no_other_may() -> None:
    for paths, good in (
        (("/orders?page=1", "/orders?key=k7x"), True),
        (("/orders", "/orders?key=k7x"), True),
        (("/orders?page=1", "/orders?page=1"), False),
        (("/orders", "/orders?page=1"), False),
        (("/orders?page=2",), False),
    ):
        service = books.linked([[2], [1]], ["/orders?key=k7x"])
        replies(service, *paths)
        if good:
            books.must_be_linked(service)
        else:
            with pytest.raises(Wrong, match="no link has told that address"):
                books.must_be_linked(service)
