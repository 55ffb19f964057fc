"""Notebook 10's purchases: two seconds for all three, and what was seen of the limit where it comes too late."""

import ast
from collections.abc import Sequence
from typing import Any

from bakery.checking import Answer, expect
from bakery.checking.mistakes import is_about
from bakery.checking.run import Reply
from bakery.checking.starters import nodes_of

LONG = 10
"""Seconds of one purchase that is much longer than the limit."""


def must_keep_to_two_seconds(answer: Answer, seconds: dict[str, Any]) -> None:
    """Expect "sorry" after two seconds, a bag before that, and no mistake that is taken for a delay."""
    things = ("flour", "butter", "sugar")
    for taken in ((0.5, 0.5, 0.5), (1.5, 1.5, 1.5), (0.5, 0.5, 10), (10, 0.5, 0.5)):
        seconds.update(zip(things, taken, strict=True))
        served = answer.visit("/cake", visitors=2, may_fail=True)
        told = ", ".join(f"{one:g}" for one in taken)
        more = _on_looking(answer, seconds, served.replies[0]) or _outside(answer.source)
        _must_be_in_time(served.replies, told, more, too_long=max(taken) > 2, quick=sum(taken) < 2)
        expect(
            not served.left,
            f"when they take {told} s, the customer is told, and the shop still waits for a supplier. A limit should end "
            "the waiting as well.",
        )
    seconds.update(flour=0.5, butter="a mistake", sugar=0.5)
    [reply] = answer.visit("/cake", may_fail=True).replies
    expect(
        reply.status != 504,
        "a mistake in the code (a `TypeError`) is told as “sorry”, as if it were a delay. Catch the `TimeoutError` alone.",
    )


def _took(reply: Reply) -> float:
    return round(reply.end - reply.start, 6)


def _on_looking(answer: Answer, seconds: dict[str, Any], reply: Reply) -> str:
    """What to say where the limit is told late, and ends no purchase; empty where it ends one that takes much longer."""
    if _took(reply) <= 2:
        return ""
    seconds.update(flour=LONG, butter=0.5, sugar=0.5)
    [other] = answer.visit("/cake", may_fail=True).replies
    if reply.status == 200 and other.status == 504 and _took(other) == 2:
        return (
            f"Where the flour alone takes {LONG} s, “sorry” comes after 2 s: so there is a limit for each of them, and it begins anew with "
            "the next."
        )
    if reply.status != 504:
        return ""
    if _took(other) < LONG:
        return ""
    return (
        f"Where the flour alone takes {LONG} s, “sorry” comes after {_took(other):g} s: the time is only looked at when a purchase is "
        "done, and nothing ends one that is under way."
    )


def _outside(source: str) -> str:
    """A sentence on a wait in the same function as a limit, and in none; empty where there is none."""
    for function in (node for node in nodes_of(source) if isinstance(node, ast.AsyncFunctionDef)):
        limits = [one for one in ast.walk(function) if isinstance(one, ast.AsyncWith) and _limits(one)]
        inside = {id(one) for limit in limits for line in limit.body for one in ast.walk(line)}
        for wait in ast.walk(function) if limits else ():
            if isinstance(wait, ast.Await) and id(wait) not in inside:
                return (
                    f"Line {wait.lineno} waits outside of the limit (`{ast.unparse(wait):.40}`): a limit ends with its `async with`, "
                    "and ends no wait below it."
                )
    return ""


def _limits(block: ast.AsyncWith) -> bool:
    return any("timeout" in ast.unparse(item.context_expr) for item in block.items)


def _must_be_in_time(replies: Sequence[Reply], told: str, more: str, *, too_long: bool, quick: bool) -> None:
    for reply in replies:
        if is_about(reply.error or Exception(), TimeoutError):
            expect(
                False,
                f"when they take {told} s, a `TimeoutError` comes out of the handler: nobody caught it. "
                "`except TimeoutError` belongs to a `try` that is round the limit.",
            )
        expect(reply.error is None, f"the handler of `{reply.path}` fails: {reply.why}")
        took = _took(reply)
        expect(
            took <= 2,
            f"when they take {told} s, the customer waits {round(took, 2):g} s, and 2 s is the limit for all three. {more}".rstrip(),
        )
        expect(
            reply.status in (200, 504) and (reply.status == 504) == (reply.text == "sorry"),
            f"when they take {told} s, the answer is “{reply.text}” with status {reply.status}. “sorry” goes with 504, "
            "and with nothing else.",
        )
        expect(
            not (reply.status == 504 and quick),
            f"when they take {told} s, there is no reason to say sorry. It was said after {round(took, 2):g} s, and 2 s is the limit.",
        )
        expect(
            not (reply.status == 200 and too_long),
            f"when they take {told} s, not all of it is there in time, and the answer is “{reply.text}” with status 200.",
        )
        if reply.status == 200:
            _must_be_full(reply.text, told, limited=took == 2)
        expect(
            reply.status == 200 or took == 2,
            f"when they take {told} s, it says sorry after {round(took, 2):g} s already, and 2 s is the limit.",
        )


def _must_be_full(bag: str, told: str, *, limited: bool) -> None:
    """Expect all three in the bag; `limited` says whether the answer came at the end of the two seconds."""
    full = bag == "flour butter sugar"
    expect(
        full or not limited,
        f"when they take {told} s, the limit ends the shopping after 2 s: the bag has “{bag}”, it is not full, and the status is "
        "200. Where the limit has ended it, the answer is “sorry” with 504.",
    )
    expect(full, f"when they take {told} s, the bag has “{bag}”, and “flour butter sugar” is wanted.")
