"""What a check expects of a run is expected exactly, and a refusal says what was seen."""

from typing import Any

import pytest

from bakery.checking.mistakes import Wrong
from bakery.checking.run import Reply, Run, Served, equal, expect, trace_of_waits
from bakery.checking.virtual.clock import SECOND
from bakery.checking.virtual.players import Queued, Wait


def run(waits: list[tuple[float, float]], **more: Any) -> Run:  # noqa: ANN401
    end = max((stop for _, stop in waits), default=0)
    several = [Wait(round(start * SECOND), round(stop * SECOND)) for start, stop in waits]
    return Run(
        **{"subject": "answer", "seconds": end, "trace": trace_of_waits(several, round(end * SECOND)), **more}
    )


def refusal(ask: Any) -> str:  # noqa: ANN401
    with pytest.raises(Wrong) as caught:
        ask()
    return str(caught.value)


THREE = [(0.0, 1.0)] * 3
ROW = [(0.0, 1.0), (1.0, 2.0), (2.0, 3.0)]


@pytest.mark.parametrize("wanted", [1, 2, 4, 10])
def test_at_once_accepts_exactly_what_was_wanted_and_neither_more_nor_less(wanted: int) -> None:
    run(THREE).at_once(3)
    assert "at most three went on at once" in refusal(lambda: run(THREE).at_once(wanted))


@pytest.mark.parametrize("seconds", [0.999999, 1.000001, 0, 2])
def test_takes_accepts_exactly_these_seconds(seconds: float) -> None:
    run(THREE).takes(1)
    assert f"and {seconds:g} s is wanted" in refusal(lambda: run(THREE).takes(seconds))


def test_waits_in_a_row_are_told_and_gather_is_advised_only_where_it_is_not_there_already() -> None:
    said = refusal(lambda: run(ROW).takes(1))
    assert "The three waits came one after another" in said
    assert "`asyncio.gather(…)`" in said
    said = refusal(lambda: run(ROW, source="await asyncio.gather(a, b)").takes(1))
    assert "one after another" in said
    assert "Start them together" not in said


def test_words_of_the_exercise_are_followed_by_what_was_seen_and_by_no_advice() -> None:
    said = refusal(lambda: run(ROW).takes(1, "the glaze waits for nothing."))
    assert said.startswith("the glaze waits for nothing.\nThe three waits came one after another")
    assert "gather" not in said


def test_too_little_time_is_never_answered_with_advice_to_save_some() -> None:
    assert "gather" not in refusal(lambda: run(ROW).takes(9))


def test_some_that_overlapped_and_some_that_did_not_are_counted() -> None:
    assert "at most two overlapped" in refusal(lambda: run([*THREE[:2], (1.0, 2.0)]).takes(1))


def test_who_stood_in_line_is_told_with_the_line() -> None:
    queued = (Queued("line 4: async with till:", 2 * SECOND),)
    said = refusal(lambda: run(ROW, queued=queued).takes(1))
    assert "Somebody stood in line for 2 s (line 4: async with till:)" in said


def test_tasks_that_were_left_are_told_with_their_line() -> None:
    said = refusal(lambda: run([], left=("line 2: await bake()",)).takes(1))
    assert "done before a task that it had started (line 2: await bake())" in said


def test_a_function_that_has_to_be_used_is_seen_to_be_called() -> None:
    run([], calls={"bake": 2}).called("bake").called("bake", 2)
    assert "`bake` was never called" in refusal(lambda: run([]).called("bake"))
    said = refusal(lambda: run([], calls={"bake": 1}).called("bake", 3))
    assert "`bake` was called once. Three times is wanted." in said


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (0.1 + 0.2, 0.3, True),
        (3, 3.0, True),
        ((1, 2), [1, 2], True),
        ([1], [1, 2], False),
        ("3", 3, False),
        (None, 0, False),
    ],
)
def test_results_are_the_same_but_for_the_last_bits_of_a_float(
    one: object, other: object, same: bool
) -> None:
    assert equal(one, other) is same


def test_a_comparison_that_fails_is_no_equality_and_a_broken_repr_loses_no_sentence() -> None:
    class Odd:
        def __eq__(self, other: object) -> bool:
            raise KeyError

        __hash__ = None  # type: ignore[assignment]

        def __repr__(self) -> str:
            raise KeyError

    assert "a Odd" in refusal(lambda: run([], result=Odd()).gives(1))


def served(*texts: str, status: int = 200, kind: str = "text/html; charset=utf-8") -> Served:
    replies = tuple(
        Reply(path="/cake", status=status, text=text, headers={"Content-Type": kind}) for text in texts
    )
    return Served(subject="app", replies=replies)


def test_a_reply_is_equal_and_not_only_alike() -> None:
    served("cake", "cake").gets("cake")
    assert "`'a cake'`" in refusal(lambda: served("a cake").gets("cake"))
    assert "status 201" in refusal(lambda: served("cake", status=201).gets("cake"))
    assert "answers with JSON" in refusal(lambda: served('"cake"', kind="application/json").gets("cake"))


def test_replies_that_went_to_the_wrong_customer_are_told_so() -> None:
    served("plum", "lemon").gets("plum", "lemon")
    assert "what was meant for another" in refusal(lambda: served("lemon", "plum").gets("plum", "lemon"))
    assert "All two customers got the same" in refusal(lambda: served("plum", "plum").gets("plum", "lemon"))


def test_json_is_compared_by_value() -> None:
    served('{"a": 1}', kind="application/json").gets_json({"a": 1})
    assert "as JSON" in refusal(lambda: served("cake").gets_json({"a": 1}))


def test_expect_goes_on_or_ends_the_check() -> None:
    expect(True, "never said")
    assert refusal(lambda: expect([], "it is empty.")) == "it is empty."
