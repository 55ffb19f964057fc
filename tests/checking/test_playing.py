"""An answer is played to its end, and everything that was seen of it is handed over; afterwards nothing of it is left."""

import asyncio
import contextvars
import time
from collections.abc import Callable
from typing import Any

import pytest
from answering import WAYS

from bakery.checking.playing import Outcome, Script, Seen, on_a_loop, plainly, play
from bakery.checking.virtual.clock import BEGUN, SECOND, Clock
from bakery.checking.virtual.halts import Deadlock, Endless, TimeUp
from bakery.checking.virtual.loop import VirtualLoop
from bakery.checking.virtual.performing import perform
from bakery.checking.virtual.players import Wait
from bakery.checking.virtual.stage import Stage


def seen_of(script: Script, *, threadless: bool = False) -> Seen:
    stage: Stage[Seen] = perform(lambda stage: play(script, stage), threadless=threadless)
    assert stage.error is None, stage.error
    assert stage.value is not None
    return stage.value


def awaited(work: Callable[[], Any], **more: Any) -> Script:  # noqa: ANN401
    async def main(_clock: Clock) -> Any:  # noqa: ANN401
        return await work()

    return on_a_loop(main, **more)


def test_a_plain_call_gives_its_result_and_the_moment_of_its_end() -> None:
    def work(clock: Clock) -> str:
        clock.sleep(2 * SECOND)
        return "cake"

    seen = seen_of(plainly(work))
    assert seen.outcome == Outcome(result="cake", end=2 * SECOND)
    assert seen.waits == [Wait(0, 2 * SECOND)]
    assert (seen.halt, seen.queued, seen.forgotten, seen.troubles) == (None, [], [], [])


@pytest.mark.parametrize("error", [ValueError("burnt"), SystemExit(), KeyboardInterrupt()])
def test_whatever_a_call_raises_is_its_outcome(error: BaseException) -> None:
    def work(_clock: Clock) -> None:
        raise error

    async def main() -> None:
        raise error

    for script in (plainly(work), awaited(main)):
        outcome = seen_of(script).outcome
        assert (outcome.error, outcome.result, outcome.end) == (error, None, 0)


@WAYS
def test_each_play_has_a_clock_that_begins_anew_and_keeps_nothing_of_the_one_before(
    threadless: bool,
) -> None:
    async def main() -> float:
        await asyncio.sleep(3)
        asyncio.get_running_loop().call_soon(asyncio.sleep, 1)  # makes a coroutine that nobody awaits
        await asyncio.sleep(0)
        return asyncio.get_running_loop().time() - BEGUN

    def both(stage: "Stage[Any]") -> tuple[Seen, Seen]:
        return play(awaited(main), stage), play(awaited(lambda: asyncio.sleep(1, 2.0)), stage)

    stage = perform(both, threadless=threadless)
    assert stage.value, stage.error
    first, second = stage.value
    assert (first.outcome.result, first.outcome.end) == (3.0, 3 * SECOND)
    assert (second.outcome.result, second.outcome.end) == (2.0, SECOND)
    assert second.waits == [Wait(0, SECOND)]
    assert (second.forgotten, second.troubles) == ([], [])
    assert stage.clock is None


@WAYS
def test_a_task_that_nobody_waited_for_and_that_failed_is_trouble_and_not_the_outcome(
    threadless: bool,
) -> None:
    async def fails() -> None:
        raise KeyError("sugar")

    async def main() -> str:
        asyncio.create_task(fails())  # noqa: RUF006
        await asyncio.sleep(1)
        return "cake"

    seen = seen_of(awaited(main), threadless=threadless)
    assert seen.outcome.result == "cake"
    assert [repr(one) for one in seen.troubles] == ["KeyError('sugar')"]


@WAYS
def test_tasks_that_are_left_are_cancelled_and_their_finally_runs(threadless: bool) -> None:
    done: list[str] = []

    async def stays() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            done.append("tidied")

    async def main() -> None:
        asyncio.create_task(stays())  # noqa: RUF006
        await asyncio.sleep(1)

    assert seen_of(awaited(main), threadless=threadless).outcome.end == SECOND
    assert done == ["tidied"]


@WAYS
def test_what_a_finally_awaits_is_not_cut_off_and_is_no_wait_of_the_answers(threadless: bool) -> None:
    done: list[str] = []

    async def closes(name: str) -> None:
        await asyncio.sleep(0)
        done.append(name)

    async def stays() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            await asyncio.sleep(0)
            await asyncio.sleep(3)
            await asyncio.wait_for(closes("the oven"), 2)
            await asyncio.to_thread(time.sleep, 1)
            done.append("tidied")

    async def main() -> None:
        asyncio.create_task(stays())  # noqa: RUF006
        await asyncio.sleep(1)

    seen = seen_of(awaited(main), threadless=threadless)
    assert done == ["the oven", "tidied"]
    assert (seen.outcome.end, seen.halt, seen.troubles) == (SECOND, None, [])
    assert seen.waits == [Wait(0, SECOND), Wait(0, SECOND)]


@WAYS
def test_a_task_whose_finally_waits_for_ever_ends_with_the_run(threadless: bool) -> None:
    done: list[str] = []

    async def stays() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            try:
                await asyncio.Event().wait()
            finally:
                done.append("cut off")

    async def main() -> None:
        asyncio.create_task(stays())  # noqa: RUF006
        await asyncio.sleep(1)

    seen = seen_of(awaited(main), threadless=threadless)
    assert (seen.outcome.end, seen.halt, done) == (SECOND, None, ["cut off"])


@WAYS
def test_a_task_that_will_not_be_cancelled_is_closed_where_it_is(threadless: bool) -> None:
    turns: list[str] = []

    async def stays() -> None:
        while True:
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                turns.append("no")

    async def main() -> None:
        asyncio.create_task(stays())  # noqa: RUF006
        await asyncio.sleep(2)

    assert seen_of(awaited(main), threadless=threadless).outcome.end == 2 * SECOND
    assert 0 < len(turns) <= 50


@pytest.mark.parametrize(
    ("work", "kind"), [(lambda: asyncio.Event().wait(), Deadlock), (lambda: asyncio.sleep(10_000), Endless)]
)
def test_a_run_that_had_to_be_stopped_says_why(work: Callable[[], Any], kind: type[BaseException]) -> None:
    seen = seen_of(awaited(work))
    assert isinstance(seen.halt, kind)
    assert isinstance(seen.outcome.error, kind)


def test_the_real_time_limit_is_no_outcome_but_raised() -> None:
    def late() -> None:
        raise TimeUp

    async def main() -> None:
        late()

    stage: Stage[Seen] = perform(lambda stage: play(awaited(main), stage))
    assert isinstance(stage.error, TimeUp)


def test_what_is_set_in_the_context_of_one_play_is_gone_in_the_next() -> None:
    shelf = contextvars.ContextVar("shelf", default="empty")

    async def main() -> str:
        before = shelf.get()
        shelf.set("a cake")
        return before

    stage = perform(lambda stage: [play(awaited(main), stage).outcome.result for _ in range(2)])
    assert stage.value == ["empty", "empty"]


@WAYS
def test_a_pool_of_the_loops_own_has_the_size_that_was_asked_for(threadless: bool) -> None:
    async def main() -> None:
        await asyncio.gather(*(asyncio.to_thread(time.sleep, 1) for _ in range(4)))

    assert seen_of(awaited(main, pool=2), threadless=threadless).outcome.end == 2 * SECOND
    assert seen_of(awaited(main), threadless=threadless).outcome.end == SECOND


@pytest.mark.parametrize("asked_for", [False, True])
def test_what_nobody_holds_is_thrown_away_in_between_only_where_that_was_asked_for(
    asked_for: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    thrown: list[object] = []
    monkeypatch.setattr(VirtualLoop, "collect", lambda loop: thrown.append(loop))
    more = {"collecting": True} if asked_for else {}
    seen_of(awaited(lambda: asyncio.sleep(1), **more))
    assert len(thrown) == asked_for
