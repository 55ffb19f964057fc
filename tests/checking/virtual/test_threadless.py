"""In the thread of the cell: outside of its loop, and back in again."""

import asyncio
from contextlib import suppress

from bakery.checking.virtual.threadless import stepped_out


def test_stepping_out_of_a_loop_ends_with_stepping_in_again_after_an_error_too() -> None:
    async def cell() -> None:
        task = asyncio.current_task()
        with stepped_out():
            assert asyncio._get_running_loop() is None
        with suppress(KeyError), stepped_out():
            raise KeyError
        assert asyncio.current_task() is task

    asyncio.run(cell())
