"""A limit that was told by another clock is told in the refusal, whatever it is of, and no other limit is."""

import asyncio

import pytest
from answering import asked

from bakery.checking import Answer
from bakery.checking.virtual.limits import real_reschedule, told_of
from bakery.checking.virtual.replacing import replaced

LIMITED = """
async def answer():
    loop = asyncio.get_running_loop()
    try:
        async with {limit}:
            await asyncio.sleep(3)
    except TimeoutError:
        pass
"""

STRANGE = {
    "asyncio.timeout_at(time.time() + 2)": "so it was told by another clock",
    "asyncio.timeout_at(2)": "A limit lay 998 s in the past",
    "asyncio.timeout(loop.time() + 2)": "most likely a moment stands where a number of seconds is wanted",
}


@pytest.mark.parametrize("limit", STRANGE)
@pytest.mark.parametrize("threadless", [False, True])
def test_a_limit_by_another_clock_is_noted(limit: str, threadless: bool) -> None:
    stage = asked(LIMITED.format(limit=limit), Answer.run, threadless=threadless)
    assert STRANGE[limit] in stage.strange_limit


@pytest.mark.parametrize(
    "limit",
    [
        "asyncio.timeout(2)",
        "asyncio.timeout(0)",
        "asyncio.timeout(-1)",
        "asyncio.timeout(None)",
        "asyncio.timeout(3600)",
        "asyncio.timeout(float('inf'))",
        "asyncio.timeout_at(loop.time() + 2)",
        "asyncio.timeout_at(time.monotonic() + 2)",
        "asyncio.timeout_at(loop.time() - 1)",
    ],
)
def test_any_other_limit_is_not(limit: str) -> None:
    assert asked(LIMITED.format(limit=limit), Answer.run).strange_limit == ""


def test_a_real_loop_whose_clock_is_young_is_not_blamed() -> None:
    assert told_of(102.0, 100.0) == told_of(3.0, 5.0) == ""


def test_a_limit_is_kept_as_always_while_somebody_is_on_stage_and_somebody_is_not() -> None:
    async def late() -> None:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()

    with replaced(), pytest.raises(TimeoutError):
        asyncio.run(late())
    assert asyncio.Timeout.reschedule is real_reschedule
