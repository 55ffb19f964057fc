"""A kernel with a shop in it: interrupted in mid-order it goes on, and when it ends it leaves nothing behind."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import nbformat
import psutil  # type: ignore[import-untyped]
import pytest
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from workshop.execution import kernel

new: Any = nbformat.v4  # whose functions have no types

PATIENCE = 30
"""Seconds that anything may take here on a busy machine."""

FLASK = """
import threading
from pathlib import Path
from flask import Flask
app, out = Flask("bakery"), threading.Event()

@app.get("/cake")
def cake():
    Path("arrived").touch()
    out.wait(60)
    return "late"

@app.get("/bread")
def bread():
    return "bread"
"""

QUART = """
import asyncio
from pathlib import Path
from quart import Quart
app = Quart("bakery")

@app.get("/cake")
async def cake():
    Path("arrived").touch()
    await asyncio.sleep(60)
    return "late"

@app.get("/bread")
async def bread():
    return "bread"

@app.after_serving
async def tidy():
    Path("tidied").touch()
"""

SERVE = """
from bakery.orders.ordering import order
from bakery.shop.serving import serve
shop = serve(app)
print(shop.port)
"""


class Desk:
    """A notebook that is being written: one cell after the other."""

    def __init__(self, client: NotebookClient, folder: Path) -> None:
        self.client = client
        self.folder = folder

    async def run(self, source: str) -> str:
        """Run a cell; what it printed. Raises `CellExecutionError` as the cell does."""
        cell = new.new_code_cell(source)
        self.client.nb.cells.append(cell)
        await self.client.async_execute_cell(cell, len(self.client.nb.cells) - 1)
        return "".join(output.text for output in cell.outputs if output.output_type == "stream")

    async def arrival(self) -> None:
        """Wait until an order has reached the app."""
        async with asyncio.timeout(PATIENCE):
            while not (self.folder / "arrived").exists():
                await asyncio.sleep(0.02)

    async def interrupt(self) -> None:
        """Press the stop button."""
        await cast("AsyncKernelManager", self.client.km).interrupt_kernel()


@contextlib.asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Desk]:
    async with kernel(new.new_notebook(), folder, PATIENCE) as client:
        yield Desk(client, folder)


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=PATIENCE):
        return True
    return False


@pytest.mark.parametrize("app", [FLASK, QUART], ids=["flask", "quart"])
def test_after_an_interrupt_in_mid_order_the_next_cell_works(app: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with desk(tmp_path) as at:
            await at.run(app + SERVE)
            ordering = asyncio.create_task(at.run("await order(shop, cakes=3)"))
            await at.arrival()
            await at.interrupt()
            with pytest.raises(CellExecutionError, match="Interrupted: the orders in flight were taken back"):
                await ordering
            assert await at.run('print((await order(shop, path="/bread")).cakes, shop.closed)') == "3 False\n"
            assert await at.run("shop = serve(app)\nprint(shop.closed)") == "False\n"

    asyncio.run(scenario())


@pytest.mark.parametrize("app", [FLASK, QUART], ids=["flask", "quart"])
def test_the_end_of_the_kernel_ends_the_shop_with_an_order_still_in_it(app: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with desk(tmp_path) as at:
            port = int(await at.run(app + SERVE))
            await at.run("import asyncio\ntask = asyncio.create_task(order(shop))\nawait asyncio.sleep(0)")
            await at.arrival()
            assert answers(port)
            process = psutil.Process(int(await at.run("import os\nprint(os.getpid())")))
            family = [process, *process.children(recursive=True)]
        assert not answers(port)
        assert [member for member in family if member.is_running()] == []
        assert (tmp_path / "tidied").exists() == (app is QUART)

    asyncio.run(scenario())


def test_the_kernels_of_this_environment_look_for_requests_after_each_reply(tmp_path: Path) -> None:
    """What `share/kernel.py` mends shows too rarely to be tested; that it is installed and read is."""

    async def scenario() -> None:
        async with desk(tmp_path) as at:
            await at.run("from ipykernel.subshell_manager import SubshellManager")
            said = await at.run("print(SubshellManager._send_on_shell_channel.__name__)")
            assert said == "reply_and_look_again\n"

    asyncio.run(scenario())
