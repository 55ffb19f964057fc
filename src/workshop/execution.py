"""Running a notebook from top to bottom, in a fresh kernel that knows none of its reader's settings."""

import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from bakery.checking.progress import FILE
from bakery.doctor import VARIABLES
from workshop.notebooks import NotebookError, normal_frame

CELL_SECONDS = 60
"""How long one cell may run."""


def environment(folder: Path, given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Environment variables for a kernel that reads no settings but its own, which it keeps in `folder`.

    A reader's start-up files, history, warning filters and database would change what a cell prints, and so would
    progress.
    """
    dropped = {*VARIABLES, "FORCE_COLOR", "BAKERY_POSTGRES"}
    variables = {
        name: value
        for name, value in given.items()
        if not name.startswith(("IPYTHON", "JUPYTER")) and name not in dropped
    }
    places = {
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
    }
    variables["BAKERY_ORDERS_IN_FLIGHT"] = "off"
    variables[FILE] = "off"
    return variables | {name: str(folder / place) for name, place in places.items()}


def wiring(folder: Path) -> dict[str, str]:
    """How a kernel that is started for a run talks to us: over files in `folder`, a new one, where that can be.

    Its five ports would be chosen first and opened a second later. In that second an order in the next process may
    have taken one of them, and the kernel would end before it began.
    """
    return {} if sys.platform == "win32" else {"transport": "ipc", "ip": str(folder / "k")}


@asynccontextmanager
async def kernel(
    notebook: NotebookNode, folder: Path, seconds: int = CELL_SECONDS
) -> AsyncIterator[NotebookClient]:
    """A client of a fresh kernel of this very Python, at work in `folder`; the kernel ends with the block."""
    # No folders to look in: the kernel named python3 is then the one of the Python that runs this, never
    # one that somebody has registered under the same name.
    specs = KernelSpecManager(kernel_dirs=[])
    with tempfile.TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True) as settings:
        manager = AsyncKernelManager(
            kernel_name="python3", kernel_spec_manager=specs, **wiring(Path(settings))
        )
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=seconds,
            startup_timeout=60,
            iopub_timeout=60,
            coalesce_streams=False,  # it would move a line printed after a picture to before it
            store_widget_state=False,
            extra_arguments=["--log-level=ERROR"],
        )
        await client.async_start_new_kernel(cwd=str(folder), env=environment(Path(settings)))
        try:
            await client.async_start_new_kernel_client()
            yield client
        finally:
            if client.kc is not None:
                client.kc.stop_channels()
            await manager.shutdown_kernel()


async def executed(
    notebook: NotebookNode, name: str, folder: Path, *, seconds: int = CELL_SECONDS
) -> NotebookNode:
    """A copy of a notebook with the outputs of a run from top to bottom in a fresh kernel at work in `folder`.

    A cell tagged raises-exception may fail. Raises `NotebookError`, naming notebook and cell, where another one
    does, takes more than `seconds`, or ends the kernel.
    """
    copy = deepcopy(notebook)
    async with kernel(copy, folder, seconds) as client:
        for index, cell in enumerate(copy.cells):
            if cell.cell_type == "code":
                await execute(client, index, f"{name}, cell {cell.id}")
    return copy


async def execute(client: NotebookClient, index: int, place: str) -> None:
    """Execute one cell of the client's notebook; `place` names it in the error messages. Raises as `executed`."""
    cell = client.nb.cells[index]
    number = sum(before.cell_type == "code" for before in client.nb.cells[: index + 1])
    try:
        await client.async_execute_cell(cell, index, execution_count=number)
    except CellExecutionError as error:
        lines = [
            line for output in cell.outputs if output.output_type == "error" for line in output.traceback
        ]
        seen = "\n".join(map(normal_frame, lines))
        raise NotebookError(
            f"{place}: {error.ename}: {error.evalue}\n{seen}\n"
            f"If the cell is meant to fail, tag it raises-exception and raises-{error.ename}."
        ) from error
    except CellTimeoutError as error:
        raise NotebookError(f"{place}: still running after {client.timeout:g} s") from error
    except DeadKernelError as error:
        raise NotebookError(f"{place}: the kernel ended") from error
    cell.execution_count = number
