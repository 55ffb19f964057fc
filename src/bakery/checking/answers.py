"""An answer, as a check sees it: something that can be run, called or visited, on the virtual clock."""

import ast
import asyncio
import functools
import inspect
import linecache
import traceback
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from types import CodeType
from typing import Any, Literal, TypeVar, cast

from bakery.checking import visitors as crowd
from bakery.checking.mistakes import NotAttempted, Wrong, on_blocking, on_forgotten, on_halt, wrong_because
from bakery.checking.run import Reply, Run, Visit, trace_of_replies, trace_of_waits
from bakery.checking.starters import parse
from bakery.checking.virtual.clock import SECOND, Clock, Halt, TimeUp
from bakery.checking.virtual.loop import POOL, VirtualLoop
from bakery.checking.virtual.stage import Stage, is_own, line_at
from bakery.checking.virtual.stage import _let_go as let_go
from bakery.trace import Trace

T = TypeVar("T")

Allowed = Collection[Literal["blocking", "forgetting"]]
"""Mistakes that an exercise is about: `time.sleep` in the loop, a coroutine that nobody awaits."""

TIDYING = 50
"""Turns of the loop that cancelled tasks get to end in."""


class Answer:
    """What the reader gave, and what can be asked of it; every question is a fresh run that starts at 0 s.

    What is wrong with nearly any answer is said by itself: an exception, a forgotten `await`, `time.sleep` in
    the loop, a deadlock, the wrong kind of thing.
    """

    def __init__(self, given: Any, stage: "Stage[Any]", subject: str = "answer", verb: str = "check") -> None:
        self.given = given
        self.subject = subject
        self.trace: Trace | None = None
        """What happened in the latest run."""
        self._stage = stage
        self._verb = verb

    def run(self, *args: Any, pool: int = POOL, allow: Allowed = (), **named: Any) -> Run:
        """Call the coroutine function, wait for its result, and tell what happened meanwhile.

        `pool` is the number of threads of the loop's own pool. Anything that gives an awaitable will do.
        """
        function = self._callable("async def")
        self._must_take(function, args, named)

        async def main() -> Any:
            made = function(*args, **named)
            if not inspect.isawaitable(made):
                raise Wrong(self._not_async(made))
            return await made

        return self._on_loop(main, pool, allow)

    def together(self, *calls: tuple[Any, ...], pool: int = POOL, allow: Allowed = ()) -> Run:
        """Call the coroutine function several times, gather the calls, and tell what happened; `calls` are arguments.

        The result is the list of their results: `answer.together((1,), (2,))` is `gather(f(1), f(2))`.
        """
        function = self._callable("async def")
        for args in calls:
            self._must_take(function, args, {})

        async def main() -> list[Any]:
            made: list[Any] = []
            for args in calls:
                one = function(*args)
                if not inspect.isawaitable(one):
                    raise Wrong(self._not_async(one))
                made.append(one)
            return list(await asyncio.gather(*made))

        return self._on_loop(main, pool, allow)

    def call(self, *args: Any, allow: Allowed = (), **named: Any) -> Run:
        """Call the plain function. `time.sleep` and threads take simulated time as well."""
        function = self._callable("def")
        self._must_take(function, args, named)

        def play(_clock: Clock) -> tuple[Any, BaseException | None, tuple[str, ...], str]:
            try:
                return function(*args, **named), None, (), ""
            except BaseException as error:  # whatever a reader's code may raise
                return None, error, (), ""

        return self._performed(play, allow)

    def visit(
        self,
        path: str | Sequence[str] = "/",
        visitors: int = 1,
        *,
        threads: int = 4,
        method: str = "GET",
        may_fail: bool = False,
        allow: Allowed = (),
        **request: Any,
    ) -> Visit:
        """Let so many visitors ask the app at the same moment; with several paths, so many for each of them.

        `threads` is how many bakers a Flask app has; a Quart app needs none. `request` goes to the test client:
        `json=`, `form=`, `data=`, `headers=`, `query_string=`. A reply of 400 and above is wrong unless it `may_fail`.
        """
        paths = [path] if isinstance(path, str) else list(path)
        orders = [one for one in paths for _ in range(visitors)]
        kind = self._framework()

        def script(clock: Clock) -> Coroutine[Any, Any, tuple[Reply, ...]]:
            return crowd.ask_together(self.given, orders, method, request, clock)

        def play(clock: Clock) -> tuple[Any, BaseException | None, tuple[str, ...], str]:
            try:
                return crowd.ask_flask(self.given, orders, threads, method, request, clock), None, (), ""
            except BaseException as error:  # whatever a reader's code may raise
                return None, error, (), ""

        if kind == "quart":
            done = self._performed(lambda clock: self._in_loop(lambda: script(clock), POOL, clock), allow)
        else:
            done = self._performed(play, allow)
        replies: tuple[Reply, ...] = done.result
        trace = trace_of_replies(replies, "Quart" if kind == "quart" else "Flask")
        self.trace = trace
        for reply in replies:
            # What a failed handler never awaited would else be found in a later check, and told of a later answer.
            if reply.error is not None:
                let_go(self._stage, reply.error)
        if not may_fail:
            _all_good(self.given, replies, method)
        return Visit(
            subject=self.subject,
            result=replies,
            seconds=done.seconds,
            trace=trace,
            left=done.left,
            replies=replies,
        )

    def meet(self, script: Callable[[Any], Coroutine[Any, Any, Any]], *, allow: Allowed = ()) -> Run:
        """Start the Quart app, let an async function do what it likes with a test client, and stop the app."""
        self.must_be("quart")
        return self._performed(
            lambda clock: self._in_loop(lambda: crowd.meet(self.given, script), POOL, clock), allow
        )

    def talk(self, path: str, *messages: str, replies: int | None = None, allow: Allowed = ()) -> Run:
        """Send messages through a WebSocket; the result is what came back.

        One reply is awaited after each message, or, with `replies`, so many after the last.
        """
        self.must_be("quart")
        return self._performed(
            lambda clock: self._in_loop(lambda: crowd.talk(self.given, path, messages, replies), POOL, clock),
            allow,
        )

    def value(self, *kinds: type[T]) -> T:
        """The answer itself, of one of these kinds; a whole number passes where a number is wanted.

        Raises `Wrong`, which only the check sees.
        """
        wanted: tuple[type, ...] = (*kinds, int) if float in kinds else kinds
        is_flag = isinstance(self.given, bool) and bool not in kinds
        if self.given is None or is_flag or not isinstance(self.given, wanted):
            self._close()
            names = " or ".join(_kind_name(kind) for kind in kinds)
            raise Wrong(f"{names} is wanted, but it got {_described(self.given)}.")
        return cast(T, self.given)

    def must_be(self, kind: Literal["flask", "quart"]) -> "Answer":
        """Expect an app of this framework."""
        found = self._framework()
        if found != kind:
            raise Wrong(
                f"this is a {found.capitalize()} app, and a {kind.capitalize()} app is wanted: "
                f"`from {kind} import {kind.capitalize()}`, then `app = {kind.capitalize()}(__name__)`."
            )
        return self

    @property
    def source(self) -> str:
        """The text of the cell that the answer comes from; empty where there is none."""
        return cell_of(self.given)

    # Inside.

    def _on_loop(self, main: Callable[[], Coroutine[Any, Any, Any]], pool: int, allow: Allowed) -> Run:
        return self._performed(lambda clock: self._in_loop(main, pool, clock), allow)

    def _performed(
        self, play: Callable[[Clock], tuple[Any, BaseException | None, tuple[str, ...], str]], allow: Allowed
    ) -> Run:
        clock = Clock(alone=self._stage.alone)
        self._stage.collect()
        self._stage.forgotten.clear()
        self._stage.troubles.clear()
        with self._stage.run(clock):
            result, error, left, where = play(clock)
            end = clock.now
            halt = clock.halted
            self._stage.collect()
            forgotten = list(self._stage.forgotten)
            troubles = list(self._stage.troubles)
        trace = self.trace = trace_of_waits(clock.waits, end)
        self._must_be_sound(error, halt, where, forgotten, clock.blocked, troubles, allow)
        if result is ...:
            raise NotAttempted
        if _holds_coroutine(result):
            raise Wrong(
                f"`{self.subject}` gives back a coroutine instead of its result: an `await` is missing before the call."
            )
        notes = (f"There is still a `...` in it ({dots}).",) if (dots := self._dots()) else ()
        return Run(
            subject=self.subject, result=result, seconds=end / SECOND, trace=trace, left=left, notes=notes
        )

    def _in_loop(
        self, main: Callable[[], Coroutine[Any, Any, Any]], pool: int, clock: Clock
    ) -> tuple[Any, BaseException | None, tuple[str, ...], str]:
        """What a coroutine gave, or raised; the lines where tasks were left over, and where everybody waited."""
        loop = VirtualLoop(clock, pool)
        if not clock.alone:  # the thread is the check's own
            asyncio.set_event_loop(loop)
        result, error = None, None
        task = loop.create_task(main())
        try:
            result = loop.run_until_complete(task)
        except BaseException as raised:  # whatever a reader's code may raise
            error = raised
        running = [other for other in _tasks(loop) if other is not task]
        where = next((line for other in (task, *running) if (line := _line_of(other))), "")
        left = tuple(line for other in running if (line := _line_of(other)))
        # What was never awaited has to be found before the tidying makes more of it.
        self._stage.collect()
        found = list(self._stage.forgotten)
        self._stage.troubles.extend(loop.troubles)
        _tidy(loop)
        self._stage.forgotten[:] = found
        if isinstance(error, TimeUp):
            raise error
        return result, error, left, where

    def _must_be_sound(
        self,
        error: BaseException | None,
        halt: Halt | None,
        where: str,
        forgotten: list[Any],
        blocked: list[str],
        troubles: list[BaseException],
        allow: Allowed,
    ) -> None:
        if isinstance(error, Wrong | NotAttempted | TimeUp):
            raise error
        if isinstance(error, Halt) or halt is not None:
            stopped = error if isinstance(error, Halt) else halt
            assert stopped is not None  # noqa: S101 - for the type checker
            if forgotten:  # it waits for what was never started
                raise Wrong(on_forgotten(forgotten))
            raise Wrong(on_halt(stopped, where))
        if isinstance(error, NotImplementedError):
            raise NotAttempted
        if error is not None:
            said = wrong_because(error)
            # A coroutine that its frames hold would warn, later and elsewhere, that it was never awaited.
            traceback.clear_frames(error.__traceback__)
            raise Wrong(said)
        if forgotten and "forgetting" not in allow:
            raise Wrong(on_forgotten(forgotten))
        if blocked and "blocking" not in allow:
            raise Wrong(on_blocking(blocked))
        if troubles:
            raise Wrong(f"nobody waited for a task or thread, and it failed: {wrong_because(troubles[0])}")

    def _callable(self, keyword: str) -> Callable[..., Any]:
        given = self.given
        if callable(given) and not inspect.isclass(given) and not _framework_of(given):
            return given  # type: ignore[no-any-return]
        self._close()
        if inspect.isclass(given):
            raise Wrong(f"it got the class `{given.__name__}`, but a function is wanted: `{keyword} …`.")
        name = self.subject if self.subject.isidentifier() else "name"
        if inspect.iscoroutine(given):
            name = given.__name__
        raise Wrong(
            f"it got {_described(given)}, but the function itself is wanted, without brackets: "
            f"`{self._verb}({name})`, not `{self._verb}({name}())`."
        )

    def _must_take(self, function: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]) -> None:
        try:
            signature = inspect.signature(function)
        except (TypeError, ValueError):
            return
        try:
            signature.bind(*args, **named)
        except TypeError as error:
            told = ", ".join([*map(repr, args), *(f"{name}={value!r}" for name, value in named.items())])
            raise Wrong(
                f"it is called as `{self.subject}({told})`, but it takes `{signature}`: {error}. "
                "Leave the first line of the function as it was."
            ) from None

    def _not_async(self, made: object) -> str:
        return (
            f"`{self.subject}` is a plain function that gives {_described(made)}. "
            f"Only a coroutine function can wait together with others: `async def {self.subject}`."
        )

    def _framework(self) -> Literal["flask", "quart"]:
        kind = _framework_of(self.given)
        if kind is None:
            self._close()
            raise Wrong(f"it got {_described(self.given)}, but an app is wanted: `{self._verb}(app)`.")
        if inspect.isclass(self.given):
            raise Wrong(
                f"it got the class `{self.given.__name__}`; make an app of it: `app = {self.given.__name__}(__name__)`."
            )
        return kind

    def _close(self) -> None:
        if inspect.iscoroutine(self.given):
            self.given.close()

    def _dots(self) -> str:
        tree = parse(self.source)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Constant) and node.value is ...:
                return f"line {node.lineno}"
        return ""


def codes_of(given: Any) -> Iterable[CodeType]:
    """The code that the reader wrote for an answer: of a function, a coroutine, an app's handlers."""
    while isinstance(given, functools.partial):
        given = given.func
    given = inspect.unwrap(given) if callable(given) and not _framework_of(given) else given
    handlers = getattr(given, "view_functions", None) if _framework_of(given) else None
    several = [inspect.unwrap(one) for one in handlers.values()] if isinstance(handlers, dict) else [given]
    for one in several:
        code = getattr(one, "__code__", None) or getattr(one, "cr_code", None)
        if isinstance(code, CodeType) and is_own(code):
            yield code


def cell_of(given: Any) -> str:
    """The text of the cell that the answer comes from; empty where there is none."""
    try:
        filenames = {code.co_filename for code in codes_of(given)}
    except Exception:  # an answer may be of any kind, with any attribute
        return ""
    # Handlers from several cells make no single text.
    return "".join(linecache.getlines(filenames.pop())) if len(filenames) == 1 else ""


def _framework_of(given: Any) -> Literal["flask", "quart"] | None:
    kind = given if inspect.isclass(given) else type(given)
    modules = {part.__module__ for part in kind.__mro__ if part.__name__ in {"Flask", "Quart"}}
    if "quart.app" in modules:  # asked first: the two share a base
        return "quart"
    return "flask" if "flask.app" in modules else None


def _described(given: object) -> str:
    if given is None:
        return "`None`"
    if inspect.iscoroutine(given):
        return f"a coroutine (`{given.__name__}` was called, but not awaited)"
    if isinstance(given, asyncio.Future):
        return "a task or future"
    if isinstance(given, bool | int | float | str):
        shown = repr(given)
        return f"`{shown}`" if len(shown) <= 40 else f"a {type(given).__name__}"
    if inspect.isclass(given):
        return f"the class `{given.__name__}`"
    if inspect.isroutine(given):
        return f"the function `{getattr(given, '__name__', '?')}` (call it to have its result)"
    return f"{'an' if type(given).__name__[0] in 'aeioAEIO' else 'a'} {type(given).__name__}"


def _kind_name(kind: type) -> str:
    return {
        int: "a whole number",
        float: "a number",
        str: "a text",
        bool: "`True` or `False`",
        list: "a list",
        Trace: "a trace",
    }.get(kind, f"a {kind.__name__}")


def _holds_coroutine(result: object) -> bool:
    """Close the coroutines in a result; whether there were any."""
    several: list[object] = [result]
    if isinstance(result, list | tuple | set):
        several = list(result)
    elif isinstance(result, dict):
        several = list(result.values())
    found = [one for one in several if inspect.iscoroutine(one)]
    for one in found:
        one.close()
    return bool(found)


def _tasks(loop: asyncio.AbstractEventLoop) -> list["asyncio.Task[Any]"]:
    try:
        return [task for task in asyncio.all_tasks(loop) if not task.done()]
    except RuntimeError:
        return []


def _line_of(task: "asyncio.Task[Any]") -> str:
    """The innermost line of the reader's at which a task waits."""
    coroutine: Any = task.get_coro()
    line = ""
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "ag_frame", None)
        if frame is not None and is_own(frame.f_code):
            line = line_at(frame.f_code.co_filename, frame.f_lineno)
        coroutine = getattr(coroutine, "cr_await", None)
    return line


def _tidy(loop: VirtualLoop) -> None:
    """Cancel what is left and close the loop; what resists is left where it is."""
    loop.hurry()
    try:
        for _ in range(TIDYING):
            tasks = _tasks(loop)
            for task in tasks:
                task.cancel()
            loop.call_soon(loop.stop)
            loop.run_forever()
            if not tasks:
                break
        loop.close()
    except TimeUp:
        raise
    except BaseException:  # noqa: S110 - the reader's code may have closed or broken the loop
        pass


def _all_good(app: Any, replies: tuple[Reply, ...], method: str) -> None:
    for number, reply in enumerate(replies, start=1):
        if reply.error is not None:
            if isinstance(reply.error, NotImplementedError):
                raise NotAttempted
            said = wrong_because(reply.error)
            for other in replies:
                if other.error is not None:  # see `_must_be_sound`
                    traceback.clear_frames(other.error.__traceback__)
            raise Wrong(f"the handler of `{reply.path}` fails: {said}")
        if reply.status in {404, 405}:
            known = ", ".join(f"`{rule}`" for rule in app.url_map.iter_rules() if rule.endpoint != "static")
            raise Wrong(
                f"`{method} {reply.path}` gets {reply.status}: the app has no such route. "
                f"It has {known or 'no routes at all'}."
            )
        if reply.status >= 400:
            raise Wrong(f"order {number} to `{reply.path}` gets {reply.status}.")
