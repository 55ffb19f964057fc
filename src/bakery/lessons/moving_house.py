"""Notebook 11, Moving house: a Flask app moves to Quart with its tests, what it costs, and what is left to do."""

from typing import Any

from bakery.checking import Answer, Lesson, expect
from bakery.moving.move import Move
from bakery.moving.trying import Outcome
from bakery.trace import Trace

CALLS = {
    "init_db": {"open_resource"},
    "init_command": {"init_db"},
    "edit": {"wanted", "price"},
    "wanted": {"flash", "price"},
    "price": set(),
    "ask_again": {"edit", "ask_again"},
    "health": set(),
}
"""Who calls whom: two chains, one who calls himself, and two whom it does not concern."""

CAUGHT = {"open_resource", "flash", "init_db", "init_command", "wanted", "edit", "ask_again"}

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
    few = {name: set(called) for name, called in CALLS.items()}
    answer.call({"a": {"b"}, "b": set()}, {"b"}).gives({"a", "b"}, "whoever calls one who waits, waits too.")
    found = set(answer.call(few, {"open_resource", "flash"}).result)
    missing = ", ".join(sorted(CAUGHT - found))
    expect(not missing, f"{missing} should be there too: a caller's callers have to await as well.")
    too_many = ", ".join(sorted(found - CAUGHT))
    expect(not too_many, f"{too_many} stays as it is: nobody it calls has to be awaited.")


@ex.exercise
def form_first(answer: Answer) -> None:
    """The form is awaited, and a field of it is not."""
    answer.must_be("quart")
    answer.visit("/order", method="POST", form={"cake": "plum"}).says("one plum cake")
    answer.visit("/order", method="POST", form={"cake": "lemon"}).says("one lemon cake")


@ex.exercise
def login_door(answer: Answer) -> None:
    """A decorator above views of both kinds."""
    answer.must_be("quart")
    baker = {"X-Baker": "Ada"}
    answer.visit("/oven", headers=baker).says("the oven is hot").takes(1.0)
    answer.visit("/shelf", headers=baker).says("three cakes")
    for path in ("/oven", "/shelf"):
        stranger = answer.visit(path, may_fail=True)
        [reply] = stranger.replies
        expect(reply.status == 403, f"`{path}` lets in whoever comes: without `X-Baker` the answer is 403.")
    answer.visit("/oven", visitors=3, headers=baker).takes(1.0)


@ex.exercise
def moved_test(answer: Answer) -> None:
    """A test that is green for a good app, and red for a bad one."""
    answer.play(lambda test: _tried(test, "one {} cake"))
    run = answer.play(lambda test: _red(test, "one {} pie"))
    expect(run.result, "it is green for an app that serves a pie, too. What does it compare?")


async def _tried(test: Any, words: str) -> None:  # noqa: ANN401  # the reader's own function
    await test(_desk(words).test_client())


async def _red(test: Any, words: str) -> bool:  # noqa: ANN401
    try:
        await _tried(test, words)
    except AssertionError:
        return True
    return False


def _desk(words: str) -> Any:  # noqa: ANN401  # a Quart app; importing Quart takes time that only this check needs
    from quart import Quart, request

    desk = Quart("desk")

    @desk.post("/order")
    async def order() -> str:
        return words.format((await request.form)["cake"])

    return desk


@ex.exercise
def whole_unit(answer: Answer) -> None:
    """What blocks, in a thread, as a whole."""
    answer.must_be("quart")
    answer.visit("/recipe").says("plum cake").takes(1.0)
    answer.visit("/recipe", visitors=3).says("plum cake").takes(1.0).at_once(3)


@ex.exercise
def own_house(answer: Answer) -> None:
    """The reader's own app, looked at by the tool."""
    mine = answer.value(Move)
    expect(mine.texts, "nothing would change there. Is it on Quart already, or no Flask app?")
