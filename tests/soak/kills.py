"""Kernels that are killed at any moment: nothing of theirs is left, and the next kernel works in the same folder."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from trial import PATIENCE, Wanted, family, left, many, new, run, works

from workshop.execution import kernel
from workshop.notebooks import read

MOST = 1.0
"""Seconds after which the kernel is killed at the latest."""


def trials(wanted: Wanted) -> AsyncIterator[str]:
    """Kills, until the time is over."""
    return many(wanted, killed)


async def killed(path: Path, chance: random.Random, folder: Path) -> str:
    """Some cells of a notebook, then a kill in the middle of the next one; what went wrong, or nothing."""
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    last = chance.randrange(len(cells))
    async with kernel(new.new_notebook(), folder, PATIENCE) as client:
        for cell in cells[:last]:
            await run(client, deepcopy(cell))
        members = await family(client)
        running = asyncio.create_task(run(client, deepcopy(cells[last])))
        await asyncio.wait([running], timeout=chance.random() * MOST)
        with suppress(psutil.NoSuchProcess):
            members += members[0].children(recursive=True)
            members[0].kill()
        await running
    if found := await left(members):
        return f"killed in {cells[last].id}: {found}"
    async with kernel(new.new_notebook(), folder, PATIENCE) as client:
        for cell in cells[: min(last + 1, 5)]:
            await run(client, deepcopy(cell))
        return await works(client)
