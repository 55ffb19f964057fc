"""Every replaced name has a reason, and means the real thing to everybody who is not on stage."""

import queue
import time

import aiosqlite.core
import pytest
from answering import run_of

from bakery.checking.virtual import replacing
from bakery.checking.virtual.replacing import Replaced, replaced, table

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
