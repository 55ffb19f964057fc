"""Threads of an answer are players of its clock."""

from types import SimpleNamespace

import pytest
from answering import WAYS, asked, run_of

from bakery.checking import Answer
from bakery.checking.run import Run
from bakery.checking.virtual import player_threads
from bakery.checking.virtual.halts import Stopped, TimeUp

THREE = """
def answer():
    threads = [threading.Thread(target=time.sleep, args=(1,)) for _ in range(3)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""


@WAYS
def test_threads_of_the_answer_wait_side_by_side(threadless: bool) -> None:
    run: Run = run_of(THREE, Answer.call, threadless=threadless)
    assert (run.seconds, run.at_most) == (1.0, 3)


def test_a_thread_of_the_answer_never_holds_up_the_end_of_the_kernel() -> None:
    text = """
def answer():
    thread = threading.Thread(target=time.sleep, args=(1,))
    thread.start()
    thread.join()
    return thread.daemon
"""
    assert run_of(text, Answer.call).result is True


def test_starting_threads_gives_nobody_else_the_baton() -> None:
    """Every start takes a lock of Python's own; a wait with it in hand would stop all the others."""
    text = """
from concurrent.futures import ThreadPoolExecutor
def one():
    with ThreadPoolExecutor(1) as pool: return pool.submit(time.sleep, 1).result()
def answer():
    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""
    for _ in range(5):
        assert run_of(text, Answer.call).seconds == 1.0


@pytest.mark.parametrize("after", ["", "    raise ValueError"])
def test_a_thread_that_nobody_joins_ends_with_the_run(after: str) -> None:
    text = f"def answer():\n    threading.Thread(target=time.sleep, args=(100,)).start()\n{after}"
    stage = asked(text, Answer.call)
    assert stage.threads == {}


@pytest.mark.parametrize(
    ("kind", "news"),
    [(ValueError, True), (SystemExit, True), (None, True), (Stopped, False), (TimeUp, False)],
)
def test_a_thread_that_was_told_to_stop_is_no_news_and_any_other_error_in_one_is(
    kind: type[BaseException] | None, news: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr(player_threads, "real_excepthook", told.append)
    error = SimpleNamespace(exc_type=kind)
    player_threads.excepthook(error)
    assert told == [error] * news
