"""The app that notebook 11 moves: the counter of a bakery on Flask, with its tests, ready to be copied and broken."""

import shutil
from pathlib import Path
from tempfile import mkdtemp

PARTS = ("counter", "tests", "pytest.ini")


def move_in(folder: Path | None = None) -> Path:
    """Copy the counter and its tests into a folder, a new temporary one unless told otherwise; returns the folder."""
    place = folder or Path(mkdtemp(prefix="house-"))
    for part in PARTS:
        here, there = Path(__file__).parent / part, place / part
        if here.is_dir():
            shutil.copytree(here, there, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        else:
            shutil.copy(here, there)
    return place
