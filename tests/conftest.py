"""What holds for all tests: the longest files begin, and what was imported once is no garbage."""

import gc
from pathlib import Path

import pytest

LONGEST = (
    "tests/browser/test_every_notebook.py",
    "tests/test_solved.py",
    "notebooks/11_moving_house.ipynb",
    "notebooks/06_what_blocks.ipynb",
    "notebooks/10_background_and_lifetimes.ipynb",
    "notebooks/09_streams_and_sockets.ipynb",
    "notebooks/07_databases.ipynb",
    "notebooks/05_the_race.ipynb",
    "tests/moving/test_house.py",
    "tests/test_kernel.py",
    "tests/lessons/test_lessons.py",
)
"""Files that take longest, in the order in which they begin: else one worker would be alone with one of them at the end."""

ROOT = Path(__file__).parents[1]

LESSONS = ROOT / "tests" / "lessons"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, then what drives a browser, and notebooks, which mostly wait; then all others as they were."""
    places = {ROOT / path: place for place, path in enumerate(LONGEST)}
    browser = ROOT / "tests" / "browser"

    def place(item: pytest.Item) -> int:
        waits = item.path.is_relative_to(browser) or item.path.suffix == ".ipynb"
        return places.get(item.path, len(LONGEST) + (not waits))

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """Put what collecting the tests has made out of the collector's sight."""
    _put_aside()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Put aside what earlier tests have imported and kept, too, where answers are checked by the thousand."""
    if item.path.is_relative_to(LESSONS):
        _put_aside()


def _put_aside() -> None:
    """Throw away what nobody holds, and hide what is left from collections and from `gc.get_objects`.

    A check asks for a collection and, where an answer has failed, for all objects that there are. Most of them are
    modules and reports of other tests, and looking at these took half the time of all the tests of lessons.
    """
    gc.collect()
    gc.freeze()
