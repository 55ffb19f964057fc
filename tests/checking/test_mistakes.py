"""What a beginner's error means is said in a sentence that fits, with the reader's own line."""

import pytest
from answering import FLASK, QUART, refused

from bakery.checking import Answer
from bakery.checking.mistakes import is_about, wrong_because

MEANT = {
    "gather of a list": ("await asyncio.gather([asyncio.sleep(1)])", "was given one list"),
    "gather of a tuple": ("await asyncio.gather((asyncio.sleep(0),))", "was given one tuple"),
    "gather of a generator": ("await asyncio.gather(bake() for _ in range(3))", "was given one generator"),
    "gather of functions": ("await asyncio.gather(bake, bake)", "was given the function `bake`"),
    "gather of a number": ("await asyncio.gather(3)", "which is nothing to await"),
    "gather of results": ("await asyncio.gather(await bake(), await bake())", "Take the inner `await` away"),
    "await of None": ("await print()", "cannot be awaited"),
    "with in place of async with": ("\n    with asyncio.Lock(): pass", "write `async with`"),
    "async with in place of with": ("\n    async with threading.Lock(): pass", "write plain `with`"),
    "async for over a list": ("\n    async for one in [1]: pass", "plain `for` is enough"),
    "await of an async generator": (
        "\n    async def cakes(): yield 1\n    await cakes()",
        "with `async for`",
    ),
    "closing an async generator": (
        "\n    with contextlib.closing(one async for one in rows()): pass",
        "it has no `close`, since closing it may have to wait",
    ),
    "brackets in create_task": ("asyncio.create_task(bake)", "a coroutine is wanted there"),
    "a number in create_task": (
        "asyncio.create_task(3)",
        "`create_task` wants a coroutine, and what it got is none: it is 3",
    ),
    "arguments in create_task": (
        "asyncio.create_task(bake, 3, 4)",
        "wants one coroutine, and not a function with",
    ),
    "brackets in to_thread": ("await asyncio.to_thread(print())", "`asyncio.to_thread(print)`"),
    "a function after with": (
        "\n    async with bake: pass",
        "a function stands after `with`, and nobody has called it",
    ),
    "a coroutine after with": ("\n    async with bake(): pass", "a coroutine stands after `with`"),
    "a result too early": (
        "asyncio.get_running_loop().create_future().result()",
        "before it is done. `await` waits",
    ),
    "an attribute of a task": (
        "asyncio.ensure_future(bake()).upper()",
        "what stands before `.upper` has to be awaited",
    ),
    "awaited twice": ("one = bake(); await one; await one", "awaits the same coroutine twice"),
    "an empty queue": (
        "asyncio.Queue(3).get_nowait()",
        "nothing in the queue, which has room for three things: `get_",
    ),
    "an empty queue without a size": (
        "asyncio.Queue().get_nowait()",
        "which has no size (its `maxsize` is 0",
    ),
    "a full queue": (
        "one = asyncio.Queue(1); one.put_nowait(1); one.put_nowait(2)",
        "there is no room in the queue, which has room for one thing: `put_nowait` does not wait",
    ),
    "an await of a generator": (
        "\n    async def cakes(): yield 1\n    await cakes()",
        "gone through with `async for`",
    ),
    "an await of a task that was called off": (
        "\n    one = asyncio.create_task(bake()); one.cancel()\n    await one",
        "it waits for a task that was called off (line 6: await one), so that task's `CancelledError` comes out there",
    ),
    "a task that was called off": (
        "\n    one = asyncio.create_task(bake()); one.cancel(); await asyncio.wait([one]); one.result()",
        "a task that was called off before it was done",
    ),
    "a limit that nobody catches": (
        "\n    async with asyncio.timeout(0.1): await asyncio.sleep(1)",
        "a limit on time has ended it",
    ),
    "a function of another name in to_thread": (
        "await asyncio.to_thread(time.monotonic())",
        "`asyncio.to_thread(time.monotonic)`",
    ),
    "a function and its arguments in create_task": (
        "\n    async with asyncio.TaskGroup() as group: group.create_task(asyncio.sleep, 1)",
        "`create_task(asyncio.sleep(1))`",
    ),
    "a name that a failed line should have given": (
        "\n    try:\n        one = 1 / 0\n    finally:\n        print(one)",
        "with a `ZeroDivisionError`",
    ),
    "a wait for coroutines": (
        "await asyncio.wait([bake(), bake()])",
        "`asyncio.wait` wants tasks, and there is a coroutine among them (line",
    ),
    "a wait for a coroutine": ("await asyncio.wait(bake())", "For a single one, `await` alone is enough."),
    "one of a coroutine": (
        "\n    for one in asyncio.as_completed(bake()): await one",
        "For a single one, `await` alone is enough.",
    ),
    "brackets and arguments in to_thread, told with both": (
        "await asyncio.to_thread(time.sleep(0))",
        "`asyncio.to_thread(time.sleep, …)`",
    ),
    "a function by its name": ("await asyncio.sleep", "`await asyncio.sleep(…)`"),
    "a result before it is there": ("return bake() + 1", "there is a coroutine where its result is wanted"),
}


BEFORE = """import contextlib
async def bake(): return 'cake'
async def rows(): yield 'cake'
"""


@pytest.mark.parametrize("name", MEANT)
def test_an_error_is_told_as_what_it_means(name: str) -> None:
    code, words = MEANT[name]
    said = refused(f"{BEFORE}async def answer(): {code}")
    assert words in said
    assert "line " in said


def test_a_type_error_that_is_none_of_gathers_is_not_blamed_on_gather() -> None:
    said = refused("async def one(): return 1 + 'a'\nasync def answer(): await asyncio.gather(one(), one())")
    assert "gather" not in said.partition("Python says")[0]
    assert "unsupported operand" in said


def test_flasks_request_in_a_quart_app_is_told_so() -> None:
    text = (
        QUART
        + """
import flask
from flask import request
@answer.get("/who")
async def who(): return request.args["who"]
"""
    )
    said = refused(text, lambda answer: answer.visit("/who?who=ada"))
    assert "`request` is Flask's here, and a Quart app has its own: `from quart import request`" in said


def test_a_single_error_of_a_task_group_is_told_as_a_group_too() -> None:
    text = """
async def one(): raise ValueError("burnt")
async def answer():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(one())
    except ValueError:
        return "sorry"
"""
    assert "`except* ValueError` opens the group" in refused(text, Answer.run)


PLAIN = {
    "a plain def": ("def answer():\n    asyncio.sleep(1)", "write `async def answer`"),
    "a lambda": ("answer = lambda: (asyncio.sleep(1), 1)[1]", "A `lambda` cannot await"),
}


@pytest.mark.parametrize("how", PLAIN)
def test_where_nothing_can_be_awaited_it_is_told_why(how: str) -> None:
    text, words = PLAIN[how]
    assert words in refused(text, Answer.call)


def test_in_a_plain_def_of_flasks_nobody_is_sent_to_await() -> None:
    text = FLASK + "\n@answer.get('/tea')\ndef tea():\n    asyncio.sleep(1)\n    return 'tea'\n"
    said = refused(text, lambda answer: answer.visit("/tea"))
    assert "nothing can be awaited: `time.sleep` waits there" in said


def test_several_errors_of_a_task_group_are_told_as_a_group() -> None:
    text = """
async def one(kind): raise kind("burnt")
async def answer():
    async with asyncio.TaskGroup() as group:
        group.create_task(one(ValueError))
        group.create_task(one(KeyError))
"""
    said = refused(text, Answer.run)
    assert "an exception group, with 2 errors in it: `ValueError`, `KeyError`" in said


PLAIN_CLIENTS = {
    "httpx": "httpx.get('http://127.0.0.1:9/')",
    "a client of httpx": "httpx.Client().get('http://127.0.0.1:9/')",
    "requests": "requests.get('http://127.0.0.1:9/')",
    "urllib": "urllib.request.urlopen('http://127.0.0.1:9/')",
}
IMPORTS = "import httpx, requests, urllib.request\n"


@pytest.mark.parametrize("name", PLAIN_CLIENTS)
def test_a_plain_client_in_an_async_def_is_told_what_it_does_to_the_loop(name: str) -> None:
    said = refused(f"{IMPORTS}async def answer(): return {PLAIN_CLIENTS[name]}")
    assert "a plain client is asked in an `async def` (line 2: async def answer(): return" in said
    assert "`httpx.AsyncClient`" in said


@pytest.mark.parametrize("name", PLAIN_CLIENTS)
def test_so_is_one_in_a_function_that_an_async_def_calls(name: str) -> None:
    said = refused(
        f"{IMPORTS}def ask(): return {PLAIN_CLIENTS[name]}\nasync def answer(): return [ask() for _ in range(2)]"
    )
    assert "a plain client is asked in an `async def` (line 2: def ask()" in said


@pytest.mark.parametrize(
    "how", ["await asyncio.to_thread(ask)", "await asyncio.get_running_loop().run_in_executor(None, ask)"]
)
def test_a_plain_client_may_wait_in_a_thread(how: str) -> None:
    said = refused(
        f"{IMPORTS}def ask(): return httpx.get('http://127.0.0.1:9/')\nasync def answer(): return {how}"
    )
    assert "plain client" not in said
    assert "ConnectError" in said


def test_an_async_client_that_fails_is_no_plain_one() -> None:
    text = "async def answer():\n    async with httpx.AsyncClient() as client: await client.get('http://127.0.0.1:9/')"
    said = refused(IMPORTS + text)
    assert "plain client" not in said
    assert "ConnectError" in said


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("sold = 0\ndef answer():\n    sold += 1", "global"),
        ("def answer():\n    sold = 0\n    def one():\n        sold += 1\n    one()", "nonlocal"),
        ("sold = 0\ndef answer():\n    def one():\n        sold += 1\n    one()", "global"),
    ],
)
def test_a_name_from_outside_that_a_function_assigns_is_told_with_the_word_for_it(
    text: str, word: str
) -> None:
    assert f"With `{word} sold` it would be the one outside" in refused(text, Answer.call)


def told_of(error: BaseException) -> str:
    """What is said of it, without Python's own words."""
    return wrong_because(error).partition("\nPython says: ")[0]


ONE_LOOP = (
    "it waits on something that belongs to another event loop, such as a future, a lock or a task made in an earlier cell. "
    "Make it inside the function, where the running loop is."
)
LOOP_IN_LOOP = (
    "it starts an event loop inside an event loop. There is one running already: write `await main()` instead of "
    "`asyncio.run(main())`."
)
NOT_YOURS = "it stops or closes the event loop that runs it. The loop is not yours to stop: just `return`."
TWICE = "it awaits the same coroutine twice. Call the coroutine function again for a second run: `bake()`."

LOOPS = {
    "Task got bad yield: 'cake'": (
        "`asyncio.gather` was given one generator, but it takes the coroutines one by one. A star unpacks the generator: "
        "`await asyncio.gather(*cakes)`."
    ),
    "await wasn't used with future": (
        "an `await` is missing: a task, a future or `gather(…)` is used where its result is wanted. `await` gives the result."
    ),
    "Task got Future attached to a different loop": ONE_LOOP,
    "a different oven": "it raised RuntimeError: a different oven",
    "a loop of dough": "it raised RuntimeError: a loop of dough",
    "asyncio.run() cannot be called from a running event loop": LOOP_IN_LOOP,
    "This event loop is already running": LOOP_IN_LOOP,
    "no running event loop": (
        "it needs an event loop, and none is running there. Tasks are made inside an `async def` that is awaited."
    ),
    "Event loop is closed": NOT_YOURS,
    "Event loop stopped before Future completed.": NOT_YOURS,
    "Cannot close a running event loop": NOT_YOURS,
    "cannot reuse already awaited coroutine": TWICE,
    "coroutine is being awaited already": TWICE,
}


@pytest.mark.parametrize("said", LOOPS)
def test_what_asyncio_says_of_its_loops_is_told_as_what_it_means_and_of_no_other_kind_of_error(
    said: str,
) -> None:
    assert told_of(RuntimeError(said)) == LOOPS[said]
    assert told_of(OSError(said)) == f"it raised OSError: {said}"


NO_CAKE = (
    "`await` stands before something that cannot be awaited, a Cake. Only a coroutine, a task or a future can"
)
NO_CALL = "`await` stands before a function that nobody has called."


@pytest.mark.parametrize(("kind", "told"), [("Cake", NO_CAKE), ("function", NO_CALL), ("method", NO_CALL)])
@pytest.mark.parametrize(
    "words", ["object {} can't be used in 'await' expression", "'{}' object can't be awaited"]
)
def test_what_cannot_be_awaited_is_told_with_its_kind_in_the_words_of_every_python(
    words: str, kind: str, told: str
) -> None:
    assert told_of(TypeError(words.format(kind))).startswith(told)


GROUPS = {
    "a slip of a kind": (TypeError("burnt"), "it raised TypeError: burnt"),
    "a slip in a name": (NameError("burnt"), "it raised NameError: burnt"),
    "a slip in an attribute": (AttributeError("burnt"), "it raised AttributeError: burnt"),
    "what is caught": (
        ValueError("burnt"),
        "it raised ValueError: burnt. It came out in an exception group, which `except ValueError` does not catch; "
        "`except* ValueError` opens the group.",
    ),
}


@pytest.mark.parametrize("name", GROUPS)
def test_a_slip_in_a_group_is_not_told_how_to_be_caught_and_another_error_is(name: str) -> None:
    error, told = GROUPS[name]
    assert wrong_because(ExceptionGroup("several", [error])) == told


def test_an_error_is_one_of_some_kinds_by_itself_or_anywhere_in_its_groups() -> None:
    several = ExceptionGroup("outer", [ValueError(), ExceptionGroup("inner", [KeyError()])])
    assert is_about(several, KeyError)
    assert is_about(several, OSError, ValueError)
    assert not is_about(several, OSError)
    assert is_about(KeyError(), LookupError)
    assert not is_about(KeyError(), OSError)


OWN = "`sold` is assigned in the function, so it is a name of the function's own there, and has no value yet."

UNBOUND = {
    "a line that did not run": (
        "def answer():\n    if not answer: sold = 1\n    return sold",
        f"{OWN} The line that gives it one did not run.",
    ),
    "one outside": (
        "sold = 0\ndef answer():\n    if not answer: sold = 1\n    return sold",
        f"{OWN} With `global sold` it would be the one outside, which all who call it share.",
    ),
    "one of a function around it": (
        "def answer():\n    sold = 0\n    def one():\n        sold += 1\n    one()",
        f"{OWN} With `nonlocal sold` it would be the one outside, which all who call it share.",
    ),
}


@pytest.mark.parametrize("name", UNBOUND)
def test_a_name_without_a_value_is_sent_outside_only_where_there_is_one(name: str) -> None:
    text, told = UNBOUND[name]
    assert refused(text, Answer.call).partition("\nPython says: ")[0] == told


NO_CALLS = "`asyncio.gather` was given {}, which is nothing to await."
STAR = (
    " The star hands over what is in `cakes`, as it is: gather takes coroutines, which come from calls of an `async def`, one "
    "for each, as in `gather(*(bake(one) for one in cakes))`."
)
PLAIN_RESULT = (
    " A plain function gives its result at once, before `gather` begins; gather takes coroutines, which come from calls of an "
    "`async def`."
)
GATHERED = {
    "a text behind a star": (
        "cakes = ['plum']; await asyncio.gather(*cakes)",
        NO_CALLS.format("`'plum'`") + STAR,
    ),
    "a number": ("await asyncio.gather(3, bake)", NO_CALLS.format("`3`") + PLAIN_RESULT),
    "nothing": ("await asyncio.gather(None)", NO_CALLS.format("`None`") + PLAIN_RESULT),
    "a thing": ("await asyncio.gather(object())", NO_CALLS.format("an object") + PLAIN_RESULT),
    "a dictionary": ("await asyncio.gather({})", NO_CALLS.format("a dict") + PLAIN_RESULT),
    "a list behind a coroutine": (
        "one = bake(); one.close(); await asyncio.gather(one, [1])",
        "`asyncio.gather` was given one list, but it takes the coroutines one by one. A star unpacks the list: "
        "`await asyncio.gather(*cakes)`.",
    ),
}


@pytest.mark.parametrize("name", GATHERED)
def test_the_first_thing_that_gather_cannot_await_is_named(name: str) -> None:
    code, told = GATHERED[name]
    assert refused(f"{BEFORE}async def answer(): {code}").partition("\nPython says: ")[0] == told


@pytest.mark.parametrize("verb", ["get", "post", "request", "send", ""])
def test_a_coroutine_after_with_is_told_of_streams_where_a_client_is_asked(verb: str) -> None:
    text = f"""
class shop:
    async def ask(*args): pass
    get = post = request = send = ask
async def answer():
    async with shop.{verb or "ask"}("/cake"): pass
"""
    said = refused(text).partition("\nPython says: ")[0]
    begins = "a coroutine stands after `with`, and nobody has awaited it."
    if verb in {"get", "post", "request"}:
        assert said == (
            f"{begins} `shop.{verb}(…)` is awaited, and gives the whole answer; a block that has an answer in pieces is "
            "`async with shop.stream(…)`."
        )
    else:
        assert said == f"{begins} `async with await …` enters what comes of it."
