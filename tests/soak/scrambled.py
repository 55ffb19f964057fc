"""Notebooks whose cells are run in any order, some twice: any may raise, none may hang, and the next one works."""

import random
from collections.abc import AsyncIterator
from copy import deepcopy
from pathlib import Path

from trial import PATIENCE, Wanted, family, left, many, new, run, works

from workshop.execution import kernel
from workshop.notebooks import read

LONGEST = 25
"""Cells in one trial."""


def trials(wanted: Wanted) -> AsyncIterator[str]:
    """Scrambled runs, until the time is over."""
    return many(wanted, scrambled)


async def scrambled(path: Path, chance: random.Random, folder: Path) -> str:
    """One scrambled run; what went wrong, or nothing."""
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    async with kernel(new.new_notebook(), folder, PATIENCE) as client:
        for cell in chance.choices(cells, k=LONGEST):
            await run(client, deepcopy(cell))
        found = await works(client)
        members = await family(client)
    return found or await left(members)
