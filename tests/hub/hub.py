"""A hub of the class's own configuration, on ports of its own, with a folder that is gone afterwards."""

import asyncio
import os
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

ROOT = Path(__file__).parents[2]
CONFIGURATION = ROOT / "docs" / "hub" / "jupyterhub_config.py"
WORD = "one-recipe-three-cakes"
PATIENCE = 60
"""Seconds until the hub answers."""


@dataclass(frozen=True)
class Hub:
    """A hub that runs: where it is, its process, and the folder of its class."""

    address: str
    process: "subprocess.Popen[bytes]"
    folder: Path

    @property
    def log(self) -> Path:
        """What the hub and its servers have said."""
        return self.folder / "hub.log"


@asynccontextmanager
async def opened(environment: Path, folder: Path, *, idle: int) -> AsyncIterator[Hub]:
    """Start the hub that is installed in `environment`; kernels idle for `idle` seconds end, and servers some later.

    Raises `AssertionError` where it does not answer.
    """
    ports = free(3)
    variables = {
        name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "CLASS_"))
    }
    variables |= {"CLASS_WORD": WORD, "CLASS_FOLDER": str(folder)}
    doors = ("CLASS_ADDRESS", "CLASS_HUB", "CLASS_PROXY")
    variables |= {name: f"http://127.0.0.1:{port}" for name, port in zip(doors, ports, strict=True)}
    variables |= {"CLASS_KERNEL_SECONDS": str(idle), "CLASS_LOOK_SECONDS": "5"}
    variables |= {
        "CLASS_SERVER_SECONDS": str(2 * idle),
        "PATH": f"{environment / 'bin'}:{os.environ['PATH']}",
    }
    command = [str(environment / "bin" / "jupyterhub"), "--config", str(CONFIGURATION)]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "hub.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=log, stderr=subprocess.STDOUT)
    hub = Hub(variables["CLASS_ADDRESS"], process, folder)
    try:
        await answers(hub)
        yield hub
    finally:
        process.terminate()  # ends the servers and the proxy, too
        await asyncio.to_thread(process.wait, 30)


async def answers(hub: Hub) -> None:
    """Wait until the hub shows its login. Raises `AssertionError` with what it said where it never does."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE):
        while hub.process.poll() is None:
            try:
                async with session.get(f"{hub.address}/hub/login") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.2)
    raise AssertionError(f"the hub does not start:\n{hub.log.read_text(errors='replace')[-2000:]}")


def free(count: int) -> list[int]:
    """So many ports that nobody listens on now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [door.getsockname()[1] for door in sockets]
    for door in sockets:
        door.close()
    return ports
