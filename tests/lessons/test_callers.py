"""Callers that are missed in a circle are told as that, however sets are ordered, and right finders are right."""

import pytest
from answering import asked

from bakery.lessons._callers import _knots, must_catch

KEPT = """
def answer(calls, waits):
    known = {name: True for name in waits}
    def is_async(name):
        if name not in known:
            known[name] = False
            known[name] = any(is_async(other) for other in calls.get(name, ()))
        return known[name]
    return {name for name in calls if is_async(name)} | set(waits)
"""

EACH_TIME = """
def answer(calls, waits):
    def is_async(name, seen=()):
        if name in waits:
            return True
        return name not in seen and any(is_async(other, (*seen, name)) for other in calls.get(name, ()))
    return {name for name in calls if is_async(name)} | set(waits)
"""


def test_a_no_that_was_kept_in_a_circle_is_told() -> None:
    assert "a “no” was kept" in str(asked(KEPT, must_catch).error)


def test_whoever_looks_anew_each_time_finds_them() -> None:
    assert asked(EACH_TIME, must_catch).error is None


def test_there_are_circles_whatever_the_order_of_sets_is_today() -> None:
    assert len(_knots()) > 10
    for name, called in _knots().items():
        assert not name.startswith("edit") or next(iter(called)) == name.replace("edit", "ask")


@pytest.mark.parametrize("gives", ["waits", "list(calls)", "None"])
def test_too_few_or_too_many_are_refused(gives: str) -> None:
    assert asked(f"def answer(calls, waits): return {gives}", must_catch).error is not None
