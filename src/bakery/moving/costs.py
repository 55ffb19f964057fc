"""What a move costs: how much of a program is kept when it is rewritten, in words and in lines."""

import ast
import io
import tokenize
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

LAYOUT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.ENCODING,
}
"""What a tokenizer gives that is no word of a program."""


class Kept(NamedTuple):
    """What became of the words, or the lines, of a program: how many there were, how many went, how many came."""

    of: int
    gone: int
    new: int

    @property
    def percent(self) -> int:
        """How much of the old program stands in the new one."""
        return round(100 * (self.of - self.gone) / self.of)

    def __str__(self) -> str:
        return f"{self.percent} % kept (-{self.gone} +{self.new})"


def words_kept(before: str, after: str) -> Kept:
    """Compare two programs word by word, as Python reads them. Raises `SyntaxError` for what is no Python."""
    return _kept(words(before), words(after))


def lines_kept(before: str, after: str) -> Kept:
    """Compare two programs line by line; empty lines are not counted."""
    return _kept(_lines(before), _lines(after))


def words(text: str) -> list[str]:
    """The words of a program, as Python reads them, without comments and layout. Raises `SyntaxError`."""
    ast.parse(text)  # a tokenizer alone says of what is no Python something else in each Python
    found = tokenize.generate_tokens(io.StringIO(text).readline)
    return [token.string for token in found if token.type not in LAYOUT]


def program(folder: Path, pattern: str) -> str:
    """All Python files of a folder whose names fit a pattern, one after the other; the tests' own only if asked for."""
    paths = sorted(path for path in folder.rglob(pattern) if _wanted(path, pattern))
    return "".join(path.read_text(encoding="utf-8") for path in paths)


def _wanted(path: Path, pattern: str) -> bool:
    is_test = path.name.startswith("test_") or path.name == "conftest.py"
    return is_test == pattern.startswith("test_")


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def _kept(before: Sequence[str], after: Sequence[str]) -> Kept:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    return Kept(len(before), len(before) - same, len(after) - same)
