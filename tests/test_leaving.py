"""Who asks for another machine is found, in a kernel and in its child; who asks a shop of the notebook is not."""

import asyncio
from pathlib import Path
from typing import Any

import nbformat
import pytest
from leaving import left, watched
from nbformat import NotebookNode

from workshop.execution import executed

new: Any = nbformat.v4  # whose functions have no types


def small(*cells: NotebookNode) -> NotebookNode:
    made: NotebookNode = new.new_notebook(cells=list(cells))
    return made


ASKS = {
    "httpx": "import httpx\ntry: httpx.get('http://192.0.2.1/', timeout=0.01, trust_env=False)\nexcept httpx.HTTPError: pass",
    "aiohttp": """
import aiohttp
try:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.01)) as session:
        await session.get('http://192.0.2.1/')
except (TimeoutError, aiohttp.ClientError): pass""",
    "a child": """
import subprocess, sys
subprocess.run([sys.executable, '-c', "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 9))"])""",
}
"""Cells that ask for an address that RFC 5737 keeps for examples: nobody is there."""


@pytest.mark.parametrize("name", ASKS)
def test_whoever_asks_for_another_machine_is_found(name: str, tmp_path: Path) -> None:
    asyncio.run(executed(watched(small(new.new_code_cell(ASKS[name], id="asks")), tmp_path), name, tmp_path))
    assert "192.0.2.1" in " ".join(left(tmp_path))


def test_whoever_asks_a_shop_of_the_notebook_is_not(tmp_path: Path) -> None:
    cell = """
from quart import Quart
from bakery import order, serve
app = Quart(__name__)
app.add_url_rule("/cake", "cake", lambda: "cake")
async with serve(app).client() as client:
    print((await client.get("/cake")).text)"""
    ran = asyncio.run(
        executed(watched(small(new.new_code_cell(cell, id="asks")), tmp_path), "small", tmp_path)
    )
    assert "cake" in ran.cells[1].outputs[0].text
    assert left(tmp_path) == []
