"""Every replaced name has a reason, and means the real thing to everybody who is not on stage."""

import queue
import sys
import time
from types import CoroutineType

import aiosqlite.core
import pytest
from answering import BEFORE, asked_of, run_of

from bakery.checking import Answer
from bakery.checking.virtual import leftovers, replacing
from bakery.checking.virtual.replacing import Replaced, replaced, table
from bakery.checking.virtual.stage import Stage
from workshop.cells import Cells

REPLACED = [pytest.param(one, id=f"{getattr(one.owner, '__name__', '?')}.{one.name}") for one in table()]


@pytest.mark.parametrize("one", REPLACED)
def test_a_replaced_name_has_a_reason_and_is_put_back(one: Replaced) -> None:
    assert one.why
    before = getattr(one.owner, one.name)
    with replaced():
        assert getattr(one.owner, one.name) is not before
    assert getattr(one.owner, one.name) is before


def test_whoever_is_not_on_stage_has_real_time_while_somebody_is() -> None:
    with replaced():
        start = time.monotonic()
        time.sleep(0.001)
        assert time.monotonic() - start > 0
        assert time.time() > 1_750_000_000


def test_two_overlapping_stages_put_back_once_and_at_the_end() -> None:
    real = time.sleep
    with replaced():
        with replaced():
            pass
        assert time.sleep is not real
    assert time.sleep is real


def test_a_notebook_full_of_odd_things_is_looked_through_without_touching_them() -> None:
    """A framework's `request` raises at every question, outside of a request."""
    text = """
import flask, quart, weakref
from quart import request, g, current_app
from flask import session
class Touchy:
    def __getattribute__(self, name): raise RuntimeError(name)
touchy = Touchy()
several = [touchy, {"request": request}]
async def answer(): await asyncio.sleep(1)
"""
    for _ in range(2):
        assert run_of(text).seconds == 1.0


def test_what_was_put_is_put_back_where_putting_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.sleep
    with monkeypatch.context() as patch:
        patch.setattr(replacing, "places", lambda _names: 1 / 0)
        with pytest.raises(ZeroDivisionError), replaced():
            pass
    assert time.sleep is real
    assert run_of("async def answer(): await asyncio.sleep(1)").seconds == 1.0


def test_a_connection_of_aiosqlite_waits_at_a_queue_that_the_clock_can_see() -> None:
    module, real = vars(aiosqlite.core), queue.SimpleQueue
    with replaced():
        assert module["SimpleQueue"] is not real
    assert module["SimpleQueue"] is real


@pytest.mark.parametrize(
    ("depth", "on_stage", "warned"), [(1, True, False), (1, False, True), (0, True, True), (0, False, True)]
)
def test_a_coroutine_that_nobody_awaited_is_told_by_the_check_only_where_it_was_made_on_stage(
    depth: int, on_stage: bool, warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def bake() -> None:
        """Nothing."""

    told: list[object] = []
    monkeypatch.setattr(leftovers, "real_never_awaited", told.append)
    monkeypatch.setattr(replacing, "stage", lambda: Stage[None]() if on_stage else None)
    before = sys.get_coroutine_origin_tracking_depth()
    sys.set_coroutine_origin_tracking_depth(depth)
    coroutine = bake()
    sys.set_coroutine_origin_tracking_depth(before)
    assert isinstance(coroutine, CoroutineType)
    replacing._never_awaited(coroutine)
    coroutine.close()
    assert told == [coroutine] * warned


def test_a_name_that_the_reader_makes_anew_between_two_checks_stays_as_it_was_made() -> None:
    text = "gate = asyncio.Lock()\nheld = [threading.Lock()]\nasync def answer(): await asyncio.sleep(1)"
    cells = Cells(BEFORE, text)
    for made in ("first", "second"):
        cells.run(f"held[0] = {made!r} if {made == 'second'} else held[0]")
        before = cells.value("held[0]")
        assert asked_of(cells, Answer.run).error is None
        assert cells.value("held[0]") is before
