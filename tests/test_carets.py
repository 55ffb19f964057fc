"""On an early Python 3.11 no thread but the main one parses a line in order to underline it; on others nothing is changed."""

import sys
import threading
import traceback

import pytest

from bakery.carets import PLACING, draw_in_the_main_thread_only

pytestmark = pytest.mark.skipif(
    not hasattr(traceback, PLACING), reason="this Python places its carets in another way"
)


def parsing_threads(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """From now on, whether it was the main thread, for each line that is parsed for a traceback."""
    seen: list[bool] = []

    def place(_segment: str) -> None:
        seen.append(threading.current_thread() is threading.main_thread())

    monkeypatch.setattr(traceback, PLACING, place)
    return seen


def report() -> str:
    try:
        return str(len([1]) + 1 / 0)
    except ZeroDivisionError:
        return traceback.format_exc()


def both_report() -> tuple[str, str]:
    said: list[str] = []
    thread = threading.Thread(target=lambda: said.append(report()))
    thread.start()
    thread.join()
    return report(), said[0]


@pytest.mark.parametrize("version", [(3, 11, 0, "final", 0), (3, 11, 7, "final", 0)])
def test_where_threads_disturb_each_other_only_the_main_thread_parses(
    version: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = parsing_threads(monkeypatch)
    draw_in_the_main_thread_only(version)
    draw_in_the_main_thread_only(version)
    main, thread = both_report()
    assert seen
    assert all(seen)
    assert "ZeroDivisionError: division by zero" in main
    assert "ZeroDivisionError: division by zero" in thread
    assert "^^^" in thread


@pytest.mark.parametrize("version", [(3, 11, 8, "final", 0), (3, 13, 0, "final", 0)])
def test_a_python_that_can_is_left_alone(
    version: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = parsing_threads(monkeypatch)
    draw_in_the_main_thread_only(version)
    both_report()
    assert False in seen


def test_the_tests_themselves_are_guarded() -> None:
    guarded = hasattr(getattr(traceback, PLACING), "__wrapped__")
    assert guarded == ((3, 11) <= sys.version_info < (3, 11, 8))
