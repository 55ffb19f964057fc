"""Readers of a book in trouble: a second page that is an error, links that lead back, and pages that only look as if they did."""

from collections import Counter
from collections.abc import Mapping, Sequence

from bakery.checking import Answer, expect
from bakery.checking.mistakes import Wrong
from bakery.checking.service import Asked, Says, Service
from bakery.checking.virtual.lines import own_line_of
from bakery.lessons._books import Reading, linked, must_be_linked, must_not_go_round, read_with, told

ALIKE: Mapping[str, Sequence[Sequence[int]]] = {
    "two pages have no orders, and addresses of their own": ([5, 4], [], []),
    "a customer ordered meanwhile, so order 4 is on two pages, at two addresses": ([5, 4], [4, 3]),
}
"""Pages that look alike, and are others all the same."""


def must_see_no_ring(reading: Reading, service: Service, what: str) -> None:
    """Expect no error of the reader's own where no link leads back."""
    if not isinstance(reading.error, ValueError) or ": raise " not in own_line_of(reading.error):
        return
    several = [_address(one) for one in service.asked]
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


def _address(asked: Asked) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.query.items())
    return f"{asked.path}?{query}" if query else asked.path


def must_tell_trouble(answer: Answer) -> None:
    """Expect an error where the page behind a link is a 503."""
    first = Says([3, 2], headers={"link": '<http://service/orders?key=k7x>; rel="next"'})
    reading = read_with(answer, Service(first, Says([], status=503), most=20), must_be_linked)
    expect(
        reading.error is not None,
        "instead of the second page there came a 503, and it ended as if that were the end of the book. Let the error come out.",
    )


def must_notice_a_ring(answer: Answer) -> None:
    """Expect a `ValueError` where the third page leads back to the second."""
    service = linked(
        [[6, 5], [4, 3], [2, 1]],
        ("http://service/orders?key=k7x", "http://service/orders?key=q2m"),
        "http://service/orders?key=k7x",
    )
    reading = read_with(answer, service, must_not_go_round)
    what = "the third page leads back to the second"
    expect(
        reading.error is not None, f"{what}, and it ended as if the book were read. A `ValueError` is wanted."
    )
    expect(
        isinstance(reading.error, ValueError),
        f"{what}, and it raised {type(reading.error).__name__}. A `ValueError` is wanted.",
    )
    # The link of the third page may be looked at before its rows are handed out, or after.
    expect(
        reading.rows in ([6, 5, 4, 3], [6, 5, 4, 3, 2, 1]),
        f"{what}, and before that it gave {told(reading.rows)}.",
    )
