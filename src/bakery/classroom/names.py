"""Names on the board: what a student typed becomes one short line that can be read, and no two are the same."""

import unicodedata
from collections.abc import Collection

LONGEST = 24
"""Letters of a name that are kept."""

NOBODY = "Guest"
"""Who gives no name that can be read."""

JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
"""Invisible, and needed: families of emoji and Persian words are spelled with them."""

MARKS = 2
"""Accents that one letter may carry; some languages need two, and a tower of them covers the neighbours."""


def cleaned(typed: str) -> str:
    """A name without control characters, changes of direction, towers of accents and empty ends; `NOBODY` if none is left."""
    kept: list[str] = []
    marks = 0
    for letter in unicodedata.normalize("NFC", typed[: 8 * LONGEST]):
        kind = unicodedata.category(letter)
        if letter.isspace():
            letter = " "
        elif kind[0] == "C" and letter not in JOINERS:  # control, format, halves of characters, unassigned
            continue
        marks = marks + 1 if kind[0] == "M" else 0
        if marks <= MARKS:
            kept.append(letter)
    name = _short(" ".join("".join(kept).split()))
    return name if any(unicodedata.category(letter)[0] not in "CMZ" for letter in name) else NOBODY


def told_apart(name: str, taken: Collection[str]) -> str:
    """The name itself, or the name with the first number that nobody has: "Ada", "Ada 2", "Ada 3"."""
    known = {one.casefold() for one in taken}
    free, number = name, 2
    while free.casefold() in known:
        free, number = f"{name} {number}", number + 1
    return free


def _short(name: str) -> str:
    """No more than `LONGEST` letters, where a letter's accents count as part of it."""
    letters = 0
    for place, letter in enumerate(name):
        letters += unicodedata.category(letter)[0] != "M"
        if letters > LONGEST:
            return f"{name[:place].rstrip()}…"
    return name.strip(JOINERS)
