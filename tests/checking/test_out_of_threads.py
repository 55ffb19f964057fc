"""What came out of a thread and has still to be awaited is told as that, and not as an `await` that is missing."""

import pytest
from answering import refused

MEANT = {
    "a coroutine out of a thread": (
        "\n    one = await asyncio.to_thread(bake)\n    one.upper()",
        "the thread has only called `bake`, which is made for `await`",
    ),
    "a coroutine out of a thread of the loop's pool": (
        "\n    one = await asyncio.get_running_loop().run_in_executor(None, bake)\n    one + 'a'",
        "`one` came out of a thread, and still has to be awaited",
    ),
    "a coroutine that was out of no thread": (
        "\n    other = await asyncio.to_thread(len, 'ab')\n    one = bake()\n    one.upper()",
        "`one` is a coroutine there, and not yet its result",
    ),
    "something else to await out of a thread": (
        "\n    loop = asyncio.get_running_loop()\n    one = await asyncio.to_thread(loop.create_future)\n    one.upper()",
        "the thread has only called `loop.create_future`",
    ),
}


@pytest.mark.parametrize("name", MEANT)
def test_what_a_thread_has_made_of_an_async_call_is_told_from_a_call_that_nobody_awaited(name: str) -> None:
    code, words = MEANT[name]
    text = f"import asyncio\nasync def bake(): return 'cake'\nasync def answer(): {code}"
    assert words in refused(text)
