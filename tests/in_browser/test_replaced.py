"""Every name that means something else in a browser stands in one table, once, with its reason."""

import asyncio
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bakery.browser.refusing import BOARD, LOOK, PORT, PROCESS, THREAD, no_debug, refuse
from bakery.browser.replaced import Replaced, names
from bakery.browser.telling import REAL, NoMachineError
from bakery.checking.progress import FILE
from bakery.classroom.courier import Network
from bakery.classroom.joining import ClassBoard
from bakery.doctor import IN_A_BROWSER
from bakery.shop.threads import Threads

SRC = Path(__file__).parents[2] / "src/bakery"


@pytest.fixture
def table() -> Iterator[list[Replaced]]:
    loop = asyncio.new_event_loop()
    try:
        yield names(Threads(lambda _: None, lambda _: None), loop)
    finally:
        loop.close()


def test_every_row_names_something_that_is_there_once_and_says_why(table: list[Replaced]) -> None:
    assert len(table) > 20
    assert [row.name for row in table if not hasattr(row.owner, row.name)] == []
    assert [row.name for row in table if not row.reason] == []
    assert set(Counter((id(row.owner), row.name) for row in table).values()) == {1}


def test_building_the_table_replaces_nothing(table: list[Replaced]) -> None:
    assert [row.name for row in table if row.owner is time and getattr(time, row.name) is row.value] == []
    assert asyncio.run.__module__ == "asyncio.runners"


def test_names_of_others_are_replaced_by_the_table_and_nowhere_else() -> None:
    code = "\n".join(path.read_text("utf-8") for path in sorted((SRC / "browser").glob("*.py")))
    assert re.findall(r"setattr\(.*\)", code) == ["setattr(row.owner, row.name, row.value)"]
    modules = (
        "asyncio|aiosqlite|core|httpx|loop|module|queue|requests|serving|socket|subprocess|sys|threading|time"
    )
    assert re.findall(rf"^\s*(?:{modules})(?:\.\w+)+ = .*", code, re.MULTILINE) == []


def test_one_constant_says_whether_this_is_a_browser() -> None:
    assert IN_A_BROWSER is False
    asking = [
        path.relative_to(SRC).as_posix()
        for path in SRC.rglob("*.py")
        if '"emscripten"' in path.read_text("utf-8")
    ]
    assert asking == ["doctor.py"]


@pytest.mark.parametrize("sentence", [THREAD, PROCESS, PORT, LOOK, BOARD])
def test_what_cannot_be_says_so_and_what_to_do_instead(sentence: str) -> None:
    with pytest.raises(NoMachineError) as refusal:
        refuse(sentence)(1, two=2)
    assert str(refusal.value) == sentence
    assert REAL in sentence or "serve(app)" in sentence


def test_a_debug_mode_that_is_not_there_is_told_only_where_it_is_wanted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    no_debug(False)
    assert capsys.readouterr().out == ""
    no_debug(True)
    assert "no debug mode" in capsys.readouterr().out


# As a browser would: Pyodide's part is a stand-in, and the table is put in place in a child process.
CHILD = """
import sys, types
ffi = types.ModuleType("pyodide.ffi")
ffi.can_run_sync, ffi.run_sync = lambda: True, lambda awaitable: None
sys.modules |= {"pyodide": types.ModuleType("pyodide"), "pyodide.ffi": ffi}
import asyncio, socket, subprocess, threading
from bakery.browser import NoMachineError, move_in

async def main():
    move_in()
    for what in (threading.Thread(target=print).start, lambda: subprocess.Popen(["ls"]), lambda: socket.socket().bind(())):
        try:
            what()
        except NoMachineError as said:
            print(str(said).partition(",")[0].partition(".")[0])
    print(await asyncio.to_thread(abs, -3), threading.Lock.__name__)

asyncio.new_event_loop().run_until_complete(main())
"""


def test_moving_in_puts_the_whole_table_in_place() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", CHILD], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.splitlines() == [
        "A browser gives Python one thread",
        "A browser starts no second Python",
        "A browser lets Python open no port",
        "3 Lent",
    ]


def test_a_row_is_frozen() -> None:
    row: Any = Replaced(time, "sleep", None, "why")
    with pytest.raises(AttributeError):
        row.reason = ""


def test_joining_a_class_board_says_that_it_needs_a_machine(
    table: list[Replaced], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FILE, "off")
    (row,) = [row for row in table if row.owner is Network]
    monkeypatch.setattr(Network, row.name, row.value)
    with pytest.raises(NoMachineError, match="A class board is on another machine"):
        ClassBoard().join("http://192.168.1.20:8910", "butter-lemon-spoon", name="Ada")
