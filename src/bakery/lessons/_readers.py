"""Readers of a book in trouble: a second page that is an error, links that lead back, and pages that only look as if they did."""
# ruff: noqa: ANN401  # whatever a reader's code gives

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
    Reading,
    linked,
    must_be_linked,
    must_not_go_round,
    numbered,
    read_with,
    told,
)

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


RINGS: Mapping[str, str] = {
    "the third page leads back to the second": "http://service/orders?key=k7x",
    "the third page leads back to the first": "http://service/orders",
}
"""Where the last of three pages leads."""


def must_notice_a_ring(answer: Answer) -> None:
    """Expect a `ValueError` where the third page leads back to one that was read before."""
    pages, links = (
        [[6, 5], [4, 3], [2, 1]],
        ("http://service/orders?key=k7x", "http://service/orders?key=q2m"),
    )
    for what, back in RINGS.items():
        service = linked(pages, links, back)
        reading = read_with(answer, service, partial(must_not_go_round, what=what))
        expect(
            reading.error is not None,
            f"{what}, and it ended as if the book were read. A `ValueError` is wanted.",
        )
        expect(
            isinstance(reading.error, ValueError),
            f"{what}, and it raised {type(reading.error).__name__}. A `ValueError` is wanted.",
        )
        _must_not_read_twice(reading, what)


def _must_not_read_twice(reading: Reading, what: str) -> None:
    """Expect the rows of three pages, each once; the link of the third may be looked at before they are handed out."""
    again = [row for row, times in Counter(reading.rows).items() if times > 1]
    first = (
        " No link has led to that page before, and it was read all the same: `answer.url` is its whole address."
        if what.endswith("first")
        else ""
    )
    expect(
        not again,
        f"{what}, and it went there and gave {told(again)} a second time, before there was a `ValueError`. It is wanted where the "
        f"link is seen.{first}",
    )
    expect(
        reading.rows in ([6, 5, 4, 3], [6, 5, 4, 3, 2, 1]),
        f"{what}, and before that it gave {told(reading.rows)}.",
    )


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
