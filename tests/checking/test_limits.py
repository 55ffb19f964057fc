"""How far ahead a limit lay is seen, whoever set it, and what lies where nobody would want it is told."""

import asyncio
import threading
import time
from typing import Any

import pytest
from answering import asked

from bakery.checking import Answer
from bakery.checking.limits import noted_limits, on_limits

SET = {
    "a length of time": ("asyncio.timeout(2)", [2.0]),
    "a moment of the loop": ("asyncio.timeout_at(asyncio.get_running_loop().time() + 2)", [2.0]),
    "no limit": ("asyncio.timeout(None)", []),
    "a length for a moment": ("asyncio.timeout_at(2)", [-998.0]),
}


@pytest.mark.parametrize("how", SET)
def test_a_limit_is_noted_by_the_seconds_that_it_lies_ahead(how: str) -> None:
    made, wanted = SET[how]
    text = f"async def answer():\n    try:\n        async with {made}:\n            await asyncio.sleep(1)\n    except TimeoutError:\n        pass"
    with noted_limits() as ahead:
        asked(text, lambda answer: _run(answer))
    assert ahead == wanted


def _run(answer: Answer) -> None:
    answer.run()


def test_what_a_library_limits_is_not_noted() -> None:
    text = "import asyncio\nasync def limited():\n    async with asyncio.timeout(60):\n        pass"
    names: dict[str, Any] = {}
    exec(compile(text, asyncio.__file__, "exec"), names)
    with noted_limits() as ahead:
        alone = threading.Thread(target=asyncio.run, args=(names["limited"](),))
        alone.start()
        alone.join()
    assert ahead == []


def test_only_a_limit_that_lies_in_the_past_or_years_ahead_is_told() -> None:
    assert on_limits([2.0, 0.5, 600.0]) == on_limits([]) == ""
    assert "lay in the past when it was set: `timeout_at` wants a moment" in on_limits([2.0, -998.0])
    assert "by another clock: `timeout_at` wants a moment" in on_limits([time.time()])
