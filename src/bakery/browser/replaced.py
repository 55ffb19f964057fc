"""All names that mean something else in a browser, in one table with a reason each."""

import asyncio
import asyncio.runners
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any, NamedTuple

import aiosqlite.core
import httpx

from bakery.browser.database_line import Line
from bakery.browser.lent_locks import lent
from bakery.browser.pool import Pool
from bakery.browser.refusing import BOARD, LOOK, PORT, PROCESS, THREAD, no_debug, refuse
from bakery.browser.ways import Ways, nothing_to_close
from bakery.classroom.courier import Network
from bakery.orders import requests
from bakery.shop import serving
from bakery.shop.inprocess import Caller, InProcess
from bakery.shop.threads import Threads


class Replaced(NamedTuple):
    """One name of somebody's, what it is in a browser, and why."""

    owner: Any
    name: str
    value: Any
    reason: str


def names(threads: Threads, loop: Any) -> list[Replaced]:  # noqa: ANN401  # the loop of the cells
    """The whole table, for one kernel."""
    return [*as_on_a_machine(threads, loop), *without_a_machine(loop), *ways_to_shops(threads)]


def as_on_a_machine(threads: Threads, loop: Any) -> Iterator[Replaced]:  # noqa: ANN401
    """What would otherwise be missing, or teach the wrong lesson."""
    pool, locks = Pool(loop, threads), lent(threads)
    line: Any = lambda **_: Line(threads)  # noqa: E731  # called as a class is

    def put(owner: Any, name: str, value: Any, reason: str) -> Replaced:  # noqa: ANN401
        return Replaced(owner, name, value, reason)

    yield put(time, "sleep", threads.sleep, "Pyodide's own lets the loop go on: nothing would ever block")
    yield put(asyncio, "run", asyncio.runners.run, "Pyodide's own runs in a cell, where a machine refuses")
    yield put(time, "thread_time", threads.worked, "Python has none here")
    yield put(threading, "get_ident", threads.ident, "threads of the model are told apart by it")
    yield put(loop, "run_in_executor", pool.run_in_executor, "there are no threads for a pool")
    yield put(loop, "set_default_executor", pool.set_default_executor, "it sizes the pool above")
    yield put(threading, "Lock", locks, "a lock that is held would be waited for without end")
    yield put(threading, "_allocate_lock", locks, "events and conditions are made of it")
    yield put(queue, "SimpleQueue", queue._PySimpleQueue, "the one in C waits for a lock of its own")  # type: ignore[attr-defined]
    yield put(
        aiosqlite.core, "SimpleQueue", line, "a connection is a line of calls, not a thread with a queue"
    )
    yield put(aiosqlite.core, "Thread", line, "as above: the line is both")


def without_a_machine(loop: Any) -> Iterator[Replaced]:  # noqa: ANN401
    """What cannot be here, and says so in a sentence."""
    thread, process = refuse(THREAD), refuse(PROCESS)
    yield Replaced(threading.Thread, "start", thread, "there is one thread")
    yield Replaced(ThreadPoolExecutor, "submit", thread, "it would fill a queue that nobody empties")
    yield Replaced(ProcessPoolExecutor, "__init__", process, "there is one process")
    yield Replaced(subprocess.Popen, "__init__", process, "there is one process")
    yield Replaced(socket.socket, "bind", refuse(PORT), "below every server, which would wait without end")
    yield Replaced(Network, "__init__", refuse(BOARD), "there is no way to another machine")
    yield Replaced(sys, "_current_frames", refuse(LOOK), "nobody could look while the thread is held")
    yield Replaced(loop, "set_debug", no_debug, "the loop of a browser has no debug mode")


def ways_to_shops(threads: Threads) -> Iterator[Replaced]:
    """How an order gets to a shop, which is a call here."""
    ways = Ways(threads)
    yield Replaced(serving, "PREMISES", InProcess(threads), "a shop is called in process")
    yield Replaced(requests, "CUSTOMER", Caller, "an order is a call")
    yield Replaced(
        httpx.AsyncHTTPTransport,
        "handle_async_request",
        lambda transport, request: ways.handle(transport, request),
        "there are no sockets below httpx",
    )
    for name in ("aclose", "__aexit__"):
        yield Replaced(
            httpx.AsyncHTTPTransport, name, nothing_to_close, "httpcore would look for anyio's sockets"
        )
    yield Replaced(
        httpx.HTTPTransport,
        "handle_request",
        lambda transport, request: ways.handle_plainly(transport, request),
        "there are no sockets below httpx",
    )
