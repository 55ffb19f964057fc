"""Whatever an answer changes of Python and of the process is as it was, after the check."""

import asyncio
import gc
import logging
import os
import random
import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from answering import FIVE, WAYS, asked, run_of

from bakery.checking import Answer

CHANGES: dict[str, tuple[str, Callable[[], Any]]] = {
    "asyncio.sleep": ("asyncio.sleep = None", lambda: asyncio.sleep),
    "a sleep inside of asyncio": ("asyncio.tasks.sleep = None", lambda: asyncio.tasks.sleep),
    "time.sleep": ("time.sleep = None", lambda: time.sleep),
    "random.random": ("random.random = lambda: 4", lambda: random.random),
    "print": ("import builtins; builtins.print = None", lambda: print),
    "the working directory": ("os.chdir('/')", os.getcwd),
    "a new environment variable": ("os.environ['CAKES'] = '3'", lambda: os.environ.get("CAKES")),
    "a missing environment variable": ("del os.environ['PATH']", lambda: os.environ.get("PATH")),
    "the level of a logger": (
        "import logging; logging.getLogger().setLevel(logging.DEBUG)",
        lambda: logging.getLogger().level,
    ),
    "logging as a whole": ("import logging; logging.disable()", lambda: logging.root.manager.disable),
    "garbage collection": ("import gc; gc.disable()", gc.isenabled),
    "standard output": ("sys.stdout = None", lambda: sys.stdout),
    "standard error": ("sys.stderr = None", lambda: sys.stderr),
    "warning filters": (
        "import warnings; warnings.simplefilter('ignore')",
        lambda: [one[0] for one in warnings.filters],
    ),
    "the recursion limit": ("sys.setrecursionlimit(4321)", sys.getrecursionlimit),
    "the event loop policy": (
        "asyncio.set_event_loop_policy(None)",
        lambda: type(asyncio.get_event_loop_policy()),
    ),
    "threads": ("threading.Thread.start = None", lambda: threading.Thread.start),
    "the module path": ("sys.path.clear()", lambda: list(sys.path)),
}


@WAYS
@pytest.mark.parametrize("what", CHANGES)
def test_what_an_answer_changes_is_put_back_after_the_check(what: str, threadless: bool) -> None:
    code, look = CHANGES[what]
    before = look()
    asked(f"def answer():\n    {code}", Answer.call, threadless=threadless)
    assert look() == before
    assert run_of(FIVE, threadless=threadless).seconds == 1.0


@WAYS
def test_warning_filters_and_the_recursion_limit_are_put_back_after_a_check(threadless: bool) -> None:
    before = (list(warnings.filters), sys.getrecursionlimit())
    text = (
        "import warnings\ndef answer():\n    warnings.simplefilter('error')\n    sys.setrecursionlimit(5000)"
    )
    asked(text, Answer.call, threadless=threadless)
    assert (list(warnings.filters), sys.getrecursionlimit()) == before


def test_what_a_check_itself_loads_stays_loaded() -> None:
    sys.modules.pop("colorsys", None)
    asked("def answer():\n    import colorsys", Answer.call)
    assert "colorsys" in sys.modules
