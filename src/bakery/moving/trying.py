"""Running the tests of a moved project, in a copy of it, with every coroutine that nobody awaits as an error."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from bakery.moving.move import Move
from bakery.moving.reading import Source

NEVER_AWAITED = ("-W", "error::RuntimeWarning", "-W", "error::pytest.PytestUnraisableExceptionWarning")
UNMOVED = ("-o", "asyncio_default_fixture_loop_scope=function")
"""For tests of Flask, which say nothing of a loop: the plugin would warn, and some projects take a warning as an error."""

UNASKED = ("-p", "no:nbval")
"""Leaves out the plugin for notebooks, which comes with this series: half of the time of starting pytest is its imports."""

OWN = ("pytest.ini", "pytest.toml", ".pytest.toml")
"""Files that settle all of pytest's settings for the folder that they are in. What is further up does not count then."""

COUNTED = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)")
FAILED = re.compile(r"(?m)^(?:FAILED|ERROR) (.+)$")
LEFT_OUT = shutil.ignore_patterns(".git", "__pycache__", ".venv*", "node_modules")


class Outcome(NamedTuple):
    """How the tests of a folder went: how many there were, how many were green, and what pytest said of the rest."""

    green: int
    of: int
    failures: tuple[str, ...]
    said: str

    def __str__(self) -> str:
        return f"{self.green} of {self.of} tests green"


def green(folder: Path, *, seconds: float = 300.0, only: tuple[str, ...] = ()) -> Outcome:
    """Run the tests of a folder with pytest, in a process of its own, for at most `seconds`.

    Raises `subprocess.TimeoutExpired` after that. What is installed for the Python that runs this has to be enough.
    """
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-ra",
        "--color=no",
        "-p",
        "no:cacheprovider",
        *_unasked(folder),
        *NEVER_AWAITED,
        *only,
    ]
    wide = {**os.environ, "COLUMNS": "300"}  # so that no reason is cut short
    run = subprocess.run(  # noqa: S603 - pytest, on the reader's own folder
        command, cwd=folder, env=wide, capture_output=True, text=True, timeout=seconds, check=False
    )
    counts = {word.rstrip("s"): int(number) for number, word in COUNTED.findall(_last_line(run.stdout))}
    passed = counts.get("passed", 0)
    of = sum(counts.values()) - counts.get("skipped", 0)
    return Outcome(passed, of, tuple(FAILED.findall(run.stdout)), run.stdout + run.stderr)


def before_and_after(move: Move, folder: Path) -> tuple[Outcome, Outcome]:
    """The tests of a project as it is, and as it is once moved; both in a copy, the folder itself stays."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place, folder.resolve().name or "app")
        shutil.copytree(folder, copy, symlinks=True, ignore=LEFT_OUT)
        first = green(copy, only=UNMOVED)
        put(move, copy)
        return first, green(copy)


def put(move: Move, folder: Path) -> None:
    """Write the texts of a move into a copy of its project."""
    sources = {source.path: source for source in move.project.sources}
    for name, text in move.texts.items():
        source: Source | None = sources.get(name)
        content = source.encoded(text) if source else text.encode("utf-8", "surrogateescape")
        (folder / name).write_bytes(content)


def _unasked(folder: Path) -> tuple[str, ...]:
    """What to leave out: nothing where the settings name it, or where they may be those of a folder further up."""
    files = [folder / name for name in OWN if (folder / name).is_file()]
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in files]
    named = any("nbval" in text for text in (*texts, os.environ.get("PYTEST_ADDOPTS", "")))
    return UNASKED if texts and not named else ()


def _last_line(said: str) -> str:
    lines = [line for line in said.splitlines() if COUNTED.search(line)]
    return lines[-1] if lines else ""
