"""Every replaced name has a reason, and means the real thing to everybody who is not on stage."""

import time

import pytest

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
