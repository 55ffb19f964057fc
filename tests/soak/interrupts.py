"""The stop button, pressed at any moment of any cell: the cell ends, and the next one works."""

import asyncio
import random
from collections.abc import AsyncIterator
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, cast

from trial import PATIENCE, Wanted, family, left, many, new, run, works

from workshop.execution import kernel
from workshop.notebooks import read

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbformat import NotebookNode

MOST = 1.5
"""Seconds after which the button is pressed at the latest."""

pressed = 0
"""How often the button was pressed while a cell ran."""


def trials(wanted: Wanted) -> AsyncIterator[str]:
    """Notebooks, interrupted again and again, until the time is over."""
    return many(wanted, interrupted)


def more() -> str:
    """What else there is to say about this part."""
    return f"{pressed} interrupts"


async def interrupted(path: Path, chance: random.Random, folder: Path) -> str:
    """A notebook from top to bottom, every second cell stopped and then run again; what went wrong, or nothing."""
    async with kernel(new.new_notebook(), folder, PATIENCE) as client:
        for cell in read(path).cells:
            if cell.cell_type != "code":
                continue
            if chance.random() < 0.5:
                await stopped(client, deepcopy(cell), chance.random() ** 2 * MOST)
                if found := await works(client):
                    return f"{cell.id}: {found}"
            await run(client, deepcopy(cell))
        members = await family(client)
    return await left(members)


async def stopped(client: "NotebookClient", cell: "NotebookNode", after: float) -> None:
    """Run a cell and stop it after so many seconds, unless it has ended by then."""
    global pressed
    running = asyncio.create_task(run(client, cell))
    await asyncio.wait([running], timeout=after)
    if not running.done():
        pressed += 1
        await cast("AsyncKernelManager", client.km).interrupt_kernel()
    await running
