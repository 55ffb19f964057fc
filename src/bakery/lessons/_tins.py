"""Notebook 10's rack: a tin is off it while it is in the oven, and back whatever happens to its customer."""
# ruff: noqa: ANN401  # apps and clients of a framework that is imported late

import asyncio
import re
from collections.abc import Sequence
from typing import Any

from bakery.checking import Answer, expect
from bakery.checking.asgi_guests import leave_after
from bakery.checking.describing import RETURN_IN_FINALLY, returns_in_finally

TINS = ("round tin", "square tin")


def _two_are_served(answer: Answer, tins: list[str]) -> None:
    tins[:] = TINS
    served = answer.visit("/cake", visitors=2)
    served.takes(3)
    expect(
        len(set(served.texts)) == 2 or sorted(tins) == list(TINS),
        f"two customers at the same moment both got “{served.texts[0]}”, and afterwards these tins are on the rack: "
        f"{_named(tins)}. While one waits, another is served: keep the tin in a name of the handler's own.",
    )
    expect(
        len(set(served.texts)) == 2,
        f"two customers at the same moment both got “{served.texts[0]}”. A tin that is in the oven is not on the rack.",
    )
    expect(
        sorted(served.texts) == [f"cake from the {tin}" for tin in TINS],
        f"two customers got “{served.texts[0]}” and “{served.texts[1]}”.",
    )
    expect(
        sorted(tins, key=str) == list(TINS),
        f"two customers were served, and then these tins are on the rack: {_named(tins)}.",
    )
    _must_be_off_the_rack(answer, tins)


def _named(tins: Sequence[object]) -> str:
    return ", ".join(map(str, tins)) or "none"


def _one_leaves(answer: Answer, tins: list[str], seconds: float) -> None:
    tins[:] = TINS

    async def leave(app: Any) -> tuple[float, list[str], bool]:
        gone = await leave_after(app, "/cake", seconds)
        await asyncio.sleep(0)
        return gone.went_on, list(tins), gone.answered

    went_on, there, answered = answer.play(leave).result
    expect(
        not went_on,
        f"a customer left after {seconds:g} s, and the handler went on for {went_on:g} s. When somebody leaves, a "
        "`CancelledError` is raised at its `await`: let it pass.",
    )
    expect(
        len(there) >= 2,
        f"a customer left after {seconds:g} s, and the tin is not back on the rack. The `await` was cancelled, so the "
        f"lines after it did not run{_and_neither(answer.source)}",
    )
    expect(
        sorted(there, key=str) == list(TINS), f"a customer left, and these are on the rack: {_named(there)}."
    )
    expect(
        not answered,
        f"a customer left after {seconds:g} s, and the handler caught the `CancelledError` and went on, to an answer for nobody. "
        + (
            RETURN_IN_FINALLY
            if returns_in_finally(answer.source)
            else "Let it pass: what is tidied up in a `finally` needs no `except`."
        ),
    )


def _and_neither(source: str) -> str:
    """What else in the cell did not run."""
    if "except Exception" in source:
        return ", and neither did the `except Exception`: a `CancelledError` is none."
    if re.search(r"after_(this_)?request", source):
        return ", and neither did what is to come after the request: there was no answer for it."
    return "."


def _must_be_off_the_rack(answer: Answer, tins: list[str]) -> None:
    """Expect that a tin which is in the oven is not on the rack."""
    tins[:] = TINS

    async def look(client: Any) -> list[list[str]]:
        first = asyncio.ensure_future(client.get("/cake"))
        await asyncio.sleep(1)
        with_one = list(tins)
        second = asyncio.ensure_future(client.get("/cake"))
        await first
        await asyncio.sleep(0.5)
        with_other = list(tins)
        await second
        return [with_one, with_other]

    for seen in answer.meet(look).result:
        expect(
            len(seen) == 1,
            f"while one tin is in the oven, these are on the rack: {_named(seen)}. A tin comes back when its cake "
            "is done, and not before.",
        )


def must_come_back(answer: Answer, tins: list[str]) -> None:
    """Expect that two customers have a tin each, and that it is back on the rack also where its customer has left."""
    _two_are_served(answer, tins)
    for seconds in (1.0, 2.0):
        _one_leaves(answer, tins, seconds)
