"""A run: what an answer did when it was tried, on the virtual clock, and what a check may expect of it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from bakery.checking import overlaps
from bakery.checking.describing import short, shown
from bakery.checking.differences import equal, on_one_for_all, on_text, seen
from bakery.checking.mistakes import Wrong
from bakery.checking.virtual.clock import SECOND
from bakery.checking.virtual.players import Queued, Wait
from bakery.counting import NUMBERS, how_often, in_words
from bakery.trace import Span, Trace

MOST_LANES = 300

RETURNS_NONE = re.compile(r"\breturn None\b|\belse None\b")
"""An answer that gives `None` on purpose; whoever has it has not forgotten its `return`."""

QUART = "Quart"
"""The title of what visitors of a Quart app got."""

TOGETHER = ("gather(", "TaskGroup", "create_task(", "ensure_future(", "as_completed(", "asyncio.wait(")
"""What an answer that starts things together has in it; whoever has it is not told to use it."""


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
    waits: tuple[tuple[float, float], ...] = ()
    """Each wait for time to pass, in the order in which they began: from when, until when, in seconds."""
    left: tuple[str, ...] = ()
    """The reader's lines at which tasks still waited when the answer was done."""
    lost: tuple[str, ...] = ()
    """The lines at which tasks waited that were thrown away before they were done."""
    unclosed: tuple[str, ...] = ()
    """The lines at which async generators stood that nobody has closed."""
    queued: tuple[Queued, ...] = ()
    """Where somebody waited for a lock, or for a place in a semaphore."""
    calls: Mapping[str, int] = field(default_factory=dict)
    """How often the functions that have to be called were called, by name."""
    order: tuple[str, ...] = ()
    """The names of those functions, in the order of their calls."""
    source: str = ""
    """The text of the answer's cell."""
    notes: tuple[str, ...] = ()
    """What else is worth saying if the answer turns out to be wrong."""

    @property
    def at_most(self) -> int:
        """How many waits there were at the same moment, at most."""
        return self.trace.most_at_once

    @property
    def each_time(self) -> str:
        """When the answer is called."""
        return "each time"

    @property
    def where(self) -> str:
        """Where it was, for the beginning of a sentence."""
        return ""

    @property
    def _for_whom(self) -> str:
        """For whom a function was called, as a part of a sentence."""
        return ""

    @property
    def one_after_another(self) -> bool:
        """Whether there were several waits, and no two of them overlapped."""
        return len(self.trace.lanes) > 1 and self.at_most == 1

    def gives(self, value: object, says: str = "") -> "Run":
        """Expect this result."""
        if self.result is None and value is not None and not RETURNS_NONE.search(self.source):
            self._wrong(says or f"`{self.subject}` gives back nothing (`None`). Does it `return` its result?")
        if not equal(self.result, value):
            self._wrong(
                says
                or f"`{self.subject}` gives {shown(self.result)}, but {short(value)} is wanted. "
                f"{seen(self.result, value, self.source)}".rstrip()
            )
        return self

    def takes(self, seconds: float, says: str = "") -> "Run":
        """Expect this many simulated seconds. With words of the exercise's own, only what was seen is added to them."""
        if round(self.seconds * SECOND) == round(seconds * SECOND):
            return self
        said = says or f"{self.where}it took {self.seconds:g} s, and {seconds:g} s is wanted."
        if self.seconds < seconds:
            less = (
                "That is less: something was not waited for, or a wait is too short."
                if self.waits or self.seconds
                else "That is less: nothing was waited for."
            )
            self._wrong(said if says or self.left else f"{said} {less}", self.not_awaited)
        self._wrong(said, *self._slow(advise=not says))
        return self

    def at_once(self, number: int, says: str = "") -> "Run":
        """Expect this many waits at the same moment, at most, and no more and no less."""
        if self.at_most != number:
            self._wrong(
                says or f"at most {in_word(self.at_most)} went on at once, and {in_word(number)} is wanted.",
                *(self._slow(advise=not says) if self.at_most < number else ()),
            )
        return self

    def called(self, name: str, times: int | None = None, says: str = "") -> "Run":
        """Expect that the function of that name was called: at all, or so many times. It has to be watched, see `Answer`."""
        count = self.calls.get(name, 0)
        if count == 0 and self._at_the_top(name):
            self._wrong(
                f"`{name}` was called when the cell itself was run, and not once after that. Its call belongs into what is called "
                f"{self.each_time}."
            )
        if count == 0 or (times is not None and count != times):
            how = "never called" if count == 0 else f"called {how_often(count)}"
            wanted = (
                " The task is to use it."
                if count == 0
                else f" {how_often(times or 1).capitalize()} is wanted."
            )
            self._wrong(says or f"`{name}` was {how}{self._for_whom if count else ''}.{wanted}")
        return self

    def keeps(self, says: str = "") -> "Run":
        """Expect that no task was thrown away before it was done; the run has to be one with `collecting`."""
        if self.lost:
            self._wrong(
                says
                or f"a task was thrown away before it was done ({self.lost[0]}): nobody held it, and the loop holds tasks only weakly. "
                "Keep it in a set until it is done."
            )
        return self

    def closes(self, says: str = "") -> "Run":
        """Expect that every async generator was gone through to its end, or closed."""
        if self.unclosed:
            self._wrong(
                says
                or f"an async generator was left open ({self.unclosed[0]}): what its `finally` has to do is done some time, or "
                "never. `contextlib.aclosing` closes it, or `await` its `aclose()`."
            )
        return self

    def expect(self, condition: object, says: str) -> "Run":
        """Expect anything else; what was seen of the run is added to the sentence."""
        if not condition:
            self._wrong(says)
        return self

    def _wrong(self, says: str, *more: str) -> None:
        raise Wrong("\n".join(filter(None, (says, *self._left_over(), *more, *self.notes))))

    def _left_over(self) -> tuple[str, ...]:
        if not self.left:
            return ()
        tasks = "a task" if len(self.left) == 1 else f"{in_word(len(self.left))} tasks"
        return (f"It was done before {tasks} that it had started ({self.left[0]}). `await` what it starts.",)

    @property
    def not_awaited(self) -> str:
        """What most likely nobody waited for; empty where tasks were seen left over."""
        return "" if self.left else " ".join(overlaps.not_awaited(self.source))

    def _slow(self, *, advise: bool) -> tuple[str, ...]:
        """What was seen of a run that took too long, and what that most likely means."""
        told: list[str] = []
        if self.queued:
            told.append(self._stood_in_line())
        elif alone := overlaps.all_the_time(self.waits, self.seconds):
            told.append(alone)
        elif self.one_after_another:
            told.append(overlaps.no_two(len(self.trace.lanes), self.source))
            advise = advise and not overlaps.alone_because(self.source)
            if advise and not self._has(TOGETHER):
                told.append(
                    overlaps.not_begun(self.source)
                    or "Each `await` waits to its end before the next line begins. Start them together, with "
                    "`asyncio.gather(…)` or a `TaskGroup`."
                )
            elif advise:
                told.append("Look at where each of them is awaited: the next one begins only after it.")
        elif len(self.trace.lanes) > self.at_most > 1:
            told.append(overlaps.at_most(len(self.trace.lanes), self.at_most, self.waits))
        elif overlaps.ONE_THREAD.search(self.source):
            told.append(overlaps.ONE_AT_A_TIME)
        return tuple(told)

    def _stood_in_line(self) -> str:
        longest = max(self.queued, key=lambda one: one.nanoseconds)
        at = f" ({longest.line})" if longest.line else ""
        return (
            f"Somebody stood in line for {longest.nanoseconds / SECOND:g} s{at}, because whoever was let in there kept it "
            "while waiting for something else."
        )

    def _at_the_top(self, name: str) -> bool:
        """Whether a line of the cell that is in no function calls it."""
        return bool(
            re.search(rf"^(?!@|def |async |class )[^\s#\"'](?!.*\blambda\b).*\b{name}\(", self.source, re.M)
        )

    def _has(self, words: Collection[str]) -> bool:
        return any(word in self.source for word in words)


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
    why: str = ""
    """What that means, in words."""

    @property
    def json(self) -> Any:
        """The text read as JSON; None where it is none."""
        import json

        try:
            return json.loads(self.text)
        except ValueError:
            return None

    @property
    def kind(self) -> str:
        """The content type, without its character set."""
        several = {name.lower(): value for name, value in self.headers.items()}
        return several.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, kw_only=True)
class Served(Run):
    """What came of several visitors, in the order in which they stood in line."""

    replies: tuple[Reply, ...] = ()
    closed: float = 0.0
    """When the app was closed again, with all that it did in the background; `seconds` is when the last reply came."""

    @property
    def each_time(self) -> str:
        """When the answer is called."""
        return "for a visitor"

    @property
    def where(self) -> str:
        """What was asked for, if it was one thing."""
        paths = {reply.path for reply in self.replies}
        return f"at `{paths.pop()}` " if len(paths) == 1 else ""

    @property
    def _for_whom(self) -> str:
        """For how many visitors a function was called, as a part of a sentence."""
        return f" for {in_words(len(self.replies), 'visitor')}"

    @property
    def one_after_another(self) -> bool:
        """Visitors may come one after another: that is a matter of threads, and nothing to explain here."""
        return False

    def _slow(self, *, advise: bool) -> tuple[str, ...]:
        """What was seen of the waits; those of a Flask app are a matter of its bakers."""
        count, most = len(self.waits), most_of(self.waits)
        one_each = len(self.replies) in (1, count)
        if self.queued or self.trace.title != QUART or not one_each or most == count:
            return super()._slow(advise=advise)
        if most == 1:
            return (overlaps.no_two(count, self.source),)
        return (overlaps.at_most(count, most, self.waits if len(self.replies) == 1 else ()),)

    @property
    def texts(self) -> list[str]:
        """What the visitors got."""
        return [reply.text for reply in self.replies]

    def says(self, *parts: str) -> "Served":
        """Expect every reply to have these words in it."""
        for reply in self.replies:
            for part in parts:
                if part not in reply.text:
                    self._wrong(f"`{reply.path}` answers {short(reply.text)}, and “{part}” is not in it.")
        return self

    def gets(self, *texts: str, status: int = 200) -> "Served":
        """Expect that each visitor gets exactly this text; or, with several, each the one in its place.

        A reply of another status, or of JSON in place of a text, is another reply.
        """
        wanted = list(texts) if len(texts) > 1 else list(texts) * len(self.replies)
        if len(texts) > 1 and sorted(self.texts) == sorted(wanted) and self.texts != wanted:
            place = next(at for at, text in enumerate(wanted) if self.texts[at] != text)
            self._wrong(
                f"of {in_word(len(wanted))} customers at the same moment, one got what was meant for another: "
                f"{short(self.texts[place])} in place of {short(wanted[place])}. While one waits, another is served: "
                "what belongs to one order has to be kept in names of its own handler."
            )
        for reply, text in zip(self.replies, wanted, strict=True):
            self._must_get(reply, text, status, wanted)
        return self

    def gets_json(self, *values: object, status: int = 200) -> "Served":
        """Expect that each visitor gets exactly this value as JSON; or, with several, each the one in its place."""
        wanted = list(values) if len(values) > 1 else list(values) * len(self.replies)
        for reply, value in zip(self.replies, wanted, strict=True):
            self._must_have_status(reply, status)
            if reply.json != value:
                self._wrong(
                    f"`{reply.path}` answers {short(reply.text)}, and {short(value)} is wanted, as JSON."
                )
        return self

    def _must_get(self, reply: Reply, text: str, status: int, wanted: list[str]) -> None:
        self._must_have_status(reply, status)
        if reply.kind == "application/json":
            self._wrong(
                f"`{reply.path}` answers with JSON, {short(reply.text)}, and the plain text {short(text)} is wanted."
            )
        if reply.text != text:
            more = on_one_for_all(self.texts, wanted)
            said = f"`{reply.path}` answers {short(reply.text)}, and {short(text)} is wanted."
            self._wrong(f"{said} {on_text(reply.text, text, self.source)}".rstrip() + more)

    def _must_have_status(self, reply: Reply, status: int) -> None:
        if reply.status == 308 != status:
            self._wrong(
                f"`{reply.path}` answers with status 308, which sends the customer on to `{reply.path}/`: the route is written "
                f"with a slash at its end, and `{reply.path}` is wanted."
            )
        if reply.status == 0 != status:
            self._wrong(
                f"`{reply.path}` answers with a status that is no number: behind a comma in what a handler returns stands the "
                "status. One text is wanted, without a comma after it."
            )
        if reply.status != status:
            self._wrong(f"`{reply.path}` answers with status {reply.status}, and {status} is wanted.")


def most_of(waits: Collection[tuple[float, float]]) -> int:
    """How many of these waits went on at the same moment, at most."""
    return max((sum(start <= one < end for start, end in waits) for one, _ in waits), default=0)


def trace_of_waits(waits: list[Wait], end: int) -> Trace:
    """A lane for each wait, in the order in which they began."""
    spans: list[Span] = []
    for number, wait in enumerate(sorted(waits, key=lambda wait: wait.start)[:MOST_LANES], start=1):
        start, stop = wait.start / SECOND, max(wait.start, min(wait.end, end)) / SECOND
        if wait.start:
            spans.append(Span(f"cake {number}", "wait", 0.0, start))
        spans.append(Span(f"cake {number}", "bake", start, stop))
    return Trace(tuple(spans), simulated=True)


def last_of(replies: tuple[Reply, ...]) -> float:
    """When the last visitor was served, in simulated seconds."""
    return max((reply.end for reply in replies), default=0.0)


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


def in_word(number: int) -> str:
    """A small number as a word."""
    return NUMBERS[number] if 0 < number < len(NUMBERS) else str(number)
