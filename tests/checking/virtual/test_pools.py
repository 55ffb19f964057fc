"""A pool is right the second time as well, wherever it was made."""

import pytest
from answering import BEFORE, WAYS, asked_of

from bakery.checking import Answer, Run
from workshop.cells import Cells

MADE = {
    "in a cell": "pool = ThreadPoolExecutor(32)\ndef get(): return pool",
    "by the first run": "pool = None\ndef get():\n    global pool\n    pool = pool or ThreadPoolExecutor(32)\n    return pool",
    "in each run": "def get(): return ThreadPoolExecutor(32)",
    "of processes": "from concurrent.futures import ProcessPoolExecutor\npool = ProcessPoolExecutor(4)\ndef get(): return pool",
}

USED = {
    "run_in_executor": (
        "async def answer():\n    loop = asyncio.get_running_loop()\n"
        "    await asyncio.gather(*(loop.run_in_executor(get(), time.sleep, 1) for _ in range(3)))"
    ),
    "submit and wrap_future": (
        "async def answer():\n    pool = get()\n"
        "    await asyncio.gather(*(asyncio.wrap_future(pool.submit(time.sleep, 1)) for _ in range(3)))"
    ),
    "submit and result": (
        "def answer():\n    pool = get()\n    for one in [pool.submit(time.sleep, 1) for _ in range(3)]: one.result()"
    ),
}


@WAYS
@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("used", USED)
def test_a_pool_serves_a_second_check_as_it_served_the_first(made: str, used: str, threadless: bool) -> None:
    cells = Cells(BEFORE, MADE[made], USED[used])
    ask = Answer.run if "async def answer" in USED[used] else Answer.call
    for _ in range(3):
        stage = asked_of(cells, ask, threadless=threadless)
        assert stage.error is None, stage.error
        run = stage.value
        assert isinstance(run, Run)
        assert (run.seconds, run.at_most) == (1.0, 3)


def test_whoever_shuts_a_pool_of_an_earlier_cell_waits_for_what_it_does() -> None:
    cells = Cells(
        BEFORE, MADE["in a cell"], "def answer():\n    pool.submit(time.sleep, 1)\n    pool.shutdown()"
    )
    run = asked_of(cells, Answer.call).value
    assert isinstance(run, Run)
    assert run.seconds == 1.0


def test_a_pool_that_was_shut_down_takes_no_more() -> None:
    cells = Cells(
        BEFORE,
        "pool = ThreadPoolExecutor(2)\npool.shutdown()\nasync def answer():\n"
        "    await asyncio.get_running_loop().run_in_executor(pool, time.sleep, 1)",
    )
    assert "cannot schedule new futures after shutdown" in str(asked_of(cells, Answer.run).error)


@WAYS
@pytest.mark.parametrize(("timeout", "took"), [(0.5, 0.5), (0, 0.0), (1.5, 1.0), (None, 1.0)])
def test_whoever_waits_for_a_future_waits_as_long_as_they_said_and_no_longer_than_it_takes(
    timeout: float | None, took: float, threadless: bool
) -> None:
    text = f"""
def answer():
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(time.sleep, 1)
        start = time.monotonic()
        try:
            future.result(timeout={timeout})
        except TimeoutError:
            return "late", time.monotonic() - start
        return "there", time.monotonic() - start
"""
    run = asked_of(Cells(BEFORE, text), Answer.call, threadless=threadless).value
    assert isinstance(run, Run)
    assert run.result == ("there" if took == 1.0 else "late", took)


@WAYS
@pytest.mark.parametrize("asked", ["result", "exception"])
def test_what_a_thread_of_a_pool_raised_is_there_when_the_thread_is_done(
    asked: str, threadless: bool
) -> None:
    text = f"""
def answer():
    start = time.monotonic()
    def burn():
        time.sleep(1)
        raise ValueError("burnt")
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(burn)
        try:
            error = future.{asked}()
        except ValueError as raised:
            error = raised
        return str(error), time.monotonic() - start
"""
    run = asked_of(Cells(BEFORE, text), Answer.call, threadless=threadless).value
    assert isinstance(run, Run)
    assert run.result == ("burnt", 1.0)
