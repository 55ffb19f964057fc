"""Notebook 11, Moving house: a Flask app moves to Quart with its tests, what it costs, and what is left to do."""
# ruff: noqa: ANN401  # apps and tests of a framework that is imported late

import asyncio
import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from bakery.checking import Answer, Lesson, described, expect
from bakery.checking.mistakes import Wrong, wrong_because
from bakery.checking.run import in_word
from bakery.checking.testing import why_green
from bakery.lessons._callers import must_catch
from bakery.lessons._forms import must_read_the_form
from bakery.moving.move import Move
from bakery.moving.reading import Project
from bakery.moving.trying import Outcome
from bakery.trace import Trace

ex = Lesson("11_moving_house", __file__)


# Predictions


@ex.prediction
def only_imports(outcome: Outcome) -> str:
    """How many tests are green when only the imports change."""
    if outcome.green > 0.8 * outcome.of:
        return "a"
    return "b" if outcome.green > 0.2 * outcome.of else "c"


@ex.prediction
def moved_three(trace: Trace) -> str:
    """Three orders on the moved counter, whose database blocks."""
    if trace.bakes_long >= 3:
        return "queue"
    return "together" if trace.bakes_long == 1 else "faster"


# Exercises


@ex.exercise
def catching(answer: Answer) -> None:
    """Everybody who becomes async, over all levels of callers."""
    must_catch(answer)


@ex.exercise
def form_first(answer: Answer) -> None:
    """The form is awaited, and a field of it is not."""
    must_read_the_form(answer, "/order", ("plum", "lemon tart", "Nuß & co"))


@ex.exercise
def login_door(answer: Answer) -> None:
    """A decorator above views of both kinds."""
    answer.must_be("quart")
    baker = {"X-Baker": "Ada"}
    _must_let_bakers_in(answer, baker)
    answer.visit("/oven", headers=baker).says("the oven is hot").takes(1.0)
    with _of_both_kinds():
        answer.visit("/shelf", headers=baker).says("three cakes")
    for path in ("/oven", "/shelf"):
        stranger = answer.visit(path, may_fail=True)
        [reply] = stranger.replies
        expect(
            reply.status != 200 or "Bakers only" not in reply.text,
            f"whoever comes to `{path}` without `X-Baker` is sent away, but with status 200. It was 403: "
            '`return "Bakers only.", 403`.',
        )
        expect(
            reply.status != 200,
            f"`{path}` lets in whoever comes: without `X-Baker` the answer is 403.{_order_of_decorators(answer, path)}",
        )
        expect(
            reply.status == 403,
            f"whoever comes to `{path}` without `X-Baker` gets {reply.status}, and 403 is wanted, as it was.",
        )
        expect(
            not stranger.waits,
            f"without `X-Baker`, `{path}` is asked all the same, and only then the door is shut. Look first, and call after it.",
        )
    answer.visit("/oven", visitors=3, headers=baker).takes(1.0)
    _must_be_as_they_were(answer)
    _must_guard_others(answer)


@contextmanager
def _of_both_kinds() -> Iterator[None]:
    """Tell of a plain view that is awaited that the other one has to be."""
    try:
        yield
    except Wrong as wrong:
        first, python, rest = str(wrong).partition("\nPython says: ")
        if "cannot be awaited" not in first:
            raise
        both = "The view of `/shelf` is a plain function, and that of `/oven` is not: the door has to be right for both."
        raise Wrong(f"{first} {both}{python}{rest}") from None


def _must_be_as_they_were(answer: Answer) -> None:
    """Expect that a view that awaits still does, and that a plain one is plain."""
    expect(
        inspect.iscoroutinefunction(inspect.unwrap(answer.named("oven").given)),
        "`oven` is a plain function now. It awaits its second, and only the decorator is to be changed.",
    )
    shelf = inspect.unwrap(answer.named("shelf").given)
    expect(
        not inspect.iscoroutinefunction(shelf) or not hasattr(answer.named("shelf").given, "__wrapped__"),
        "`shelf` is an `async def` now. It waits for nothing, and should stay a plain function.",
    )


def _must_let_bakers_in(answer: Answer, baker: dict[str, str]) -> None:
    for path in ("/oven", "/shelf"):
        [reply] = answer.visit(path, headers=baker, may_fail=True).replies
        expect(
            reply.status not in (401, 403),
            f"a baker, who sends `X-Baker` with the request, is sent away from `{path}` with {reply.status}.",
        )


def _order_of_decorators(answer: Answer, path: str) -> str:
    """What to say where a route has taken a view before the door was put in front of it; empty where it has not."""
    name = path.strip("/")
    taken, named = answer.given.view_functions.get(name), answer.named(name).given
    if taken is named or inspect.unwrap(named) is not inspect.unwrap(taken):
        return ""
    return f" The route has taken `{name}` without the door: `@bakers_only` stands below the line of the route, next to the function."


def _must_guard_others(answer: Answer) -> None:
    """Expect of the decorator that it guards views which it has never seen, of both kinds."""
    from quart import Quart, request

    guard: Callable[[Any], Any] = answer.named("bakers_only").given
    asked: list[str] = []
    strangers: list[str] = []
    errors: list[str] = []

    async def script(_app: Any) -> list[int]:
        app = Quart("another house")

        def note(cake: str) -> None:
            asked.append(cake)
            if "X-Baker" not in request.headers:
                strangers.append(cake)

        def plain(cake: str) -> str:
            note(cake)
            return f"one {cake} cake"

        async def waits(cake: str) -> str:
            note(cake)
            await asyncio.sleep(0.1)
            return f"one {cake} cake"

        app.register_error_handler(500, partial(_noted, errors))
        app.get("/plain/<cake>")(guard(plain))
        app.get("/waits/<cake>")(guard(waits))
        replies = []
        for path in ("/plain/plum", "/waits/nut"):
            for headers in ({}, {"X-Baker": "Ada"}):
                reply = await app.test_client().get(path, headers=headers)
                replies.append(reply.status_code)
        return replies

    _must_be_guarded(answer.play(script).result, asked, strangers, next(iter(errors), ""))


async def _noted(errors: list[str], error: Any) -> tuple[str, int]:
    """Note what a view or its decorator raised, in words."""
    raised = error.original_exception
    said = f"{type(raised).__name__}: {str(raised).rpartition('<locals>.')[2]}"
    missing = isinstance(raised, TypeError) and "missing" in said and "'cake'" in said
    more = " The `cake` in the address did not reach the view: what `guarded` gets is handed on, `**values`."
    errors.append(f" The first of them raised {said}.{more if missing else ''}")
    return "", 500


def _must_be_guarded(told: list[int], asked: list[str], strangers: list[str], error: str) -> None:
    """Expect of two views, to each of which a stranger and a baker came, that only the bakers were let in."""
    expect(
        not strangers or told != [403, 200] * 2,
        "without `X-Baker`, the view is called all the same, and only then the door is shut. Look first, and call after it.",
    )
    expect(
        told == [403, 200] * 2,
        f"before other views, a plain one and an `async def`, strangers and bakers get {', '.join(map(str, told))}; wanted is "
        f"403 and 200 for each. The decorator should guard any view.{error}",
    )
    expect(
        asked == ["plum", "nut"],
        f"two bakers came, one to each of two views, and the views were called {in_word(len(asked))} times. A view is called "
        "once: look at what it is, or at what it gave, and do not try it out.",
    )


@ex.exercise
def moved_test(answer: Answer) -> None:
    """A test that is green for a good app, and red for a bad one."""
    came: list[str] = []
    tested = answer.play(partial(_tried, words="one {} cake", came=came)).result
    if isinstance(tested, AssertionError):
        asked = came[-1] if came else "nothing was ordered"
        expect(
            False,
            f"the test is red, and the app works: {asked}. The client's `data=` is the body itself, `json=` is JSON, and "
            "`query_string=` goes behind the `?`; the fields of a form are `form=`."
            if asked == NO_FIELD
            else f"the test is red, and the app works: {asked}"
            if asked.startswith("`")
            else f"the test is red, and the app works: {_not_awaited(answer.source) or wrong_because(tested)}",
        )
    if tested is not None:
        raise Wrong(wrong_because(tested))
    for words, status, told in BROKEN:
        red = answer.play(partial(_tried, words=words, came=[], status=status)).result
        expect(
            isinstance(red, AssertionError),
            f"it is green for an app that {told}, too. {why_green(answer.source) or 'What does it compare?'}",
        )


def _not_awaited(source: str) -> str:
    """What to say where a test reads an answer and its text has no `await` for that; empty where it has."""
    found = re.search(r"^(?!.*\bawait\b)\s*(?:(\w+) = )?.*\.(get_data|get_json)\(", source, re.M)
    if (
        not found
        or "gather(" in source
        or "create_task(" in source
        or (found[1] and re.search(rf"\bawait {found[1]}\b", source))
    ):
        return ""
    return f"an `await` is missing before `{found[2]}`. Its call only makes a coroutine, and the words of the answer are not in that."


BROKEN = (
    ("one {} pie", 200, "serves a pie"),
    ("one nut cake", 200, "gives everybody a nut cake"),
    ("the oven is cold", 500, "answers with an error, 500"),
    ("", 200, "answers with nothing"),
    ("one", 200, "answers with one word of the three"),
)
"""What apps say that do not work, their status, and what that is in words."""

NO_FIELD = "no field “cake” came with the order"


async def _tried(test: Any, words: str, came: list[str], status: int = 200) -> BaseException | None:
    """What the test ends with on an app that serves these words; `came` hears what it was asked for."""
    try:
        await test(_desk(words, came, status).test_client())
    except Exception as error:
        return error
    return None


def _desk(words: str, came: list[str], status: int) -> Any:
    from quart import Quart, request

    desk = Quart("desk")

    @desk.post("/order")
    async def order() -> tuple[str, int]:
        fields = await request.form
        came.append(f"one {fields['cake']} cake was ordered" if "cake" in fields else NO_FIELD)
        return words.format(fields["cake"]), status

    @desk.after_request
    async def note(response: Any) -> Any:
        if response.status_code in (404, 405):
            asked = f"`{request.method} {request.path}`"
            came.append(f"{asked} got {response.status_code}. An order goes by `POST` to `/order`.")
        return response

    return desk


@ex.exercise
def whole_unit(answer: Answer) -> None:
    """What blocks, in a thread, as a whole."""
    answer.must_be("quart").watch("look_up", theirs=True)
    one = answer.visit("/recipe").gets("plum cake").called("look_up", 1)
    three = answer.visit("/recipe", visitors=3).gets("plum cake")
    count = three.calls.get("look_up", 0)
    called = ("not called at all", "called once")[count] if count < 2 else f"called {in_word(count)} times"
    three.called(
        "look_up",
        3,
        f"three visitors came, and `look_up` was {called}: each wants to look it up.",
    )
    one.takes(1.0)
    three.takes(1.0)

    def other(look_up: Callable[[], str]) -> str:
        look_up()
        return "nut cake"

    with answer.instead("look_up", other):
        [text] = answer.visit("/recipe").texts
    expect(
        text == "nut cake",
        f"`look_up` gave “nut cake”, and the visitor got “{text}”. Hand on what `look_up` gives.",
    )


@ex.exercise
def own_house(answer: Answer) -> None:
    """The reader's own app, looked at by the tool."""
    given = answer.given
    more = (
        " `print` gives nothing back, nor does `write`, which changes the folder: here the tool only looks."
        if given is None
        else ""
    )
    expect(
        not isinstance(given, Project),
        "the app was read, and nobody has looked at what would change: `move(…)` around what was read does that.",
    )
    expect(
        isinstance(given, Move),
        f"what the tool has seen is wanted, and it got {described(given)}.{more} Did you mean: `mine = move(read(folder))`, where "
        "`folder` is the path of an app?",
    )
    expect(given.texts, "nothing would change there. Is it on Quart already, or no Flask app?")
