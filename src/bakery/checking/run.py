"""A run: what an answer did when it was tried, on the virtual clock, and what a check may expect of it."""

from dataclasses import dataclass, field
from typing import Any

from bakery.checking.mistakes import Wrong
from bakery.checking.virtual.clock import SECOND, Wait
from bakery.counting import NUMBERS
from bakery.trace import Span, Trace

MOST_LANES = 300


def expect(condition: object, says: str) -> None:
    """Go on if it holds; otherwise the answer is wrong, because … (the sentence goes on in small letters).

    Raises `Wrong`, which only the check sees.
    """
    if not condition:
        raise Wrong(says)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What came of it. Seconds are simulated, so they are exact and may be compared with `==`."""

    subject: str
    result: Any = None
    seconds: float = 0.0
    trace: Trace = field(default_factory=lambda: Trace((), simulated=True))
    left: tuple[str, ...] = ()
    """The reader's lines at which tasks still waited when the answer was done."""
    notes: tuple[str, ...] = ()
    """What else is worth saying if the answer turns out to be wrong."""

    @property
    def at_most(self) -> int:
        """How many waits there were at the same moment, at most."""
        return self.trace.most_at_once

    @property
    def one_after_another(self) -> bool:
        """Whether there were several waits, and no two of them overlapped."""
        return len(self.trace.lanes) > 1 and self.at_most == 1

    def gives(self, value: object, says: str = "") -> "Run":
        """Expect this result."""
        if self.result is None and value is not None:
            self._wrong(says or f"`{self.subject}` gives back nothing (`None`). Does it `return` its result?")
        if not _equal(self.result, value):
            self._wrong(
                says or f"`{self.subject}` gives {_short(self.result)}, but {_short(value)} is wanted."
            )
        return self

    def takes(self, seconds: float, says: str = "") -> "Run":
        """Expect this many simulated seconds."""
        if round(self.seconds * SECOND) != round(seconds * SECOND):
            fewer = " That is less: did it wait for everything?" if self.seconds < seconds else ""
            self._wrong(says or f"it took {self.seconds:g} s, and {seconds:g} s is wanted.{fewer}")
        return self

    def at_once(self, number: int, says: str = "") -> "Run":
        """Expect this many waits at the same moment, at most."""
        if self.at_most != number:
            self._wrong(
                says or f"at most {_word(self.at_most)} went on at once, and {_word(number)} is wanted."
            )
        return self

    def expect(self, condition: object, says: str) -> "Run":
        """Expect anything else; what was seen of the run is added to the sentence."""
        if not condition:
            self._wrong(says)
        return self

    def _wrong(self, says: str) -> None:
        raise Wrong("\n".join((says, *self._seen())))

    def _seen(self) -> tuple[str, ...]:
        told: list[str] = list(self.notes)
        if self.one_after_another:
            count = len(self.trace.lanes)
            told.insert(
                0,
                f"The {_word(count)} waits came one after another: each `await` waits to its end before the next line "
                "begins. Start them together, with `asyncio.gather(…)` or a `TaskGroup`.",
            )
        if self.left:
            told.insert(
                0,
                f"It was done before its tasks were: {_word(len(self.left))} still waited ({self.left[0]}). "
                "`await` the tasks that it starts.",
            )
        return tuple(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one visitor got. `start` and `end` are simulated seconds: when the app began, and when it was done."""

    path: str
    status: int
    text: str = ""
    start: float = 0.0
    end: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    error: BaseException | None = None
    """What the handler raised, where it did."""

    @property
    def json(self) -> Any:
        """The text read as JSON; None where it is none."""
        import json

        try:
            return json.loads(self.text)
        except ValueError:
            return None


@dataclass(frozen=True, kw_only=True)
class Visit(Run):
    """What came of several visitors, in the order in which they stood in line."""

    replies: tuple[Reply, ...] = ()

    @property
    def one_after_another(self) -> bool:
        """Visitors may come one after another: that is a matter of threads, and nothing to explain here."""
        return False

    @property
    def texts(self) -> list[str]:
        """What the visitors got."""
        return [reply.text for reply in self.replies]

    def says(self, *parts: str) -> "Visit":
        """Expect every reply to have these words in it."""
        for reply in self.replies:
            for part in parts:
                if part not in reply.text:
                    self._wrong(f"`{reply.path}` answers {_short(reply.text)}, and “{part}” is not in it.")
        return self


def trace_of_waits(waits: list[Wait], end: int) -> Trace:
    """A lane for each wait, in the order in which they began."""
    spans: list[Span] = []
    for number, wait in enumerate(sorted(waits, key=lambda wait: wait.start)[:MOST_LANES], start=1):
        start, stop = wait.start / SECOND, max(wait.start, min(wait.end, end)) / SECOND
        if wait.start:
            spans.append(Span(f"cake {number}", "wait", 0.0, start))
        spans.append(Span(f"cake {number}", "bake", start, stop))
    return Trace(tuple(spans), simulated=True)


def trace_of_replies(replies: tuple[Reply, ...], title: str) -> Trace:
    """A lane for each visitor."""
    spans: list[Span] = []
    for number, reply in enumerate(replies[:MOST_LANES], start=1):
        lane = f"order {number}"
        if reply.start:
            spans.append(Span(lane, "wait", 0.0, reply.start))
        failed = "" if reply.status < 400 and reply.error is None else f"{reply.status}"
        spans.append(Span(lane, "serve", reply.start, reply.end, error=failed))
    return Trace(tuple(spans), title=title, simulated=True)


def _equal(one: object, other: object) -> bool:
    try:
        if isinstance(other, float) and isinstance(one, int | float):
            return abs(one - other) <= 1e-9 * max(1.0, abs(other))
        if isinstance(one, tuple) and isinstance(
            other, list
        ):  # gather gives a list, a generator may give a tuple
            one = list(one)
        return bool(one == other)
    except Exception:  # a comparison of the reader's own that fails is no equality
        return False


def _short(value: object) -> str:
    try:
        shown = repr(value)
    except Exception:  # a broken __repr__ is no reason to lose the sentence
        shown = f"a {type(value).__name__}"
    return f"`{shown}`" if len(shown) <= 80 else f"`{shown[:79]}…`"


def _word(number: int) -> str:
    return NUMBERS[number] if 0 < number < len(NUMBERS) else str(number)
