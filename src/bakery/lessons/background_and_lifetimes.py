"""Notebook 10, Background and lifetimes: what goes on after an answer, what a limit cannot stop, and how a shop closes."""
# ruff: noqa: ANN401  # apps and clients of a framework that is imported late

import asyncio
import inspect
import traceback
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from bakery.checking import Answer, Lesson, expect
from bakery.checking.describing import short
from bakery.checking.mistakes import is_about
from bakery.checking.run import in_word
from bakery.checking.virtual.lines import line_at, own_line
from bakery.lessons._hooks import handler_takes, on_ends, on_yields
from bakery.lessons._purchases import must_keep_to_two_seconds
from bakery.lessons._tins import must_come_back

BAKE = 0.6
"""Seconds in the oven, as the notebook has it."""

Script = Callable[[Any], Coroutine[Any, Any, list[str]]]

ex = Lesson("10_background_and_lifetimes", __file__)


# Predictions


@ex.prediction
def broken_plate(answer: Any) -> str:
    """What the customer got before a plate broke in the background."""
    return "cake" if answer.status_code == 200 else "500"


@ex.prediction
def last_entry(diary: Sequence[str]) -> str:
    """What the diary of a day ends with."""
    return diary[-1].split()[-1]


@ex.prediction
def highest(numbers: Sequence[Sequence[str]]) -> int:
    """The highest number that anybody got from two processes."""
    return max(int(number) for several in numbers for number in several)


@ex.prediction
def stubborn(told: Sequence[int]) -> int:
    """How many bakes a limit took to end a call that blocks."""
    return told[1]


@ex.prediction
def in_thread(shelf: Sequence[str]) -> str:
    """Whether a thread went on after its limit."""
    return "yes" if shelf else "no"


@ex.prediction
def who_finishes(done: Sequence[str]) -> int:
    """How many of three cakes were done without their customers."""
    return len(done)


@ex.prediction
def gathered(book: Sequence[str]) -> int:
    """How many suppliers delivered although one had failed."""
    return sum(entry.endswith("delivered") for entry in book)


@ex.prediction
def in_the_oven(cakes: int) -> str:
    """What a customer got whose shop was closed meanwhile."""
    return "cake" if cakes else "error"


# Exercises


@ex.exercise
def hand_it_over(answer: Answer) -> None:
    """A call is a thing that can be handed over."""
    answer.must_be("quart")
    answer.watch("wash_tin")
    tins = ("round", "square", "heart")
    washed = answer.named("washed").given
    washed.clear()
    served = answer.visit([f"/cake/{tin}" for tin in tins]).gets("cake")
    slowest = max(reply.end for reply in served.replies)
    if slowest >= BAKE:
        alone = handler_takes(answer, "/cake/round")
        who = (
            "the handler waits until the tin is washed."
            if alone >= BAKE
            else f"the handler was done after {alone:g} s, and what runs between its `return` and the answer, such as a function of "
            "`after_request`, waits until the tin is washed. In spite of its name that is not after the answer."
        )
        expect(False, f"a customer gets the answer after {slowest:g} s only: {who}")
    expect(
        served.calls.get("wash_tin"),
        "all have their cakes, and no tin was washed: `wash_tin` never ran. The task is to use it.",
    )
    expect(
        washed or not served.left,
        "the answers come at once, and when the shop is closed no tin is washed. A task that is only created is held by "
        "nobody, and closing does not wait for it. A background task of the app's is waited for.",
    )
    expect(
        sorted(washed) == sorted(tins),
        f"three tins were used, {', '.join(tins)}, and when the shop was closed these were washed: "
        f"{', '.join(map(str, washed)) or 'none'}.{_on_washed(washed, tins)}",
    )


def _on_washed(washed: Sequence[Any], tins: Sequence[str]) -> str:
    """What other tins than those that were used most likely mean; empty where nothing plain is seen."""
    if any(isinstance(one, tuple) for one in washed):
        return " A tuple was handed over: what a call is made with stands behind the function, `add_background_task(wash_tin, tin)`."
    if washed and not any(one in tins for one in washed):
        return " None of the three was handed over: the tin stands behind the function, `add_background_task(wash_tin, tin)`."
    if len(washed) == len(tins) and all(one == washed[0] for one in washed):
        return (
            " All three orders have washed the same one: most likely the tin is kept where all orders share it. Hand it over, "
            "behind the function."
        )
    return ""


@ex.exercise
def oven_needs_a_fire(answer: Answer) -> None:
    """What is opened before a request is opened once."""
    answer.must_be("quart")
    answer.watch("light", "put_out")
    fire = answer.named("fire").given
    fire.clear()
    seen: list[tuple[str, ...]] = []
    late: list[bool] = []

    async def day(client: Any) -> list[str]:
        seen.append(tuple(fire))
        texts = []
        for _ in range(3):
            reply = await client.get("/cake")
            texts.append(await reply.get_data(as_text=True))
        seen.append(tuple(fire))
        await asyncio.sleep(2)
        late.append("lit" in fire[len(seen[-1]) :])
        fire.clear()
        return texts

    run = answer.live(day)
    expect(
        seen[0] or seen[1] or not late[0],
        "when the shop opens, the oven is not hot yet: `light` has begun, and nobody has waited for it.",
    )
    _must_burn(seen, tuple(fire), answer)
    run.called("light", 1).called("put_out", 1)
    fire.clear()
    seen.clear()
    again = answer.live(day)
    expect(
        seen[0] == ("lit",),
        "on the second day the oven is not lit any more: what lights it has run once, and the app is opened twice.",
    )
    for one in (run, again):
        one.gives([["cake"] * 3])


def _must_burn(seen: Sequence[tuple[str, ...]], after: tuple[str, ...], answer: Answer) -> None:
    """Expect a fire that is lit once before the customers, and put out once after them."""
    opened, served = seen
    expect(
        opened or not served,
        "when the shop opens, the oven is cold: it is lit only when the first customer is there, who has to wait.",
    )
    expect(opened, f"when the shop opens, the oven is cold, and nobody lights it.{on_yields(answer.given)}")
    ends = on_ends(answer.given)
    expect(opened[-1] == "lit", f"the oven is put out before the first customer comes.{ends}")
    expect(opened == ("lit",), f"when the shop opens, the oven has been lit {in_word(len(opened))} times.")
    expect("out" not in served, f"the oven is put out while the shop is still serving.{ends}")
    expect(
        served == ("lit",),
        f"after three customers the oven has been lit {in_word(len(served))} times. Once is enough, when the shop opens.",
    )
    expect(
        "out" in after,
        "the shop is closed, and the oven is still burning: nobody puts it out."
        + (
            " What is given to `atexit` runs when Python itself ends, and a shop is closed long before."
            if "atexit" in answer.source
            else " Closing cancels nothing here: it goes on below the `yield`, so no `CancelledError` comes."
            if "CancelledError" in answer.source
            else ""
        ),
    )
    expect(after == ("out",), f"after closing, this happened: {', '.join(after)}. Put it out, once.")


@ex.exercise
def two_seconds_in_all(answer: Answer) -> None:
    """A limit on each step is a limit on all of them."""
    answer.must_be("quart")
    seconds = answer.named("SECONDS").given
    before = dict(seconds)
    try:
        must_keep_to_two_seconds(answer, seconds)
    finally:
        seconds.clear()
        seconds.update(before)


@ex.exercise
def tin_comes_back(answer: Answer) -> None:
    """The line after an `await` always runs."""
    answer.must_be("quart")
    must_come_back(answer, answer.named("tins").given)


@ex.exercise
def all_or_none(answer: Answer) -> None:
    """`gather` calls off the others when one fails."""
    book = answer.named("book").given
    answer.watch("deliver")
    book.clear()
    every = ["sugar", "flour", "butter"]
    answer.run(every).gives(every).called("deliver", 3).takes(3 * BAKE)

    async def fresh(deliver: Callable[[str], Any], thing: str) -> str:
        return f"fresh {await deliver(thing)}"

    with answer.instead("deliver", fresh):
        came = answer.run(every).result
    expect(
        came == [f"fresh {thing}" for thing in every],
        f"on a day on which `deliver` gives “fresh sugar” for sugar, `collect` gives {short(came)}. Give what was delivered.",
    )
    for things in (["flour", "butter", "nuts"], ["nuts", "sugar", "flour"]):
        raised = answer.play(_and_what_it_raises(things)).result
        expect(
            not raised,
            f"the nuts are missing, and it raised {''.join(raised)}. “sorry” is wanted, as the result.",
        )
        run = answer.run(things).called("deliver", 3).gives("sorry")
        expect(
            round(run.seconds, 6) == BAKE,
            f"the nuts fail after {BAKE:g} s, and “sorry” comes after {run.seconds:g} s: somebody was waited for in vain."
            f"{_to_the_end(answer.source)}",
        )
        _must_call_off(answer, things, book)
    _must_raise(answer, ["flour", "cinnamon"])


def _to_the_end(source: str) -> str:
    """What to say of a `gather` that waits for all, where one has failed long before."""
    if "return_exceptions" not in source:
        return ""
    return " With `return_exceptions=True` a `gather` waits for all of them, also after a failure, and calls nobody off."


def _must_call_off(answer: Answer, things: Sequence[str], book: list[str]) -> None:
    """Expect that a moment after the answer all others have been called off."""
    book.clear()
    with _cancelled_in_vain() as vain:
        noted = answer.play(_and_the_book(things, book)).result
    off = sorted(f"{thing} called off" for thing in things if thing != "nuts")
    expect(
        noted == off,
        "the nuts are missing, and nobody has called the others off: they go on to deliver, for nothing. "
        f"In the book: {', '.join(noted) or 'nothing'}."
        + (
            f" What `gather` gave is cancelled ({vain[0]}) when it has ended already, with the first error, and that calls "
            "nobody off. Each of the tasks has to be cancelled itself."
            if vain
            else ""
        ),
    )


def _and_what_it_raises(things: Sequence[str]) -> Script:
    """The `ValueError` that comes out of the answer, with the answer's own line, in words; empty where none does."""

    async def script(collect: Any) -> list[str]:
        try:
            await collect(things)
        except ValueError as error:
            return [f"{type(error).__name__}: {error}{_line_in(collect, error)}"]
        except Exception:  # what else it raises is told where it is asked for its result
            return []
        return []

    return script


def _line_in(function: Any, error: BaseException) -> str:
    """The line of the function's own cell that an error came through, in brackets; empty where there is none."""
    file = getattr(getattr(function, "__code__", None), "co_filename", "")
    lines = [at for frame, at in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
    return f" ({line_at(file, lines[-1])})" if lines else ""


@contextmanager
def _cancelled_in_vain() -> Iterator[list[str]]:
    """The reader's lines that cancel what `gather` gave when that has ended already."""
    gathering = vars(asyncio.tasks)["_GatheringFuture"]
    real, lines = gathering.cancel, list[str]()

    def cancel(self: asyncio.Future[Any], msg: object = None) -> bool:
        if self.done():
            lines.append(own_line(inspect.currentframe()))
        return bool(real(self, msg))

    with patch.object(gathering, "cancel", cancel):
        yield lines


def _and_the_book(things: Sequence[str], book: list[str]) -> Script:
    """What stands in the book a moment after the answer."""

    async def script(collect: Any) -> list[str]:
        await collect(things)
        for _ in range(5):
            await asyncio.sleep(0)
        return sorted(book)

    return script


def _must_raise(answer: Answer, things: Sequence[str]) -> None:
    """Expect the `KeyError` of a thing that nobody sells, alone or in a group."""

    async def script(collect: Any) -> Mapping[str, Any]:
        try:
            return {"gave": await collect(things)}
        except Exception as error:
            return {"error": error}

    told = answer.play(script).result
    expect(
        "error" in told and is_about(told["error"], KeyError),
        "nobody sells cinnamon, so `deliver` raises a `KeyError`, a mistake in the code. It was swallowed: only a "
        "`ValueError` means that something is missing.",
    )
