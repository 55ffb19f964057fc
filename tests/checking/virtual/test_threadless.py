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


def test_what_the_loop_calls_by_itself_belongs_to_no_task_and_steps_out_as_well() -> None:
    async def cell() -> bool:
        called = asyncio.get_running_loop().create_future()

        def call() -> None:
            try:
                with stepped_out():
                    outside = asyncio._get_running_loop() is None
                called.set_result(outside and asyncio._get_running_loop() is not None)
            except Exception as error:
                called.set_exception(error)

        asyncio.get_running_loop().call_soon(call)
        result: bool = await called
        return result

    assert asyncio.run(cell())
