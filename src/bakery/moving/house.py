"""The app that notebook 11 moves: the counter of a bakery on Flask, with its tests, ready to be copied and broken."""

import atexit
import importlib
import shutil
import sqlite3
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

HOUSES = Path(__file__).parent / "houses"
"""The counter; its second database, for `await`; and one small app in four frameworks."""


def move_in(folder: Path | None = None) -> Path:
    """Copy the counter and its tests into a folder, a new one that goes with this process, unless told otherwise.

    Returns the folder.
    """
    place = folder or _lent("house-")
    left_out = shutil.ignore_patterns("__pycache__", ".pytest_cache")
    shutil.copytree(HOUSES / "counter", place, ignore=left_out, dirs_exist_ok=True)
    return place


def rewire(house: Path) -> None:
    """Give a house whose counter has moved the database that is awaited: one file, counter/db.py."""
    shutil.copy(HOUSES / "aiosqlite" / "db.py", house / "counter" / "db.py")


def open_counter(house: Path, oven: float = 1.0) -> Any:  # noqa: ANN401  # of Flask or of Quart, as the house stands
    """The counter's app as it stands in a house now, with one cake and a new database; a cake bakes `oven` seconds."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "counter"]:
        del sys.modules[name]
    importlib.invalidate_caches()
    sys.path.insert(0, str(house))
    try:
        counter = importlib.import_module("counter")
    finally:
        sys.path.remove(str(house))
    database = _lent("counter-") / "counter.sqlite"
    _furnish(database, house / "counter" / "schema.sql")
    return counter.create_app(
        {"DATABASE": str(database), "PHOTOS": str(database.parent / "photos"), "OVEN": oven}
    )


def _lent(prefix: str) -> Path:
    """A new temporary folder, until this process ends."""
    folder = mkdtemp(prefix=prefix)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _furnish(database: Path, schema: Path) -> None:
    connection = sqlite3.connect(database)
    connection.executescript(schema.read_text(encoding="utf-8"))
    connection.execute("INSERT INTO baker (name, password) VALUES ('Ada', '-')")
    connection.execute("INSERT INTO cake (name, cents, baker_id) VALUES ('Sachertorte', 450, 1)")
    connection.commit()
    connection.close()
