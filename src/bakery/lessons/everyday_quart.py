# ruff: noqa: ANN401  # a client of a framework that is imported late
"""Notebook 08, Everyday Quart: which words need an `await`, which of the missing ones are silent, and a day's work."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from bakery.checking import Answer, Lesson, expect
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
    answer.must_be("quart")
    orders = [{"form": {"cake": cake}} for cake in CAKES]
    served = answer.visit("/cake", method="POST", each=orders, may_fail=True, allow={"forgetting"})
    for reply in served.replies:
        expect(
            not isinstance(reply.error, TypeError | AttributeError) or "'coroutine'" not in str(reply.error),
            "`request.form` was still a coroutine when somebody looked into it. The form has to be awaited before that, in "
            "round brackets of its own: `(await request.form)`.",
        )
        expect(
            reply.status != 400,
            "the handler looked for a field that the form has not: 400, a bad request. The form has one field, “cake”.",
        )
    answer.visit("/cake", method="POST", each=orders).gets(*(f"one {cake} cake" for cake in CAKES))


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
    answer.must_be("quart")

    async def script(client: Any) -> tuple[int, str, list[str]]:
        sold = await client.post("/sell")
        pages = [await (await client.get("/till")).get_data(as_text=True) for _ in range(2)]
        return sold.status_code, str(sold.headers.get("Location", "")), pages

    status, there, pages = answer.meet(script).result
    expect(
        status in (302, 303) and there.endswith("/till"),
        f"a sale should send its customer on to `/till`, as it did: it answers with status {status} now.",
    )
    expect(
        pages[0] != "nothing sold",
        "after a sale, the page `/till` says “nothing sold”: no message was stored. Which call stores it, and what does "
        "that call give without an `await`?",
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
    answer.must_be("quart")
    answer.watch("price")
    one = answer.visit("/menu")
    one.gets("plum 3, nut 3, rye 3")
    one.called("price", 3)
    one.expect(
        one.seconds < 0.5,
        f"one page takes {one.seconds:g} s: each price waits until the one before it is there. A template, and a list of "
        "awaits, go one by one.",
    )
    one.takes(0.2)
    answer.visit("/menu", visitors=3).gets("plum 3, nut 3, rye 3").takes(0.2)


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
        told != [f"visit {number}" for number in (1, 2, 3, 4, 5)],
        "Bob came for the first time and was told “visit 3”: the count is one for all customers. It has to be kept in "
        "something that each customer brings along.",
    )
    expect(
        len(set(told)) > 1,
        f"every visit of every customer says “{told[0]}”: what is counted is gone when the next request comes.",
    )
    wanted = [f"visit {number}" for number in (1, 2, 1, 3, 2)]
    expect(
        told == wanted, f"Ada, Ada, Bob, Ada, Bob are told {', '.join(told)}; wanted is {', '.join(wanted)}."
    )


@ex.exercise
def photo_saved(answer: Answer) -> None:
    """An upload is here once `request.files` has been awaited."""
    from werkzeug.datastructures import FileStorage

    answer.must_be("quart")
    folder = answer.named("folder").given
    file = folder / "cake.png"

    async def script(client: Any) -> list[tuple[str, bytes | None]]:
        told: list[tuple[str, bytes | None]] = []
        for picture in (bytes(range(256)) * 40, b"another one"):
            file.unlink(missing_ok=True)
            photo = FileStorage(BytesIO(picture), filename="../../holiday.png", name="photo")
            reply = await client.post("/photo", files={"photo": photo})
            expect(
                reply.status_code != 400,
                "the handler looked for something that was not sent: 400, a bad request. The picture is a file called "
                "“photo”, so it is in `request.files`.",
            )
            text = await reply.get_data(as_text=True)
            told.append((text, file.read_bytes() if file.exists() else None))
        return told

    saved = answer.meet(script, allow={"blocking"}).result
    for (text, found), size in zip(saved, (10_240, 11), strict=True):
        expect(
            found is not None,
            f"the answer is “{text}”, and `cake.png` is not in the folder. Writing to a disk is a wait, so `photo.save(…)` "
            "gives a coroutine.",
        )
        expect(
            found is not None and len(found) == size,
            f"of {size:,} bytes that were sent, {len(found or b''):,} are in the file.",
        )
        expect(text == "saved", f"it answers “{text}”, and “saved” is wanted.")
