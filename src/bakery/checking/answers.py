"""An answer, as a check sees it: something that can be run, called or visited, on the virtual clock."""

import asyncio
import inspect
import sys
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, KeysView, Sequence, ValuesView
from contextlib import contextmanager
from typing import Any, Literal, TypeVar, cast

from bakery.checking import describing
from bakery.checking import visitors as crowd
from bakery.checking.asgi_guests import Guest, Stream
from bakery.checking.calls import Watched, leaving_open, must_take
from bakery.checking.describing import cell_of, close_coroutines, described, framework_of, kind_name
from bakery.checking.frameworks import on_no_stream
from bakery.checking.heard import Heard
from bakery.checking.instead import Other, exchanged
from bakery.checking.interrupting import Interrupted, interruptions
from bakery.checking.mistakes import NotAttempted, Wrong
from bakery.checking.noting import noting
from bakery.checking.playing import Script, on_a_loop, plainly, play
from bakery.checking.replying import explained, must_be_good
from bakery.checking.run import QUART, Reply, Run, Served, last_of, trace_of_replies, trace_of_waits
from bakery.checking.sightings import on_coroutine, on_plain
from bakery.checking.soundness import Allowed, must_be_sound, told_of
from bakery.checking.virtual.clock import SECOND
from bakery.checking.virtual.loop import POOL
from bakery.checking.virtual.performing import let_go
from bakery.checking.virtual.stage import Stage
from bakery.trace import Trace

T = TypeVar("T")


class Answer:
    """What the reader gave, and what can be asked of it; every question is a fresh run that starts at 0 s.

    What is wrong with nearly any answer is said by itself: an exception, a forgotten `await`, whatever holds up the
    loop, a deadlock, the wrong kind of thing.
    """

    def __init__(self, given: Any, stage: "Stage[Any]", subject: str = "answer", verb: str = "check") -> None:
        self.given = given
        self.subject = subject
        self.trace: Trace | None = None
        """What happened in the latest run."""
        self._stage = stage
        self._verb = verb
        self._watched = Watched({})
        self._theirs: tuple[str, ...] = ()

    def watch(self, *several: str | Callable[..., Any], theirs: bool = False) -> "Answer":
        """Count the calls of these functions of the notebook, or of a library, from now on: see `Run.called`.

        `theirs` where they are somebody else's: then nobody is told to change them.
        """
        self._watched = self._watched.and_also(several, self._names())
        self._theirs += tuple(one for one in several if theirs and isinstance(one, str))
        return self

    def named(self, name: str) -> "Answer":
        """Another thing of the same notebook, to be asked in the same way.

        Raises `Wrong`, which only the check sees, where there is none of that name.
        """
        return Answer(self._names_with(name)[name], self._stage, name, self._verb)

    @contextmanager
    def instead(self, name: str, other: Other) -> Iterator[None]:
        """Let a function of the notebook's do something else in this block: be slower, or give other values.

        `other(theirs, *args)` gets the real function first. It is called wherever the function would be, and counted
        as that one where it is watched. Raises `Wrong`, which only the check sees, where there is none of that name.
        """
        watched = self._watched
        with exchanged(self._names_with(name), name, other) as one:
            self._stage.afterwards.callback(one.put_back)
            self._watched = watched.as_well(one.code, name)
            try:
                yield
            finally:
                self._watched = watched

    def _names_with(self, name: str) -> dict[str, Any]:
        names = self._names()
        if name not in names:
            raise Wrong(f"there is no `{name}` any more. The task is to use it.")
        return names

    def run(
        self, *args: Any, pool: int = POOL, allow: Allowed = (), collecting: bool = False, **named: Any
    ) -> Run:
        """Call the coroutine function, wait for its result, and tell what happened meanwhile.

        `pool` is the number of threads of the loop's own pool. Anything that gives an awaitable will do. With
        `collecting`, what nobody holds is thrown away meanwhile: see `Run.keeps`.
        """
        function = self._callable("async def")
        must_take(self.subject, function, args, named)

        async def main(_clock: object) -> Any:
            made = function(*args, **named)
            if not inspect.isawaitable(made):
                raise Wrong(on_plain(self.subject, made))
            return await leaving_open(made, [*args, *named.values()])

        return self._performed(on_a_loop(main, pool, collecting=collecting), allow)

    def together(self, *calls: tuple[Any, ...], pool: int = POOL, allow: Allowed = ()) -> Run:
        """Call the coroutine function several times, gather the calls, and tell what happened; `calls` are arguments.

        The result is the list of their results: `answer.together((1,), (2,))` is `gather(f(1), f(2))`.
        """
        function = self._callable("async def")
        for args in calls:
            must_take(self.subject, function, args, {})

        async def main(_clock: object) -> list[Any]:
            made: list[Any] = []
            for args in calls:
                one = function(*args)
                if not inspect.isawaitable(one):
                    raise Wrong(on_plain(self.subject, one))
                made.append(one)
            return list(await asyncio.gather(*made))

        return self._performed(on_a_loop(main, pool), allow)

    def call(self, *args: Any, allow: Allowed = (), **named: Any) -> Run:
        """Call the plain function. `time.sleep` and threads take simulated time as well."""
        function = self._callable("def")
        must_take(self.subject, function, args, named)

        def work(_clock: object) -> Any:
            made = function(*args, **named)
            if inspect.iscoroutine(made):
                made.close()
                raise Wrong(
                    f"`{self.subject}` is an `async def`, so a call of it gives only a coroutine. Nothing is to be waited "
                    f"for here: write a plain `def {self.subject}`."
                )
            return made

        return self._performed(plainly(work), allow)

    def play(self, script: Callable[[Any], Coroutine[Any, Any, Any]], *, allow: Allowed = ()) -> Run:
        """Let an async function do what it likes with the answer: an async generator, a class, a client.

        What it returns is the result; the seconds are those until it was done.
        """
        return self._performed(on_a_loop(lambda _clock: script(self.given)), allow)

    def visit(
        self,
        path: str | Sequence[str] = "/",
        visitors: int = 1,
        *,
        each: Sequence[dict[str, Any]] = (),
        threads: int = 4,
        method: str = "GET",
        may_fail: bool = False,
        allow: Allowed = (),
        **request: Any,
    ) -> Served:
        """Let so many visitors ask the app at the same moment; with several paths, so many for each of them.

        `threads` is how many bakers a Flask app has; a Quart app needs none. `request` goes to the test client:
        `json=`, `form=`, `data=`, `headers=`, `query_string=`; `each` has a request for every visitor, so that they
        differ. A reply of 400 and above is wrong unless it `may_fail`.
        """
        paths = [path] if isinstance(path, str) else list(path)
        kind = self._framework()
        if each:
            orders = [crowd.Order(paths[0], method, {**request, **one}) for one in each]
        else:
            orders = [crowd.Order(one, method, request) for one in paths for _ in range(visitors)]
        if kind == "quart":
            done = self._performed(
                on_a_loop(lambda clock: crowd.ask_together(self.given, orders, clock)), allow
            )
        else:
            # Each handler has its loop to itself there: nobody is held up.
            done = self._performed(
                plainly(lambda clock: crowd.ask_flask(self.given, orders, threads, clock)),
                {*allow, "blocking"},
            )
        return self._served(done, QUART if kind == "quart" else "Flask", method, may_fail=may_fail)

    def _served(self, done: Run, title: str, method: str, *, may_fail: bool) -> Served:
        replies = tuple(explained(reply) for reply in done.result)
        trace = self.trace = trace_of_replies(replies, title)
        try:
            if not may_fail:
                must_be_good(self.given, replies, method)
        finally:
            # What a failed handler never awaited would else be found in a later check, and told of a later answer.
            let_go(self._stage, *(reply.error for reply in replies if reply.error is not None))
        last = last_of(replies)
        more = {"trace": trace, "replies": replies, "seconds": last, "closed": done.seconds}
        return Served(**{**vars(done), **more})

    def interrupted(self, path: str) -> list[Interrupted]:
        """Serve a customer of a Flask app with another one in between, at every moment where a thread may stop.

        What they got, for each moment at which the other one had not to wait.
        """
        order = crowd.Order(path, "GET", {})
        run = self._performed(
            plainly(lambda clock: interruptions(lambda: crowd.ask_one_of_flask(self.given, order, clock))),
            {"blocking"},
        )
        several: list[Interrupted] = run.result
        for one in several:
            must_be_good(self.given, (one.first, one.second), "GET")
        return several

    def meet(self, script: Callable[[Any], Coroutine[Any, Any, Any]], *, allow: Allowed = ()) -> Run:
        """Start the Quart app, let an async function do what it likes with a test client, and stop the app."""
        self.must_be("quart")
        return self._performed(on_a_loop(lambda _clock: crowd.meet(self.given, script)), allow)

    def talk(
        self,
        path: str,
        *messages: str,
        replies: int | None = None,
        closes: int | None = None,
        allow: Allowed = (),
    ) -> Run:
        """Send messages through a WebSocket; the result is what came back.

        One reply is awaited after each message, or, with `replies`, so many after the last. With `closes`, the app has to
        close it afterwards, with this code.
        """
        self.must_be("quart")
        return self._performed(
            on_a_loop(lambda _clock: crowd.talk(self.given, path, messages, replies, closes)), allow
        )

    def crowd(
        self,
        path: str,
        guests: int,
        then: Callable[[Any, list[Guest]], Coroutine[Any, Any, Any]],
        *,
        quiet: float = 1.0,
        allow: Allowed = (),
    ) -> Run:
        """Let several guests come to a WebSocket, and do `then(client, guests)`, such as a POST that tells them all.

        The result is what each of them heard, until nothing came for `quiet` simulated seconds. Afterwards all of them
        leave, and a handler that goes on without its guest is wrong.
        """
        self.must_be("quart")
        return self._performed(
            on_a_loop(lambda _clock: crowd.crowd(self.given, path, guests, then, quiet)), allow
        )

    def listen(
        self, path: str, parts: int | None = None, listeners: int = 1, *, allow: Allowed = ()
    ) -> Heard:
        """Let several listeners hear a stream of a Quart app at the same moment, to its end, or leave after so many parts."""
        self.must_be("quart")
        done = self._performed(
            on_a_loop(lambda _clock: crowd.listen(self.given, path, parts, listeners)), allow
        )
        streams: tuple[Stream, ...] = done.result
        for stream in streams:
            if stream.error is not None:
                raise Wrong(
                    f"the stream of `{path}` fails: {on_no_stream(stream.error, self.source) or told_of(stream.error)}"
                )
            if stream.status >= 400:
                must_be_good(self.given, (Reply(path=path, status=stream.status),), "GET")
        return Heard(**{**vars(done), "streams": streams})

    def leave(self, path: str, after: int = 1, *, allow: Allowed = ()) -> Heard:
        """Let a customer hear so many parts of a stream, and leave: see `Heard.lets_go`."""
        return self.listen(path, parts=after, allow=allow)

    def live(
        self,
        script: Callable[[Any], Coroutine[Any, Any, Any]] | None = None,
        times: int = 1,
        *,
        allow: Allowed = (),
    ) -> Run:
        """Open the Quart app, do something with a test client, and close it, so many times; the results are a list.

        `Run.order` tells in which order the functions ran that are watched.
        """
        self.must_be("quart")

        async def lives(_clock: object) -> list[Any]:
            return [await crowd.meet(self.given, script or _nothing) for _ in range(times)]

        return self._performed(on_a_loop(lives), allow)

    # What it is.

    def value(self, *kinds: type[T]) -> T:
        """The answer itself, of one of these kinds; a whole number passes where a number is wanted, and 6.0 for 6.

        Raises `Wrong`, which only the check sees.
        """
        given = describing.as_number(self.given) if float in kinds else self.given
        if isinstance(given, KeysView | ValuesView) and list in kinds:
            given = list(given)
        wanted: tuple[type, ...] = (*kinds, int) if float in kinds else kinds
        if int in kinds and isinstance(given, float) and given.is_integer():
            given = int(given)
        is_flag = isinstance(given, bool) and bool not in kinds
        if given is None or is_flag or not isinstance(given, wanted):
            self._close()
            names = " or ".join(kind_name(kind) for kind in kinds)
            raise Wrong(f"{names} is wanted, but it got {described(given)}.{describing.on_nothing(given)}")
        return cast(T, given)

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
        """The text of its cell; empty where there is none."""
        return cell_of(self.given)

    def _performed(self, script: Script, allow: Allowed) -> Run:
        noted = noting(self.given)
        with self._watched.counting() as calls:
            seen = play(script, self._stage)
        trace = self.trace = trace_of_waits(seen.waits, seen.outcome.end)
        must_be_sound(seen, allow, self._theirs, flask=framework_of(self.given) == "flask")
        result = seen.outcome.result
        if result is ...:
            raise NotAttempted
        if close_coroutines(result):
            raise Wrong(on_coroutine(self.subject, cell_of(self.given), result))
        return Run(
            subject=self.subject,
            result=result,
            seconds=seen.outcome.end / SECOND,
            trace=trace,
            waits=tuple(
                sorted((one.start / SECOND, min(one.end, seen.outcome.end) / SECOND) for one in seen.waits)
            ),
            left=seen.outcome.left,
            lost=seen.outcome.lost,
            unclosed=seen.outcome.unclosed,
            queued=tuple(seen.queued),
            calls=dict(Counter(calls)),
            order=tuple(calls),
            source=cell_of(self.given),
            notes=noted(result),
        )

    def _names(self) -> dict[str, Any]:
        """What the notebook has defined."""
        return vars(sys.modules["__main__"])

    def _callable(self, keyword: str) -> Callable[..., Any]:
        given = self.given
        if callable(given) and not inspect.isclass(given) and not framework_of(given):
            return given  # type: ignore[no-any-return]
        self._close()
        if inspect.isclass(given):
            raise Wrong(f"it got the class `{given.__name__}`, but a function is wanted: `{keyword} …`.")
        name = self.subject if self.subject.isidentifier() else "name"
        if inspect.iscoroutine(given):
            name = given.__name__
        raise Wrong(
            f"it got {described(given)}, but the function itself is wanted, without brackets: "
            f"`{self._verb}({name})`, not `{self._verb}({name}())`."
        )

    def _framework(self) -> Literal["flask", "quart"]:
        kind = framework_of(self.given)
        if kind is None:
            self._close()
            raise Wrong(f"it got {described(self.given)}, but an app is wanted: `{self._verb}(app)`.")
        if inspect.isclass(self.given):
            raise Wrong(
                f"it got the class `{self.given.__name__}`; make an app of it: `app = {self.given.__name__}(__name__)`."
            )
        return kind

    def _close(self) -> None:
        if inspect.iscoroutine(self.given):
            self.given.close()


async def _nothing(_client: object) -> None:
    """Only open and close."""
