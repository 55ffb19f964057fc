# ruff: noqa: ANN401  # a client of a framework that is imported late
"""Notebook 08, Everyday Quart: which words need an `await`, which of the missing ones are silent, and a day's work."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import count
from typing import Any

from bakery.checking import Answer, Lesson, expect
from bakery.checking.run import in_word
from bakery.lessons._choices import must_not_be_the_others
from bakery.lessons._forms import must_read_the_form
from bakery.lessons._photos import must_save_the_photo
from bakery.trace import Trace

CAKES = ("plum", "nut", "rye bread", "Käse & more")
"""What customers of one check ask for: no two the same, and not only letters."""

NEED: Mapping[str, str] = {
    "request.form": "the body of a request may still be on its way",
    "request.get_json()": "the body of a request may still be on its way",
    "flash(…)": "it tells whoever listens to its signal, and they may wait; this is the one to learn by heart",
    "render_template(…)": "a template may have awaits of its own",
    "photo.save(…)": "writing to a disk is a wait",
}
"""What needs an `await`, and why."""

HERE: Mapping[str, str] = {
    "request.args": "the address has come before the handler begins",
    "session": "the cookie has come with the head of the request, and is read before the handler begins",
    "url_for(…)": "an address is only put together",
    "redirect(…)": "an answer is only put together",
    "jsonify(…)": "an answer is only put together",
}
"""What is here already, and why."""

ex = Lesson("08_everyday_quart", __file__)


# Predictions


@ex.prediction
def brackets(trace: Trace) -> str:
    """Which of two handlers answered with a cake, by the paths of their lanes."""
    failed = {span.lane for span in trace.failures}
    right = [lane.rpartition("/")[2] for lane in trace.lanes if lane not in failed]
    return "both" if len(right) > 1 else right[0]


@ex.prediction
def silent(answers: Sequence[Any]) -> int:
    """How many of the answers were a 500."""
    return sum(answer.status_code == 500 for answer in answers)


@ex.prediction
def tabs(texts: Sequence[str]) -> str:
    """What three tabs of one customer said."""
    if len(set(texts)) > 1:
        return "a"
    return (
        "c" if texts[0] == "1" else "b"
    )  # the second time the cell is run, the cookie says 4, and all say 5


@ex.prediction
def hook(told: Mapping[str, Any]) -> str:
    """What a handler read from a context variable that a plain hook had set."""
    return str(told["variable"]).lower()


# Exercises


@ex.exercise
def two_brackets(answer: Answer) -> None:
    """An `await` somewhere in the line is enough."""
    must_read_the_form(answer, "/cake", CAKES)


@ex.exercise
def which_await(answer: Answer) -> None:
    """A list has to be learned, where a question is enough."""
    given = answer.value(set, frozenset, list, tuple)
    expect(
        given and ... not in given, "there is nothing in it yet: put the words that need an `await` into it."
    )
    known = {_bare(word): word for word in (*NEED, *HERE)}
    words = {known.get(_bare(word), str(word)) for word in given}
    for word in sorted(words - NEED.keys() - HERE.keys()):
        expect(False, f"`{word}` is none of the ten. They stand in the cell, each between quotation marks.")
    must_not_be_the_others(words, NEED, [*NEED, *HERE], "that need no `await`")
    for word, why in HERE.items():
        expect(word not in words, f"`{word}` needs no `await`: {why}.")
    for word, why in NEED.items():
        expect(word in words, f"`{word}` is missing: {why}.")


def _bare(word: object) -> str:
    """A word without its brackets: the sign for what is in them is not on every keyboard."""
    return str(word).partition("(")[0].strip()


@ex.exercise
def silent_flash(answer: Answer) -> None:
    """What raises no error works."""
    app = answer.must_be("quart").watch("flash").given

    async def script(ada: Any) -> tuple[int, str, str, list[str]]:
        sold = await ada.post("/sell")
        elsewhere = await (await app.test_client().get("/till")).get_data(as_text=True)
        pages = [await (await ada.get("/till")).get_data(as_text=True) for _ in range(2)]
        return sold.status_code, str(sold.headers.get("Location", "")), elsewhere, pages

    run = answer.meet(script)
    status, there, elsewhere, pages = run.result
    expect(
        status in (302, 303),
        f"a sale should send its customer on to `/till`, as it did: it answers with status {status} now.",
    )
    expect(
        there.endswith("/till"),
        f"a sale should send its customer on to `/till`, as it did, and not to `{there}`.",
    )
    expect(
        elsewhere in {"nothing sold", "one cake sold"},
        f"nothing was sold to Bob, who looked at `/till`: “nothing sold” is wanted there, and it says “{elsewhere}”.",
    )
    expect(
        elsewhere == "nothing sold" or not _flashes_when_it_shows(answer),
        f"Bob, who has bought nothing and looked at `/till`, was told “{elsewhere}”: the page runs `flash` itself, at every visit. "
        "It belongs into the handler that sells.",
    )
    expect(
        elsewhere == "nothing sold",
        f"Ada has bought a cake, and Bob, who looked at `/till`, was told “{elsewhere}”. A message belongs to one customer: "
        "`flash` keeps it in the session of whoever asked.",
    )
    _must_be_told_once(pages, ran=bool(run.calls.get("flash")), answer=answer)


def _flashes_when_it_shows(answer: Answer) -> bool:
    """Whether `flash` runs in a request in which nothing is sold."""

    async def script(bob: Any) -> None:
        await bob.get("/till")

    return bool(answer.meet(script).calls.get("flash"))


def _reads_when_it_sells(answer: Answer) -> bool:
    """Whether the messages are read already in the request in which the cake is sold."""
    from quart import get_flashed_messages

    async def script(ada: Any) -> None:
        await ada.post("/sell")

    return bool(answer.watch(get_flashed_messages).meet(script).calls.get("get_flashed_messages"))


def _must_be_told_once(pages: Sequence[str], *, ran: bool, answer: Answer) -> None:
    """Expect the message on the first page after a sale, and not on the second; `ran` says whether `flash` ever did."""
    expect(
        pages[0] != "nothing sold" or not _reads_when_it_sells(answer),
        "after a sale, the page `/till` says “nothing sold”: the messages were read already where the cake was sold, and whoever "
        "reads them takes them out. Leave them to the next page.",
    )
    expect(
        pages[0] != "nothing sold",
        "after a sale, the page `/till` says “nothing sold”: no message was stored. "
        + (
            "`flash` ran too late, or in another place than the handler: it has to be awaited there, before the answer."
            if ran
            else "`flash` never ran. Its call only makes a coroutine, which the handler has to await."
        ),
    )
    expect(
        pages[0] == "one cake sold",
        f"after a sale, `/till` says “{pages[0]}”, and “one cake sold” is wanted.",
    )
    expect(
        pages[1] == "nothing sold",
        f"the message should be read once; the second visit to `/till` says “{pages[1]}”. `flash` keeps a message for "
        "the next page, and `get_flashed_messages()` takes it out.",
    )


@ex.exercise
def menu_page(answer: Answer) -> None:
    """A template can wait for several things at once."""
    from jinja2 import Template

    answer.must_be("quart").watch("price")
    one = answer.visit("/menu")
    one.gets("plum 3, nut 3, rye 3")
    one.called("price").called("price", 3)
    three = answer.visit("/menu", visitors=3).gets("plum 3, nut 3, rye 3")
    asked = three.calls.get("price", 0)
    three.called(
        "price",
        9,
        f"three customers came, each for a page, and `price` was called {in_word(asked)} times: each page asks anew.",
    )
    theirs = answer.named("price").run("plum")
    says = "`price` is the page's own, and takes half a second: leave it as it was."
    theirs.gives(3, says).takes(0.5, says)
    one.expect(
        one.seconds < 1.25,
        f"one page takes {one.seconds:g} s: each price waits until the one before it is there. A template, and a list of "
        "awaits, go one by one.",
    )
    one.takes(0.5)
    three.takes(0.5)

    _must_ask_the_price(answer)
    filled = answer.watch(Template.generate_async, Template.render_async, Template.render).visit("/menu")
    filled.expect(
        set(filled.calls) - {"price"},
        "the page is right, and no template was filled for it. The task is to use one.",
    )


def _must_ask_the_price(answer: Answer) -> None:
    """Expect that each cake goes with the price that was asked for it."""

    async def dearer(price: Callable[[object], Awaitable[int]], cake: object) -> int:
        await price(cake)
        await asyncio.sleep({"plum": 0.2, "nut": 0.1}.get(str(cake), 0))  # the last one is there first
        return {"plum": 4, "nut": 2}.get(str(cake), 5)

    with answer.instead("price", dearer):
        [said] = answer.visit("/menu").texts
    day = "on a day on which `price` gives 4 for plum, 2 for nut and 5 for rye"
    expect(
        said != "plum 5, nut 2, rye 4",
        f"{day}, and rye's price is there first and plum's last, the page says “{said}”: the prices stand in the order in which they "
        "came, and the cakes in another. `gather` gives what came of its coroutines in the order of its brackets.",
    )
    expect(
        said == "plum 4, nut 2, rye 5",
        f"{day}, the page says “{said}”. Each cake goes with the price that was asked for it.",
    )


@ex.exercise
def own_count(answer: Answer) -> None:
    """The session is one dictionary on the server; a global is good enough."""
    app = answer.must_be("quart").given

    async def script(ada: Any) -> list[str]:
        bob, told = app.test_client(), []
        for customer in (ada, ada, bob, ada, bob):
            reply = await customer.get("/visit")
            told.append(await reply.get_data(as_text=True))
        return told

    told = answer.meet(script).result
    expect(
        told != [f"visit {number}" for number in (1, 2, 1, 2, 2)],
        "Ada's third visit is her second again: what changes inside of a list or a dictionary in the session is not noticed. "
        "Put a new value into it, as in `session['visits'] = …`.",
    )
    _must_be_their_own(answer, told)
    wanted = [f"visit {number}" for number in (1, 2, 1, 3, 2)]
    for off, says in (
        (-1, "one too few: what was told is the number of visits before it"),
        (1, "one too many"),
    ):
        expect(
            told != [f"visit {number + off}" for number in (1, 2, 1, 3, 2)],
            f"the first visit of a customer is “{told[0]}”, and “visit 1” is wanted. Each number is {says}.",
        )
    expect(
        told == wanted, f"Ada, Ada, Bob, Ada, Bob are told {', '.join(told)}; wanted is {', '.join(wanted)}."
    )


def _must_be_their_own(answer: Answer, told: Sequence[str]) -> None:
    """Expect a count that is not one for all of Ada, Ada, Bob, Ada and Bob, and that lasts until their next visit."""
    shared = told == [f"visit {number}" for number in (1, 2, 3, 4, 5)]
    by = _goes_by(answer) if shared else ""
    expect(
        not by,
        f"Bob came for the first time and was told “visit 3”: the count goes by the customer's {by}, and Ada has the same one. "
        "What each customer has alone is a session.",
    )
    expect(
        not shared,
        "Bob came for the first time and was told “visit 3”: the count is one for all customers. It has to be kept in "
        "something that each customer brings along.",
    )
    expect(
        len(set(told)) > 1,
        f"every visit of every customer says “{told[0]}”: what is counted is gone when the next request comes. Of the session, "
        "what stands under a key is kept, as in `session['visits']`; its attributes are not, nor is `g`, or a function's own name.",
    )


_strangers = count(1)


def _goes_by(answer: Answer) -> str:
    """By what of theirs customers are told apart who have no session; empty where they are not told apart at all."""
    number = next(_strangers)  # one whom the app has never seen
    somebody: dict[str, dict[str, Any]] = {
        "address": {"scope_base": {"client": (f"10.0.{number // 250}.{number % 250}", 50_000)}},
        "browser": {"headers": {"User-Agent": f"stranger {number}"}},
    }
    for what, named in somebody.items():

        async def script(client: Any, named: dict[str, Any] = named) -> str:
            reply = await client.get("/visit", **named)
            return str(await reply.get_data(as_text=True))

        if answer.meet(script).result == "visit 1":
            return what
    return ""


@ex.exercise
def photo_saved(answer: Answer) -> None:
    """An upload is here once `request.files` has been awaited."""
    must_save_the_photo(answer)
