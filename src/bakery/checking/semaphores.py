"""Places in semaphores: how many were taken and given back in a run, and why they let in more than they should."""

import asyncio

from bakery.checking.answers import Answer
from bakery.checking.run import Run
from bakery.counting import counted


def watch_places(answer: Answer) -> None:
    """Count in all runs from now on which semaphores are made, and which of their places are taken."""
    answer.watch(asyncio.Semaphore.__init__, asyncio.Semaphore.acquire, asyncio.Semaphore.release)


def places(run: Run) -> tuple[int, int]:
    """How many places in semaphores were taken, and how many given back."""
    return run.calls.get("acquire", 0), run.calls.get("release", 0)


def must_give_back(run: Run) -> None:
    """Expect of a run in which nobody had to wait that a place which was taken was given back."""
    taken, back = places(run)
    run.expect(
        back or not taken,
        f"{counted(taken, 'place was', 'places were')} taken in a semaphore, and none was given back: whoever comes next waits for "
        "ever. `async with places:` gives its place back at the end of the block.",
    )


def let_in(run: Run, one: str, several: str) -> str:
    """What was seen of the semaphores of a run in which too many were let in; empty where there were none.

    `one` and `several` are the words for what has to be let in, such as "query" and "queries".
    """
    made, (taken, _) = run.calls.get("__init__", 0), places(run)
    if made > 1:
        return f"{made} semaphores were made: all {several} have to share one."
    if taken == 1:
        return f"One place was taken for all of them together: each {one} has to take its own."
    if taken:
        return (
            f"Each of them takes a place, and its {one} goes on outside of that: the `await` of the {one} belongs into the "
            "block."
        )
    return "A semaphore was made, and nobody takes a place in it: `async with places:`." if made else ""
