"""Readers of a book in trouble: a second page that is an error, links that lead back, and pages that only look as if they did."""
# ruff: noqa: ANN401  # whatever a reader's code gives

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from bakery.checking import Answer, expect
from bakery.checking.describing import short
from bakery.checking.mistakes import Wrong
from bakery.checking.service import Says, Service
from bakery.checking.virtual.lines import own_line_of
from bakery.lessons._books import (
    Desk,
    Reading,
    linked,
    made_by,
    must_be_linked,
    must_not_go_round,
    numbered,
    read_with,
    told,
)
from bakery.lessons._cases import in_case

ALIKE: Mapping[str, Sequence[Sequence[int]]] = {
    "two pages have no orders, and addresses of their own": ([5, 4], [], []),
    "a customer ordered meanwhile, so order 4 is on two pages, at two addresses": ([5, 4], [4, 3]),
}
"""Pages that look alike, and are others all the same."""


def must_see_no_ring(reading: Reading, service: Service, what: str) -> None:
    """Expect no error of the reader's own where no link leads back."""
    if not isinstance(reading.error, ValueError) or ": raise " not in own_line_of(reading.error):
        return
    several = [one.address for one in service.asked]
    again = [address for address, times in Counter(several).items() if times > 1]
    shown = ", ".join(f"`{address}`" for address in several)
    raised = f"and it raised ValueError: {reading.error!s:.60}"
    raise Wrong(
        f'{what}, {raised}. It asked for `{again[0]}` a second time, and no link with `rel="next"` leads there: '
        '`answer.links["next"]["url"]` is the address, with all that stands behind its `?`.'
        if again
        else f"{what}, {raised}. That was the first page of a reading. What it knows of pages from a reading before is no ring: a "
        "default such as `seen=set()` is made once, for all of them."
        if len(several) == 1
        else f"{what}, {raised}. It asked for {shown}, and for none of them a second time: a page is known by its whole address, "
        "and not by a part of it, or by what is on it."
    )


def must_tell_trouble(answer: Answer) -> None:
    """Expect an error where the page behind a link is a 503."""
    first = Says([3, 2], headers={"link": '<http://service/orders?key=k7x>; rel="next"'})
    reading = read_with(answer, Service(first, Says([], status=503), most=20), must_be_linked)
    expect(
        reading.error is not None,
        "instead of the second page there came a 503, and it ended as if that were the end of the book. Let the error come out.",
    )


PAGES = ([6, 5], [4, 3], [2, 1])
LINKS = ("http://service/orders?key=k7x", "http://service/orders?key=q2m")
RINGS: Mapping[str, tuple[str, str]] = {
    "the third page leads back to the second": (LINKS[0], LINKS[0]),
    "the third page leads back to the first": ("http://service{first}", "{first}"),
    "the third page leads back to the second, by a relative address": ("/orders?key=k7x", LINKS[0]),
}
"""Where the last of three pages leads, and how that page was written when it was asked for."""


def must_notice_a_ring(answer: Answer) -> None:
    """Expect a `ValueError` where the third page leads back to one that was read before."""
    for what, (back, written) in RINGS.items():
        service = linked(PAGES, LINKS, back)
        reading = read_with(answer, service, partial(must_not_go_round, what=what))
        expect(
            reading.error is not None,
            f"{what}, and it ended as if the book were read. A `ValueError` is wanted.",
        )
        expect(
            isinstance(reading.error, ValueError),
            f"{what}, and it raised {type(reading.error).__name__}. A `ValueError` is wanted.",
        )
        again = [row for row, times in Counter(reading.rows).items() if times > 1]
        expect(
            not again,
            f"{what}, and it went there and gave {told(again)} a second time, before there was a `ValueError`. It is wanted where "
            f"the link is seen.{_why_twice(answer, service, back, written) if again else ''}",
        )
        # The link of the third may be looked at before its rows are handed out.
        expect(
            reading.rows in ([6, 5, 4, 3], [6, 5, 4, 3, 2, 1]),
            f"{what}, and before that it gave {told(reading.rows)}.",
        )


def _why_twice(answer: Answer, service: Service, back: str, written: str) -> str:
    """Why a page was read twice: tried with a link that is written as the page was when it was asked for."""
    first = service.asked[0].address
    link, before = (one.replace("{first}", first) for one in (back, written))
    if back != written:
        reading = read_with(answer, linked(PAGES, LINKS, written), lambda _service: None)
        if isinstance(reading.error, ValueError) and len(reading.rows) == len(set(reading.rows)):
            return (
                f" That link says `{link}`, and the page was asked for as `{before}`: one page, written in two ways. `answer.url` is "
                "its whole address, and always the same."
            )
    if before == first:
        return " No link has led to that page before, and it was read all the same: `answer.url` is its whole address."
    return ""


def must_tell_a_gap(answer: Answer) -> None:
    """Expect an error where one of the pages that are asked for together is a 503."""
    service = numbered(18, down=4)

    async def script(given: Any) -> Any:
        try:
            return await given(service.httpx())
        except Exception as error:  # that it comes out is wanted
            return error

    came = answer.play(script).result
    missing = [row for row in range(18, 0, -1) if row not in came] if isinstance(came, list | tuple) else []
    expect(
        isinstance(came, Exception),
        f"instead of page 4 there came a 503, and it gave {f'a list without {told(missing)}' if missing else short(came)}, as if "
        "that were the whole book. An error should come out of it.",
    )


def worked_through(answer: Answer, number: int) -> tuple[Any, Desk]:
    """Go through so many pages, with a second of work on each."""
    desk = Desk(number)

    async def script(given: Any) -> list[Any]:
        read: list[Any] = []
        try:
            async for page in made_by(given, desk.fetch, name=answer.subject):
                read.append(page)
                desk.hand_out(len(read))
                expect(len(read) <= number, f"there are {number} pages, and it yields more than that.")
                await asyncio.sleep(1)
        except asyncio.CancelledError:
            raise Wrong(
                "it waits for a task that it has cancelled itself, and gets a `CancelledError`."
            ) from None
        return read

    with in_case(f"there are {number} pages" if number > 1 else "there is only one page"):
        return answer.play(script), desk


def must_have_pages(read: list[Any], number: int) -> None:
    """Expect the items of so many pages, as lists."""
    wanted = [[f"page {one + 1}"] for one in range(number)]
    if read and all(isinstance(page, dict) for page in read):
        raise Wrong("it yields whole answers, and the `items` of each are wanted.")
    if read and all(isinstance(page, str) for page in read):
        raise Wrong("it yields rows, and the `items` of each page are wanted, as a list.")
    expect(read == wanted, f"of {number} pages it gave {told(read)}.")
