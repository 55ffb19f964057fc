"""What a check expects of a run is expected exactly, and a refusal says what was seen."""

from dataclasses import replace
from typing import Any

import pytest

from bakery.checking.mistakes import Wrong
from bakery.checking.run import (
    Reply,
    Run,
    Served,
    expect,
    in_word,
    last_of,
    most_of,
    trace_of_replies,
    trace_of_waits,
)
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


def test_whoever_meets_an_expectation_is_asked_the_next_one() -> None:
    met = run(THREE, result=3, calls={"bake": 1})
    assert met.gives(3).takes(1).at_once(3).called("bake", 1).keeps().closes().expect(True, "") is met
    served = Served(**vars(met))
    assert served.says().gets("cake").gets_json(3) is served


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


def test_waits_in_a_row_are_told_of_a_call_that_begins_only_where_it_is_awaited() -> None:
    source = "async def answer():\n    made = bake()\n    await bake()\n    await made"
    said = refusal(lambda: run(ROW, source=source).takes(1))
    assert "begins where `made` is awaited" in said
    assert "Start them together" not in said


def test_words_of_the_exercise_are_followed_by_what_was_seen_and_by_no_advice() -> None:
    said = refusal(lambda: run(ROW).takes(1, "the glaze waits for nothing."))
    assert said.startswith("the glaze waits for nothing.\nThe three waits came one after another")
    assert "gather" not in said


def test_too_little_time_is_never_answered_with_advice_to_save_some() -> None:
    assert "gather" not in refusal(lambda: run(ROW).takes(9))


def test_too_little_time_is_called_less_where_neither_the_exercise_nor_what_was_left_says_it() -> None:
    less = "That is less: something was not waited for, or a wait is too short."
    assert refusal(lambda: run(THREE).takes(2)) == f"it took 1 s, and 2 s is wanted. {less}"
    assert less not in refusal(lambda: run(THREE).takes(2, "nobody waited."))
    assert less not in refusal(lambda: run(THREE, left=("line 2: bake()",)).takes(2))


@pytest.mark.parametrize("left", [(), ("line 2: bake()",)])
def test_a_task_in_the_cell_is_supposed_to_go_on_only_where_none_was_seen_left_over(
    left: tuple[str, ...],
) -> None:
    said = refusal(lambda: run([], source="asyncio.create_task(bake())", left=left).takes(1))
    assert ("A task goes on by itself" in said) is (not left)


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


def test_calls_are_told_with_the_visitors_they_were_for() -> None:
    twice = replace(served("cake"), calls={"bake": 2})
    assert (
        refusal(lambda: twice.called("bake", 1)) == "`bake` was called twice for one visitor. Once is wanted."
    )
    three = replace(served("cake", "cake", "cake"), calls={"bake": 1})
    assert "`bake` was called once for three visitors. Three times is wanted." in refusal(
        lambda: three.called("bake", 3)
    )
    assert "visitor" not in refusal(lambda: served("cake").called("bake", 1))


@pytest.mark.parametrize("line", ["cake = bake()", "cakes = [bake() for _ in 'abc']"])
def test_a_function_that_only_the_cell_has_called_is_said_to_be_called_there(line: str) -> None:
    source = f"{line}\nasync def answer():\n    return cake\n"
    for says in ("", "words of its own"):
        said = refusal(lambda words=says: run([], source=source).called("bake", 1, words))
        assert "`bake` was called when the cell itself was run" in said


@pytest.mark.parametrize(
    "line", ["    cake = bake()", "def bake():", "# bake()", "later = lambda: bake()", "rebake()"]
)
def test_a_function_that_nobody_has_called_is_not_said_to_be_called_by_the_cell(line: str) -> None:
    said = refusal(lambda: run([], source=f"async def answer():\n    return 1\n{line}\n").called("bake"))
    assert "`bake` was never called" in said


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


def test_the_picture_of_replies_shows_each_visitor_and_which_of_them_came_to_nothing() -> None:
    good = Reply(path="/cake", status=200, end=1.0)
    replies = (
        good,
        replace(good, start=1.0, end=3.0),
        replace(good, status=404),
        replace(good, error=KeyError()),
    )
    spans = trace_of_replies(replies, "Quart").spans
    assert [(span.lane, span.kind, span.start, span.end, span.error) for span in spans] == [
        ("order 1", "serve", 0.0, 1.0, ""),
        ("order 2", "wait", 0.0, 1.0, ""),
        ("order 2", "serve", 1.0, 3.0, ""),
        ("order 3", "serve", 0.0, 1.0, "404"),
        ("order 4", "serve", 0.0, 1.0, "200"),
    ]


def test_a_reply_takes_no_time_until_somebody_says_how_much() -> None:
    reply = Reply(path="/cake", status=200)
    assert (reply.start, reply.end, last_of((reply,)), last_of(())) == (0.0, 0.0, 0.0, 0.0)
    assert last_of((replace(reply, end=2.0), replace(reply, end=1.0))) == 2.0


def test_waits_are_at_the_same_moment_where_they_overlap_and_not_where_they_touch() -> None:
    assert most_of([]) == 0
    assert most_of([*ROW, (2.5, 4.0)]) == 2
    assert most_of(ROW) == 1


def test_a_reply_that_sends_on_to_a_slash_is_told_so_unless_that_is_wanted() -> None:
    served("", status=308).gets("", status=308)
    said = refusal(lambda: served("", status=308).gets("cake"))
    assert "`/cake` answers with status 308, which sends the customer on to `/cake/`" in said
    said = refusal(lambda: served("", status=302).gets("cake"))
    assert said == "`/cake` answers with status 302, and 200 is wanted."


def test_a_reply_has_to_have_each_of_the_words() -> None:
    served("a good cake").says("good", "cake")
    said = refusal(lambda: served("a good cake", "a cake").says("cake", "good"))
    assert said == "`/cake` answers `'a cake'`, and “good” is not in it."


def several(waits: list[tuple[float, float]], visitors: int, title: str = "Quart") -> Served:
    replies = tuple(Reply(path="/cake", status=200, end=3.0) for _ in range(visitors))
    return Served(
        subject="app",
        seconds=3.0,
        replies=replies,
        waits=tuple(waits),
        trace=trace_of_replies(replies, title),
    )


@pytest.mark.parametrize("visitors", [1, 3])
def test_waits_of_a_quart_app_are_told_where_each_visitor_has_one_or_one_visitor_all(visitors: int) -> None:
    row, two = several(ROW, visitors), several([*THREE[:2], (1.0, 2.0)], visitors)
    assert "The three waits came one after another" in refusal(lambda: row.takes(1))
    assert "Of the three waits, at most two overlapped." in refusal(lambda: two.takes(1))


@pytest.mark.parametrize("served", [several(ROW, 2), several(THREE, 3), several(ROW, 3, "Flask")])
def test_of_other_waits_of_visitors_nothing_is_said_but_what_was_asked_for(served: Served) -> None:
    assert refusal(lambda: served.takes(1)) == "at `/cake` it took 3 s, and 1 s is wanted."
    both = replace(served, replies=(*served.replies, Reply(path="/pie", status=200)))
    assert refusal(lambda: both.takes(1)).startswith("it took 3 s, and 1 s is wanted.")


@pytest.mark.parametrize("waits", [[(0.0, 3.0)], [(0.0, 3.0)] * 3, [(0.0, 3.0), (0.0, 1.0), (1.0, 2.0)]])
def test_a_wait_that_took_all_of_the_time_is_told_and_nobody_is_said_to_have_waited(
    waits: list[tuple[float, float]],
) -> None:
    alone = "it took 3 s, and 1 s is wanted.\nA single wait took all of these 3 s: nobody waited there for another."
    assert refusal(lambda: replace(run(waits), waits=tuple(waits)).takes(1)) == alone
    late = replace(run(waits), waits=tuple(waits), seconds=3.5)
    assert "A single wait" not in refusal(lambda: late.takes(1))


def test_a_result_that_is_missing_and_one_that_differs_are_told_apart() -> None:
    run([], result=3).gives(3)
    run([]).gives(None)
    assert "gives back nothing (`None`)" in refusal(lambda: run([]).gives(3))
    assert refusal(lambda: run([], result=2).gives(3)) == "`answer` gives `2`, but `3` is wanted."
    assert refusal(lambda: run([]).gives(3, "no cake.")) == "no cake."


def test_what_was_thrown_away_or_left_open_is_told_with_its_line() -> None:
    run([]).keeps().closes()
    assert "thrown away before it was done (line 3)" in refusal(lambda: run([], lost=("line 3",)).keeps())
    assert "left open (line 4)" in refusal(lambda: run([], unclosed=("line 4",)).closes())


def test_any_other_expectation_is_followed_by_what_was_seen() -> None:
    seen = run([], left=("line 2", "line 5"), notes=("A note.",))
    assert seen.expect(True, "never said") is seen
    said = refusal(lambda: seen.expect(False, "no cake."))
    assert said == (
        "no cake.\nIt was done before two tasks that it had started (line 2). `await` what it starts.\nA note."
    )


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("await asyncio.to_thread(asyncio.sleep, 1)", "A thread that calls `asyncio.sleep`"),
        ("asyncio.ensure_future(bake())", "A task goes on by itself"),
        ("app.add_background_task(bake)", "A background task goes on after the answer"),
    ],
)
def test_what_nobody_waited_for_is_guessed_from_the_cell(source: str, words: str) -> None:
    assert refusal(lambda: run([], source=source).takes(1)).splitlines()[1].startswith(words)
    assert len(refusal(lambda: run([], source="bake()").takes(1)).splitlines()) == 1


def test_a_small_number_is_a_word_and_a_large_one_its_digits() -> None:
    assert [in_word(number) for number in (0, 1, 2, 9999)] == ["0", "one", "two", "9999"]
    assert "called twice. Once is wanted" in refusal(lambda: run([], calls={"bake": 2}).called("bake", 1))
    assert "The task is to use it." in refusal(lambda: run([]).called("bake"))


def test_a_picture_of_waits_ends_with_the_run_and_shows_each_from_its_start() -> None:
    spans = trace_of_waits([Wait(SECOND, 9 * SECOND), Wait(0, SECOND)], 3 * SECOND).spans
    assert [(span.lane, span.kind, span.start, span.end) for span in spans] == [
        ("cake 1", "bake", 0.0, 1.0),
        ("cake 2", "wait", 0.0, 1.0),
        ("cake 2", "bake", 1.0, 3.0),
    ]


def test_json_is_compared_by_value() -> None:
    served('{"a": 1}', kind="application/json").gets_json({"a": 1})
    assert "as JSON" in refusal(lambda: served("cake").gets_json({"a": 1}))


def test_expect_goes_on_or_ends_the_check() -> None:
    expect(True, "never said")
    assert refusal(lambda: expect([], "it is empty.")) == "it is empty."


def test_a_status_that_is_no_number_is_told_so_unless_that_is_wanted() -> None:
    served = Served(subject="app", replies=(Reply(path="/cake", status=0),))
    assert refusal(lambda: served.gets("cake")) == (
        "`/cake` answers with a status that is no number: behind a comma in what a handler returns stands the status. One text "
        "is wanted, without a comma after it."
    )


def test_what_was_expected_gives_the_run_for_the_next_expectation() -> None:
    one = run(THREE, result=3, calls={"bake": 2})
    assert (
        one.gives(3).takes(1).at_once(3).called("bake").called("bake", 2).keeps().closes().expect(1, "no")
        is one
    )
