"""What came of a call is kept, whatever it was, and told in a few words."""

import asyncio

import pytest
from answering import asked, refused

from bakery.checking.mistakes import Wrong
from bakery.lessons._outcomes import Came, came, must_be_class, named, often, what


async def plum() -> str:
    """A cake."""
    return "plum"


async def burnt() -> str:
    """No cake."""
    raise ValueError("burnt")


def test_a_value_comes_as_it_is_and_an_error_is_kept_until_somebody_wants_the_value() -> None:
    assert asyncio.run(came(plum())) == Came("plum")
    one = asyncio.run(came(burnt()))
    assert (one.value, str(one.error)) == (None, "burnt")
    with pytest.raises(Wrong, match="it raised ValueError: burnt"):
        one.good()


def test_whoever_is_called_off_is_called_off() -> None:
    async def main() -> None:
        async with asyncio.timeout(0):
            await came(asyncio.sleep(1))

    with pytest.raises(TimeoutError):
        asyncio.run(main())


def test_what_came_is_told_in_words() -> None:
    assert named(Came(error=KeyError("price"))) == "`KeyError`"
    assert what(Came(error=KeyError("price"))) == "it raises `KeyError`"
    assert what(Came([1])) == "it gives `[1]`"
    assert [often(number) for number in (0, 1, 2, 3, 40)] == [
        "not at all",
        "once",
        "twice",
        "three times",
        "40 times",
    ]


def test_a_class_is_wanted_and_neither_a_thing_of_it_nor_a_function() -> None:
    assert asked("class answer: pass", must_be_class).error is None
    made = refused("class Remote: pass\nanswer = Remote()", must_be_class)
    assert made == "a class is wanted, without brackets: `check(Remote)`, and not a thing of that class."
    assert "a class is wanted" in refused("def answer(): pass", must_be_class)
    assert isinstance(asked("answer = None", must_be_class).error, Wrong)
