"""A kernel with a shop in it: interrupted in mid-order it goes on, and when it ends it leaves nothing behind."""

import asyncio
import contextlib
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import nbformat
import psutil  # type: ignore[import-untyped]
import pytest
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

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


@pytest.mark.parametrize(
    "waiting",
    ["await asyncio.sleep(PATIENCE)", "await asyncio.Event().wait()", "await asyncio.to_thread(gone.wait)"],
)
def test_a_waiting_cell_ends_when_it_is_interrupted_and_not_when_its_wait_does(
    waiting: str, tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with desk(tmp_path) as at:
            await at.run("import asyncio, threading\nfrom pathlib import Path\ngone = threading.Event()")
            cell = asyncio.create_task(
                at.run(f"Path('arrived').touch()\n{waiting.replace('PATIENCE', str(2 * PATIENCE))}")
            )
            await at.arrival()
            await at.interrupt()
            with pytest.raises(CellExecutionError, match=r"KeyboardInterrupt|CancelledError"):
                await cell
            assert await at.run("gone.set()\nprint('the next cell')") == "the next cell\n"

    asyncio.run(scenario())


CLIENTS = """
import httpx, subprocess, sys
from quart import Quart
from bakery import doctor, order, serve
app = Quart(__name__)

@app.while_serving
async def client():
    async with httpx.AsyncClient() as app.client:
        yield

@app.get("/cake")
async def cake():
    return (await app.client.get(f"{mill.url}/flour")).text

mill = Quart(__name__)

@mill.get("/flour")
async def flour():
    return "flour"

mill = serve(mill, name="mill")
print((await order(serve(app))).cakes, httpx.get(f"{mill.url}/flour").text)
ask = f"import httpx; print(httpx.get('{mill.url}/flour').text)"
print(subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True).stdout)
print(doctor().ok)
"""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        ("ALL_PROXY", "socks5://127.0.0.1:9"),
        ("SSL_CERT_FILE", "/nowhere/certificates.pem"),
    ],
)
def test_a_client_of_the_readers_comes_to_a_shop_whatever_is_set_for_other_networks(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, value)

    async def scenario() -> None:
        async with desk(tmp_path) as at:
            assert (await at.run(CLIENTS)).split() == ["3", "flour", "flour", "True"]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("quart.py", "from quart import Quart"),
        ("flask.py", "import quart"),
        ("httpx.py", "import httpx\nhttpx.AsyncClient()"),
        ("bakery.py", "from bakery import serve"),
    ],
)
def test_a_first_cell_that_finds_a_file_of_the_readers_for_a_package_says_which(
    name: str, cell: str, tmp_path: Path
) -> None:
    (tmp_path / name).touch()

    async def scenario() -> None:
        async with desk(tmp_path) as at:
            with pytest.raises(CellExecutionError, match=rf"(?s)Error.*{name}.*Rename it, .* my_{name}"):
                await at.run(cell)
            assert await at.run("print('the next cell')") == "the next cell\n"

    asyncio.run(scenario())


def test_any_other_error_of_a_first_cell_is_shown_as_it_is_and_brings_nothing_in(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with desk(tmp_path) as at:
            with pytest.raises(CellExecutionError, match=r"'list' object has no attribute 'add'$"):
                await at.run("[].add(1)")
            assert await at.run("import sys\nprint('bakery' in sys.modules)") == "False\n"
            with pytest.raises(CellExecutionError, match=r"No module named 'no_such_thing'$"):
                await at.run("import no_such_thing")

    asyncio.run(scenario())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full is a thing of Linux")
def test_a_cell_that_finds_the_disk_full_says_what_to_do_and_the_next_one_works(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with desk(tmp_path) as at:
            await at.run("import bakery")
            with pytest.raises(
                CellExecutionError, match=r"(?s)No space left.*The disk is full.*run this cell again"
            ):
                await at.run("with open('/dev/full', 'w') as file:\n    file.write('cake')")
            assert await at.run("print('the next cell')") == "the next cell\n"

    asyncio.run(scenario())


LATE = """
import signal, sys
flush = sys.stdout.flush

def interrupted():
    sys.stdout.flush = flush
    signal.raise_signal(signal.SIGINT)

sys.stdout.flush = interrupted  # what the kernel calls when a cell has ended and its reply is not sent yet
"""


def test_an_interrupt_between_a_cell_and_its_reply_leaves_the_reply(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with desk(tmp_path) as at:
            with pytest.raises(CellExecutionError, match="KeyboardInterrupt"):
                await at.run(LATE)
            assert await at.run("print('the next cell')") == "the next cell\n"

    asyncio.run(scenario())


SETTINGS = Path(__file__).parents[1] / "share/kernel.py"

OTHERS = {
    "ipykernel 6": "ipykernel.version_info = (6, 31, 0)",
    "ipykernel 8": "ipykernel.version_info = (8, 0, 0)",
    "a 7 without channels": "sys.modules['ipykernel.subshell_manager'] = None",
    "a 7 that answers in another way": "del ipykernel.subshell_manager.SubshellManager._send_on_shell_channel",
    "a 7 that replies in another way": "del ipykernel.ipkernel.IPythonKernel.execute_request",
    "a 7 that stops in another way": "del ipykernel.ipkernel.IPythonKernel._cancel_on_sigint",
}


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_another_ipykernel_starts_without_a_word(change: str) -> None:
    code = (
        "import sys, ipykernel, ipykernel.subshell_manager, ipykernel.ipkernel\n"
        f"{change}\nimport runpy; runpy.run_path({str(SETTINGS)!r})"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_where_gevent_has_patched_the_kernel_nothing_is_looked_at() -> None:
    code = (
        "import runpy, sys, types\n"
        f"patched = runpy.run_path({str(SETTINGS)!r})['patched']\n"
        "print(patched())\n"
        "for saved in ({}, {'socket': {}}):\n"
        "    sys.modules['gevent.monkey'] = types.SimpleNamespace(saved=saved)\n"
        "    print(patched())\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.split() == ["False", "False", "True"]


def test_gevent_that_patches_in_a_cell_is_what_ipykernel_refuses(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """So notebook 06 starts a second Python for it. Where this fails, its sentence is no longer true."""
    pytest.importorskip("gevent")

    async def scenario() -> None:
        async with kernel(new.new_notebook(), tmp_path, 5) as client:
            cell = new.new_code_cell("from gevent import monkey\nmonkey.patch_all()")
            client.nb.cells.append(cell)
            with pytest.raises(CellTimeoutError):
                await client.async_execute_cell(cell, 0)

    asyncio.run(scenario())
    said = capfd.readouterr().err  # of the kernel itself: no cell of it says anything any more
    assert "ipykernel/subshell_manager.py" in said
    assert "AssertionError" in said
