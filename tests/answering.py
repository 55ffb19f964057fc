"""Answers without a lesson: a cell that defines `answer`, what a check asks of it, and what came of that."""

import gc
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from bakery.checking import Answer
from bakery.checking.mistakes import Wrong
from bakery.checking.virtual.performing import perform
from bakery.checking.virtual.stage import Stage
from workshop.cells import Cells

BEFORE = """
import asyncio, os, queue, random, select, subprocess, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
"""

FIVE = """
async def answer():
    return await asyncio.gather(*(asyncio.sleep(1, cake) for cake in range(5)))
"""

FLASK = """
from flask import Flask
answer = Flask("bakery")

@answer.get("/cake")
def cake():
    time.sleep(1)
    return "cake"

@answer.get("/burnt")
def burnt():
    return 1 / 0
"""

QUART = (
    FLASK.replace("flask", "quart")
    .replace("Flask", "Quart")
    .replace("def ", "async def ")
    .replace("time.sleep", "await asyncio.sleep")
    + """
@answer.websocket("/ws")
async def ws():
    from quart import websocket
    while True:
        await websocket.send("cake " + await websocket.receive())
"""
)

PATIENT = 60.0
"""Real seconds for what takes far less than one, so that no test hangs on how busy the machine is."""

WAYS = pytest.mark.parametrize("threadless", [False, True], ids=["in a thread", "threadless"])


def asked(
    text: str, ask: Callable[[Answer], Any], *, threadless: bool = False, limit: float = PATIENT
) -> Stage[Any]:
    """What came of a question to the `answer` that a cell defines."""
    return asked_of(Cells(BEFORE, text), ask, threadless=threadless, limit=limit)


def asked_of(
    cells: Cells, ask: Callable[[Answer], Any], *, threadless: bool = False, limit: float = PATIENT
) -> Stage[Any]:
    """The same of a notebook that is there already, as when a check is run again."""
    with cells.at_work():
        return perform(
            lambda stage: ask(Answer(cells.value("answer"), stage)), threadless=threadless, limit=limit
        )


def run_of(
    text: str,
    ask: Callable[[Answer], Any] = Answer.run,
    *,
    threadless: bool = False,
    limit: float = PATIENT,
) -> Any:  # noqa: ANN401
    """What a question gave to which nothing was to be said."""
    stage = asked(text, ask, threadless=threadless, limit=limit)
    assert stage.error is None, stage.error
    return stage.value


def refused(text: str, ask: Callable[[Answer], Any] = Answer.run, *, threadless: bool = False) -> str:
    """Why an answer was wrong.

    What a wrong answer has left, such as a coroutine that nobody awaits, is cleared away here, and not in a later test.
    """
    stage = asked(text, ask, threadless=threadless)
    assert isinstance(stage.error, Wrong), stage
    told = str(stage.error)
    del stage
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        gc.collect()
    return told
