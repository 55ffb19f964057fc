"""What differs is said where it is plain to see, and nothing where it is not."""

import pytest
from answering import refused

from bakery.checking.describing import MANY
from bakery.checking.differences import difference, equal, on_one_for_all, on_text, seen

PLAIN = {
    "a text without its f": ("one {cake} cake", "one plum cake", "only with an `f`"),
    "nothing in a text": ("one None cake", "one plum cake", "in place of “plum”"),
    "a list in a text": ("one ['plum', None]", "one plum", "A whole list stands there"),
    "a comma at the end of a line": ("one ('plum',) cake", "one plum cake", "a comma at the end of a line"),
    "a form in a text": ("one ImmutableMultiDict([('cake', 'plum')]) cake", "one plum cake", "whole form"),
    "words in another order": ("coffee and cake", "cake and coffee", "the same words in another order"),
    "a task in a text": ("cake <Task finished name='Task-3'>", "cake with a name", "A task stands in it"),
    "a coroutine in a text": (
        "cake <coroutine object bake at 0x7f>",
        "cake with a name",
        "an `await` is missing",
    ),
    "another order": ([2, 1, 3], [1, 2, 3], "in another order"),
    "only the first": ([1], [1, 2, 3], "Only the first is there, of three."),
    "only the first ten": (list(range(10)), list(range(30)), "Only the first ten are there, of 30."),
    "nothing in a list": ([None, None], [1, 2], "Each of them is `None`"),
    "rows": ([("rye",), ("nut",)], ["nut", "rye"], "takes the value out"),
    "a set": ({1, 2}, [2, 1], "A set has no order"),
    "a dictionary": ({"a": 1, "b": 2}, [1, 2], "A list of its values is wanted."),
}


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_plain_to_see_is_said(name: str) -> None:
    given, wanted, words = PLAIN[name]
    assert words in difference(given, wanted)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("one nut cake", "one plum cake"),
        ("None", "None at all"),
        ("{cake}", "{cake}!"),
        ([1, 5, 3], [1, 2, 3]),
        ([], [1]),
        ([[1], [2]], [1, 2]),
        ({1, 5}, [1, 2]),
        ({"a": 1}, [1, 2]),
        (3, 4),
        (None, [1]),
    ],
)
def test_where_nothing_is_plain_nothing_is_said(given: object, wanted: object) -> None:
    assert difference(given, wanted) == ""


def test_it_is_said_of_what_an_answer_gives() -> None:
    said = refused("async def answer(): return [3, 2, 1]", lambda answer: answer.run().gives([1, 2, 3]))
    assert said.endswith("All of them are there, in another order.")


@pytest.mark.parametrize(
    "source", ['def a(): return "cake" and "coffee"', "async def a(): return await bake() and await brew()"]
)
def test_pythons_and_is_named_where_it_has_given_one_text_of_two(source: str) -> None:
    assert on_text("coffee", "cake and coffee", source).startswith("Python's `and` between two texts")


@pytest.mark.parametrize(
    ("given", "source"),
    [
        ("coffee", 'def a(): return "coffee"'),
        ("cake", 'def a(): return "cake" and "coffee"'),
        ("coffee", "…"),
    ],
)
def test_pythons_and_is_not_blamed_where_it_does_not_explain_the_text(given: str, source: str) -> None:
    assert on_text(given, "cake and coffee", source) == difference(given, "cake and coffee")


def test_a_coroutine_in_a_text_is_told_where_it_most_likely_comes_from() -> None:
    text = "one <coroutine object fetch at 0x1> cake"
    assert "Threads are for plain functions" in on_text(
        text, "one plum cake", "await asyncio.to_thread(fetch)"
    )
    assert "an `await` is missing" in on_text(text, "one plum cake", "fetch()")


@pytest.mark.parametrize(
    ("given", "wanted", "said"),
    [
        ("[plum]", "plum", ""),
        ("(1,", "plum", ""),
        ([1], [[1], [2]], ""),
        ({1}, [[1], [2]], ""),
        ([0] * (MANY - 2), [0] * (MANY - 1), f"Only the first {MANY - 2} are there, of {MANY - 1}."),
        ([0] * (MANY - 1), [0] * MANY, ""),
        ([0] * MANY, [0] * (MANY - 1), ""),
    ],
)
def test_what_cannot_be_read_or_put_into_a_set_and_what_is_too_long_is_said_nothing_of(
    given: object, wanted: object, said: str
) -> None:
    assert difference(given, wanted) == said


GATHERED = "cake, words = await asyncio.gather(asyncio.to_thread(decorate), asyncio.sleep(1))"


def test_none_in_a_text_is_told_of_the_sleep_that_was_gathered_and_of_no_other() -> None:
    assert "the order of what stands in its brackets" in on_text("one None", "one cake", GATHERED)
    assert "brackets" not in on_text("one None", "one cake", "await asyncio.sleep(1)")
    assert on_text("one cake", "two cakes", GATHERED) == ""


def test_the_cell_is_looked_at_for_a_text_that_an_answer_gives() -> None:
    cell = """import asyncio
async def decorate(): return "with a name"
async def answer():
    _, words = await asyncio.gather(decorate(), asyncio.sleep(1))
    return f"one cake {words}"
"""
    said = refused(cell, lambda answer: answer.run().gives("one cake with a name"))
    assert said.endswith(
        "A sleep gives `None`, and `gather` gives the results in the order of what stands in its brackets."
    )


ASKED = ["plum", "nut", "rye"]


def test_the_same_for_all_is_explained_by_a_name_for_all_only_where_the_last_of_them_got_what_was_asked_for() -> (
    None
):
    said = on_one_for_all(["rye"] * 3, ASKED)
    assert said.startswith(" All three customers got the same, although they asked for different things")
    assert "the next one writes over it" in said
    assert on_one_for_all(["plum"] * 3, ASKED).endswith("at the same moment.")


@pytest.mark.parametrize(
    ("given", "wanted"), [(["rye"] * 3, ["plum"] * 3), (["rye", "nut", "rye"], ASKED), (["rye"], ["plum"])]
)
def test_nothing_is_said_of_customers_who_asked_for_one_thing_or_got_several(
    given: list[str], wanted: list[str]
) -> None:
    assert on_one_for_all(given, wanted) == ""


@pytest.mark.parametrize("wanted", [["cake"], "cake"])
def test_a_gather_that_is_given_back_is_told_that_its_await_is_missing(wanted: object) -> None:
    text = "async def bake(): return 'cake'\nasync def answer(): return asyncio.gather(bake())"
    said = refused(text, lambda answer: answer.run().gives(wanted))
    assert "gives a future, and not its result" in said
    assert said.endswith("An `await` before what makes it is missing: it waits, and gives the result.")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (0.1 + 0.2, 0.3, True),
        (3, 3.0, True),
        ((1, 2), [1, 2], True),
        ([1], [1, 2], False),
        ("3", 3, False),
        (None, 0, False),
        (1e9 + 0.5, 1e9, True),
        (1e9 + 2, 1e9, False),
        (5e-10, 0.0, True),
        (2e-9, 0.0, False),
    ],
)
def test_results_are_the_same_but_for_the_last_bits_of_a_float(
    one: object, other: object, same: bool
) -> None:
    assert equal(one, other) is same


@pytest.mark.parametrize(("given", "wanted"), [("coffee and cake", "cake and coffee"), ([2, 1], [1, 2])])
def test_whoever_takes_what_is_done_first_is_told_where_the_order_comes_from(
    given: object, wanted: object
) -> None:
    assert seen(given, wanted, "asyncio.as_completed(several)").endswith("gives whatever is done first.")
    assert "as_completed" not in seen(given, wanted, "asyncio.gather(*several)")
