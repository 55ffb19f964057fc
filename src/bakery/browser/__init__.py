"""A kernel in the reader's browser: what is different there, in one place.

Python runs as WebAssembly, in one thread, without sockets or processes. `move_in` makes the series feel at home:
shops are called in process, `time.sleep` and `asyncio.run` are as true as on a machine, and what cannot be there
says so in a sentence, instead of a traceback, and the cells after it go on. `replaced` has the table of all names.
"""

import asyncio
import time
from typing import Any

from bakery.browser.telling import REAL, NoMachineError, going_on, tell

__all__ = ["REAL", "NoMachineError", "move_in"]


def move_in(shell: Any = None) -> None:  # noqa: ANN401  # an IPython shell, which we do not import
    """Make a browser's kernel ready for the series. Called once, when the package is imported there."""
    from pyodide.ffi import can_run_sync, run_sync  # type: ignore[import-not-found]

    from bakery.browser.replaced import names
    from bakery.shop.threads import Threads

    # Pyodide wraps the true sleep in one that lets the loop go on.
    threads = Threads(run_sync, getattr(time.sleep, "__wrapped__", time.sleep), possible=can_run_sync)
    for row in names(threads, asyncio.get_event_loop()):
        setattr(row.owner, row.name, row.value)
    if shell is not None:
        shell.set_custom_exc((NoMachineError, NameError, ModuleNotFoundError), tell)
        shell._showtraceback = going_on(shell)
