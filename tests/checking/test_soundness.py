"""What is wrong with nearly any answer is told in a fixed order: the first thing is the one that helps."""

from dataclasses import replace
from typing import Any

import pytest

from bakery.checking.mistakes import NotAttempted, Wrong
from bakery.checking.playing import Outcome, Seen
from bakery.checking.soundness import must_be_sound, told_of
from bakery.checking.virtual.clock import SECOND
from bakery.checking.virtual.halts import Deadlock, Endless, Enough, Halt, TimeUp
from bakery.checking.virtual.leftovers import Forgotten
from bakery.checking.virtual.players import Held

HELD = Held(line="line 3: time.sleep(1)", nanoseconds=SECOND)
FORGOTTEN = Forgotten("bake", "line 4: bake()")

BLOCKS = "`time.sleep` stops the whole event loop"
FORGETS = "an `await` is missing: `bake` was called and never awaited (line 4: bake())"
WAITS = "it waits for something that never comes (line 9)"
FAILS = "it raised ValueError: burnt"
TASK_FAILS = "nobody waited for a task or thread, and it failed: it raised KeyError"


def seen(
    *,
    error: BaseException | None = None,
    halt: Halt | None = None,
    held: bool = False,
    forgotten: bool = False,
    troubles: bool = False,
) -> Seen:
    return Seen(
        outcome=Outcome(error=error, end=SECOND, held=(HELD,) if held else (), where="line 9"),
        halt=halt,
        waits=[],
        queued=[],
        forgotten=[FORGOTTEN] if forgotten else [],
        troubles=[KeyError("sugar")] if troubles else [],
    )


def told(what: Seen, *allow: Any) -> str:  # noqa: ANN401
    with pytest.raises(Wrong) as caught:
        must_be_sound(what, allow)
    return str(caught.value)


def test_a_run_in_which_nothing_was_amiss_goes_on() -> None:
    must_be_sound(seen(), ())


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (seen(held=True), BLOCKS),
        (seen(forgotten=True), FORGETS),
        (seen(troubles=True), TASK_FAILS),
        (seen(error=ValueError("burnt")), FAILS),
        (seen(halt=Deadlock()), WAITS),
        (seen(error=Deadlock()), WAITS),
        (seen(halt=Enough("it asks for ever.")), "it asks for ever."),
    ],
)
def test_each_thing_that_is_amiss_is_told(what: Seen, words: str) -> None:
    assert told(what).startswith(words)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (seen(halt=Deadlock(), forgotten=True), FORGETS),  # it waits for what was never started
        (seen(halt=Enough("it asks for ever."), forgotten=True), "it asks for ever."),
        (seen(halt=Deadlock(), held=True), "line 3: time.sleep(1) waits without an `await`"),
        (seen(error=ValueError("burnt"), forgotten=True, held=True, troubles=True), FAILS),
        (seen(forgotten=True, held=True, troubles=True), FORGETS),
        (seen(held=True, troubles=True), BLOCKS),
        (seen(error=Deadlock(), halt=Deadlock(), troubles=True), WAITS),
    ],
)
def test_of_several_the_one_that_explains_the_others_is_told(what: Seen, words: str) -> None:
    assert told(what).startswith(words)


def test_a_call_that_came_to_nothing_is_told_beside_an_error() -> None:
    said = told(seen(error=ValueError("burnt"), forgotten=True))
    assert said.startswith(FAILS)
    assert "\nAnd an `await` is missing: `bake` was called and never awaited" in said
    assert told(seen(error=ValueError("burnt")), "forgetting").startswith(FAILS)


def test_a_loop_that_is_held_up_for_an_hour_is_told_so_and_not_asked_for_its_end() -> None:
    hour = replace(seen(halt=Endless("3600"), held=True))
    assert "What is to end the waiting?" in told(hour)
    long = replace(hour.outcome, held=(replace(hour.outcome.held[0], nanoseconds=3600 * SECOND),))
    assert told(replace(hour, outcome=long)).startswith("`time.sleep` stops the whole event loop")


def test_an_await_before_a_plain_function_that_waits_is_told_as_the_wait() -> None:
    error = TypeError("object NoneType can't be used in 'await' expression")
    assert told(seen(error=error, held=True)).startswith(BLOCKS)
    assert "cannot be awaited" in told(seen(error=error))
    assert "unsupported" in told(seen(error=TypeError("unsupported operand"), held=True))


def test_what_an_exercise_is_about_is_allowed_and_nothing_else() -> None:
    must_be_sound(seen(held=True), ["blocking"])
    must_be_sound(seen(forgotten=True), ["forgetting"])
    assert told(seen(held=True), "forgetting").startswith(BLOCKS)
    assert told(seen(forgotten=True), "blocking").startswith(FORGETS)
    assert told(seen(halt=Deadlock(), held=True), "blocking").startswith(WAITS)


def test_a_starter_is_not_attempted_even_where_more_is_amiss() -> None:
    with pytest.raises(NotAttempted):
        must_be_sound(seen(error=NotImplementedError(), held=True, forgotten=True), ())


@pytest.mark.parametrize("error", [Wrong("it is cold."), NotAttempted(), TimeUp()])
def test_a_verdict_and_the_time_limit_pass_as_they_are(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught:
        must_be_sound(seen(error=error, halt=Deadlock(), held=True, forgotten=True), ())
    assert caught.value is error


def test_functions_that_a_reader_is_not_to_change_are_handed_to_a_thread() -> None:
    what = Seen(
        outcome=Outcome(end=0, held=(Held("line 1: time.sleep(1)", "line 5: bake()", "bake", SECOND),)),
        halt=None,
        waits=[],
        queued=[],
        forgotten=[],
        troubles=[],
    )
    assert "Make `bake` an `async def`" in told(what)
    with pytest.raises(Wrong, match=r"await asyncio.to_thread\(bake\)") as caught:
        must_be_sound(what, (), ["bake"])
    assert "async def" not in str(caught.value)


def test_an_error_that_was_told_holds_nothing_that_its_frames_held() -> None:
    import weakref

    class Cake:
        pass

    kept: list[weakref.ref[Cake]] = []

    def bake() -> None:
        cake = Cake()
        kept.append(weakref.ref(cake))
        raise ValueError("burnt")

    with pytest.raises(ValueError, match="burnt") as caught:
        bake()
    assert kept[0]() is not None
    assert FAILS in told_of(caught.value)
    assert kept[0]() is None
