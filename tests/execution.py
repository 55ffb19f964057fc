"""Notebooks executed side by side, once for all the tests of a file: they wait more than they work."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest

from workshop.notebooks import NotebookError

AT_ONCE = 4
"""How many run side by side. They do not compare their outputs, which a busy machine may change."""

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


async def outcome(execution: Coroutine[object, object, object]) -> str:
    """Why the notebook did not run to its end, or nothing."""
    try:
        await execution
    except NotebookError as error:
        return str(error)
    return ""


def outcomes(
    request: pytest.FixtureRequest, execute: Callable[[Path], Coroutine[object, object, object]]
) -> dict[Path, str]:
    """The outcome of each notebook, the parameter `path` of the tests that ask for this fixture.

    The last ones take longest, so they come first and none of them is alone at the end.
    """
    tests = (item for item in request.session.items if item.path == request.path)
    asked = {
        test.callspec.params["path"]
        for test in tests
        if isinstance(test, pytest.Function) and request.fixturename in test.fixturenames
    }
    paths = [path for path in reversed(NOTEBOOKS) if path in asked]
    room = asyncio.Semaphore(AT_ONCE)

    async def one(path: Path) -> str:
        async with room:
            return await outcome(execute(path))

    async def every() -> list[str]:
        return await asyncio.gather(*map(one, paths))

    return dict(zip(paths, asyncio.run(every()), strict=True))
