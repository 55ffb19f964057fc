"""What a person reads: the diff, and the list of what is left to do, with one entry for what is said of many places."""

import difflib
from collections.abc import Iterator

from bakery.moving.move import Move
from bakery.moving.plan import Remark, Sort
from bakery.moving.waiting import WAYS

HEADS: dict[Sort, str] = {
    "hand": "By hand: this does not work before you change it",
    "look": "Worth a look: moved, or left, on a guess",
    "blocking": "Blocking calls in what is async now: while one waits, everybody waits",
    "extension": "Extensions: Flask's do not work on Quart",
}

MOST = 6
"""Places that are named one by one."""


def diff(move: Move, only: str = "") -> str:
    """The changes as a unified diff, of all files or of one."""
    before = {source.path: source.text for source in move.project.sources}
    before |= {setting.path: setting.text for setting in move.project.settings}
    return "".join(
        "".join(_lines(path, before.get(path, ""), text))
        for path, text in sorted(move.texts.items())
        if only in ("", path)
    )


def _lines(path: str, before: str, after: str) -> Iterator[str]:
    ones, others = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for line in difflib.unified_diff(ones, others, path, path):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def report(move: Move) -> str:
    """The list of what a person has to do, and how sure the tool is of what it did."""
    parts = [_section(sort, [remark for remark in move.remarks if remark.sort == sort]) for sort in HEADS]
    return "\n\n".join(part for part in [*parts, _left(move), summary(move)] if part)


def summary(move: Move) -> str:
    """In one sentence: what was done, and how much of it could not be decided."""
    if not move.texts:
        return "Nothing to change."
    files = f"{len(move.texts)} {'file' if len(move.texts) == 1 else 'files'}"
    asked = move.awaits + move.undecided
    decided = f"{move.awaits} of {asked} awaits ({_percent(move.awaits, asked)} %)" if asked else "no awaits"
    return f"{files} to change: {decided} written, {move.undecided} left to you."


def _percent(part: int, whole: int) -> int:
    """Rounded down: 100 means all."""
    return 100 * part // whole


def _section(sort: Sort, remarks: list[Remark]) -> str:
    if not remarks:
        return ""
    grouped: dict[tuple[str, str], list[Remark]] = {}
    for remark in remarks:
        grouped.setdefault((remark.reason, remark.write), []).append(remark)
    lines = [f"{HEADS[sort]}."]
    if sort == "blocking":
        lines += ["The three ways out:", *(f"  {number}. {way}" for number, way in enumerate(WAYS, start=1))]
    for (reason, write), places in grouped.items():
        lines.append(f"- {_places(places)}: {reason}")
        if write:
            lines.append(f"    {'instead' if sort in ('blocking', 'extension') else 'write'}: {write}")
    return "\n".join(lines)


def _places(remarks: list[Remark]) -> str:
    """`auth.py:3, 7; db.py:9 and 4 more`."""
    by_file: dict[str, list[int]] = {}
    for remark in sorted(remarks)[:MOST]:
        by_file.setdefault(remark.path, []).append(remark.line)
    named = "; ".join(f"{path}:{', '.join(map(str, lines))}" for path, lines in by_file.items())
    return f"{named} and {len(remarks) - MOST} more" if len(remarks) > MOST else named


def _left(move: Move) -> str:
    if not move.project.left:
        return ""
    return "\n".join(["Left as they are.", *(f"- {left.path}: {left.reason}" for left in move.project.left)])
