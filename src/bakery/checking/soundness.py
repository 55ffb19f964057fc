"""Whether a run was sound: what is wrong with nearly any answer, whatever the exercise."""

import re
import traceback
from collections.abc import Collection, Sequence
from typing import Literal

from bakery.checking.mistakes import NotAttempted, Wrong, wrong_because
from bakery.checking.playing import Seen
from bakery.checking.sightings import on_forgotten, on_halt, on_held
from bakery.checking.virtual.clock import SECOND
from bakery.checking.virtual.halts import Endless, Enough, Halt, TimeUp

Allowed = Collection[Literal["blocking", "forgetting"]]
"""Mistakes that an exercise is about: a loop that is held up, a coroutine that nobody awaits."""


HOPELESS = 1800
"""Simulated seconds that a loop is held up in all, of the hour after which a run is stopped, so that this is why."""

BARE_CALL = re.compile(r"line \d+: [\w.]+\(.*\)$")
"""A line that calls something, and does nothing with what comes of it."""


def must_be_sound(seen: Seen, allow: Allowed, theirs: Sequence[str] = (), *, flask: bool = False) -> None:
    """Go on if nothing was amiss.

    Raises `Wrong` with the first thing that was, and `NotAttempted` where the answer is still a starter.
    """
    error = seen.outcome.error
    if isinstance(error, Wrong | NotAttempted | TimeUp):
        raise error
    held = [] if "blocking" in allow else list(seen.outcome.held)
    if stopped := error if isinstance(error, Halt) else seen.halt:
        if seen.forgotten and not isinstance(stopped, Enough):  # it waits for what was never started
            raise Wrong(on_forgotten(seen.forgotten, flask=flask))
        if isinstance(stopped, Endless) and sum(one.nanoseconds for one in held) > HOPELESS * SECOND:
            raise Wrong(on_held(held, theirs))  # the loop was held up over and over, and never got on
        lock = seen.queued[-1].line if seen.queued and not seen.queued[-1].nanoseconds else ""
        raise Wrong(on_halt(stopped, seen.outcome.where, held, lock))
    if isinstance(error, NotImplementedError):
        raise NotAttempted
    if held and isinstance(error, TypeError) and "in 'await' expression" in str(error):
        raise Wrong(
            on_held(held, theirs)
        )  # an `await` before a plain function that waits: the wait is what matters
    if error is not None:
        said = told_of(error)
        thrown = [one for one in seen.forgotten if BARE_CALL.match(one.line)]
        if thrown and "`await` is missing" not in said and "forgetting" not in allow:
            said += f"\nAnd {on_forgotten(thrown, flask=flask)}"
        raise Wrong(said)
    if seen.forgotten and "forgetting" not in allow and not _failed(seen.outcome.result):
        raise Wrong(on_forgotten(seen.forgotten, flask=flask))
    if held:
        raise Wrong(on_held(held, theirs))
    if seen.troubles:
        raise Wrong(f"nobody waited for a task or thread, and it failed: {wrong_because(seen.troubles[0])}")


def _failed(result: object) -> bool:
    """Whether a visitor got an error: that is what matters, and a coroutine that nobody awaited is only its reason."""
    return isinstance(result, tuple) and any(getattr(one, "error", None) is not None for one in result)


def told_of(error: BaseException) -> str:
    """A sentence on an error, which holds nothing afterwards."""
    said = wrong_because(error)
    # A coroutine that its frames hold would warn, later and elsewhere, that it was never awaited.
    traceback.clear_frames(error.__traceback__)
    for frame, _ in traceback.walk_tb(error.__traceback__):
        len(frame.f_locals)  # asked again, so that it forgets what somebody has seen there before
    return said
