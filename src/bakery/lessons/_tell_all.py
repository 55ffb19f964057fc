"""News for all guests of notebook 09: each has a queue, some of them are full, and nobody should wait."""
# ruff: noqa: ANN401  # what a reader's function gives

import asyncio
import inspect
from collections.abc import Awaitable
from typing import Any

from bakery.checking import Answer, expect
from bakery.checking.run import in_word
from bakery.checking.virtual.lines import line_of_task

GUESTS = ((3, 3), (3, 0), (3, 2), (5, 3), (2, 2), (4, 4), (0, 2), (0, 0))
"""For how many news each guest of one check has room (0 for any number), and how many are in the queue already."""

NEWS = ("bread", "cake")

NEVER = 1000.0
"""Simulated seconds that nobody waits for a queue."""


def must_tell_all(answer: Answer) -> None:
    """Expect that every guest is told, without a wait, and that of a full queue only the oldest news goes."""
    answer.play(_tell_a_set)
    run = answer.play(_tell_guests)
    expect(run.seconds == 0, f"it took {run.seconds:g} s to tell everybody. Nothing in `tell` should wait.")
    several, waiting = run.result
    for got, (room, count) in zip(several, GUESTS, strict=True):
        want = [*(f"old {number}" for number in range(count)), *NEWS][-room:]
        if got == want:
            continue
        more = "Where a queue is full, the oldest news goes, and the newest comes in."
        if waiting:
            more += (
                f" `tell` is done, and {in_word(waiting)} of its tasks still {'wait' if waiting > 1 else 'waits'} in `put`, for room: "
                "a wait in a task is a wait all the same."
            )
        elif (
            got == want[: -len(NEWS)]
            and count + len(NEWS) <= (room or NEVER)
            and answer.play(_tell_one).result
        ):
            more = (
                "Alone, a guest with such room is told; this one stands behind a guest whose queue is full. Whatever a queue is "
                "like, the next guest is told as well."
            )
        run.expect(
            False,
            f"a guest with room for {in_word(room) if room else 'any number'}, and {in_word(count) if count else 'nothing'} in it, "
            f"should have {', '.join(want)}, and has {', '.join(got) or 'nothing'}. {more}",
        )


async def _tell_guests(tell: Any) -> tuple[list[list[str]], int]:
    """What each guest has when all news are told, and how many tasks are left that wait for room."""
    guests = [asyncio.Queue[str](room) for room, _ in GUESTS]
    for guest, (_, count) in zip(guests, GUESTS, strict=True):
        for number in range(count):
            guest.put_nowait(f"old {number}")
    for news in NEWS:
        await _told(tell, guests, news)
    await asyncio.sleep(0)
    waiting = sum(_is_a_put(task) for task in asyncio.all_tasks())
    return [[guest.get_nowait() for _ in range(guest.qsize())] for guest in guests], waiting


def _is_a_put(task: "asyncio.Task[Any]") -> bool:
    """Whether a task waits in the `put` of a queue, itself or in something that it awaits."""
    awaited: Any = task.get_coro()
    while awaited is not None:
        if getattr(getattr(awaited, "cr_code", None), "co_qualname", "") == asyncio.Queue.put.__qualname__:
            return True
        awaited = getattr(awaited, "cr_await", None)
    return False


async def _tell_one(tell: Any) -> bool:
    """Whether a guest who is alone, and has room, is told."""
    guest = asyncio.Queue[str](3)
    await _told(tell, [guest], NEWS[0])
    return guest.qsize() == 1


async def _tell_a_set(tell: Any) -> None:
    """Tell guests who are in a set, as in the notebook's app. Raises `Wrong`, which only the check sees, where one is put out."""
    full: asyncio.Queue[str] = asyncio.Queue(1)
    full.put_nowait("old")
    guests = {full, asyncio.Queue[str](1)}
    there = set(guests)
    await _told(tell, guests, NEWS[0])
    expect(
        guests == there,
        "a guest whose queue is full is not among the guests any more. Only their oldest news goes.",
    )


async def _told(tell: Any, guests: Any, news: str) -> None:
    """Tell the guests, with an `await` where there is something to await."""
    made = tell(guests, news)
    if inspect.isawaitable(made):
        await _in_time(made)


async def _in_time(made: Awaitable[object]) -> None:
    """Wait for it, as long as anybody would. Raises `Wrong`, which only the check sees, where it waits for ever."""
    waiting = asyncio.ensure_future(made)
    done, _ = await asyncio.wait({waiting}, timeout=NEVER)
    line = "" if done else line_of_task(waiting)
    expect(
        done or ".get(" not in line,
        f"`tell` waits for ever ({line}): there is nothing in the queue of a guest who has read all news, and `get` waits there. "
        "Nothing in `tell` should wait.",
    )
    expect(
        done,
        "a guest has a full queue and never reads, and `tell` waits for that guest for ever: `put` waits where a queue is "
        "full. Nothing in `tell` should wait.",
    )
    await waiting
