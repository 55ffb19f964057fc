"""What is kept of a program is counted in words and in lines."""

from pathlib import Path

import pytest

from bakery.moving.costs import Kept, lines_kept, program, words, words_kept


def test_words_are_what_python_reads() -> None:
    assert words("def f( x ):  # why\n\n    return x+1\n") == [
        "def",
        "f",
        "(",
        "x",
        ")",
        ":",
        "return",
        "x",
        "+",
        "1",
    ]


def test_one_await_is_one_word_and_one_line() -> None:
    before, after = "def f():\n    return g()\n", "async def f():\n    return await g()\n"
    assert words_kept(before, after) == Kept(of=9, gone=0, new=2)
    assert lines_kept(before, after) == Kept(of=2, gone=2, new=2)


def test_layout_and_comments_count_for_nothing() -> None:
    assert words_kept("x = 1\n", "x  =  1  # one\n\n") == Kept(3, 0, 0)
    assert lines_kept("x = 1\n\n", "\nx = 1\n") == Kept(1, 0, 0)


def test_it_reads_as_a_person_would_say_it() -> None:
    assert str(Kept(of=300, gone=6, new=18)) == "98 % kept (-6 +18)"


def test_tests_are_counted_apart_from_the_app(tmp_path: Path) -> None:
    for name in ("app", "test_app", "conftest"):
        (tmp_path / f"{name}.py").write_text(f"{name} = 1\n", encoding="utf-8")
    assert program(tmp_path, "*.py") == "app = 1\n"
    assert program(tmp_path, "test_*.py") == "test_app = 1\n"


def test_what_is_no_python_is_an_error() -> None:
    with pytest.raises(SyntaxError):
        words("def f(:\n  'a\n")
