"""What may be said to the board, and what each other thing is answered."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakery.classroom.messages import LARGEST, MANY, Done, Join, Misunderstood, read_beliefs, written
from bakery.lessons import every


def test_joining_is_a_word_a_name_and_perhaps_a_token() -> None:
    assert Join.read(written({"word": "w", "name": "Ada"})) == Join("w", "Ada", "")


def test_what_is_done_is_a_list_of_tasks() -> None:
    assert Done.read(b'{"done": ["02_waiting/together"]}') == Done(frozenset({"02_waiting/together"}))


def test_beliefs_are_two_halves_of_each_idea() -> None:
    assert read_beliefs(b'{"beliefs": {"one order": [false, true]}}') == {"one order": (False, True)}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"null",
        b"[" * 10_000,
        b'{"done": null}',
        b'{"done": "02_waiting/together"}',
        b'{"done": [1]}',
        b'{"done": ["02_waiting"]}',
        b'{"done": ["02_waiting/<b>"]}',
        b'{"done": ["02_waiting/together\\n"]}',
        b'{"done": ["../x"]}',
        b'{"done": [["a/b"]]}',
        written({"done": ["a/b"] * (MANY + 1)}),
    ],
)
def test_whatever_else_is_done_is_misunderstood(body: bytes) -> None:
    with pytest.raises(Misunderstood, match=r"\.$"):
        Done.read(body)


@pytest.mark.parametrize(
    "body",
    [b"[]", b'{"word": 1}', b'{"word": "w", "name": null}', written({"word": "w", "name": "x" * 1_001})],
)
def test_joining_takes_texts_only(body: bytes) -> None:
    with pytest.raises(Misunderstood):
        Join.read(body)


@pytest.mark.parametrize(
    "beliefs",
    [
        None,
        [],
        {"x": True},
        {"x": [1, 0]},
        {"x": [True]},
        {"x" * 61: [True, True]},
        {"\n": [True, True]},
        {str(number): [True, True] for number in range(41)},
    ],
)
def test_beliefs_are_nothing_else(beliefs: object) -> None:
    with pytest.raises(Misunderstood):
        read_beliefs(written({"beliefs": beliefs}))


@given(
    st.binary(max_size=60)
    | st.recursive(st.none() | st.text(), st.lists).map(lambda x: json.dumps(x).encode())
)
def test_garbage_is_misunderstood_and_nothing_else_happens(body: bytes) -> None:
    for read in (Join.read, Done.read, read_beliefs):
        with pytest.raises(Misunderstood):
            read(body)


def test_the_whole_series_fits_into_one_message() -> None:
    tasks = [f"{lesson.name}/{name}" for lesson in every() for name in lesson.names]
    body = written({"done": tasks})
    assert len(body) < LARGEST
    assert len(Done.read(body).tasks) == len(tasks) > 100
