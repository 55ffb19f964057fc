"""The disk: what to say where a cell could not write, because a disk is full, or because a folder may only be read.

Standard library only.
"""

import errno
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

LITTLE = 20_000_000
"""Bytes that a notebook may need besides: databases, uploads, copies of small apps. With less, the doctor says so."""

FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}  # a quota is a thing of some systems
READ_ONLY = {errno.EROFS}

KINDS: tuple[type[Exception], ...] = (OSError,)
"""The errors that may come of a disk; SQLite's own is added where somebody has opened it already."""
if "sqlite3" in sys.modules:
    KINDS += (sys.modules["sqlite3"].OperationalError,)

NO_SPACE = (
    "The disk is full{where}, so this was not written. Make room on it, and run this cell again, and those above it "
    "that failed. Then save the notebook: it may not have been saved meanwhile."
)
ONLY_READ = (
    "This can only be read, not written{where}. Write to a folder of your own, such as your home folder; notebooks that "
    "lie where nobody may write are best copied there."
)


def why(error: BaseException) -> str:
    """What to say below this error; "" where it did not come of a disk that is full or may only be read."""
    where = f" ({error.filename})" if isinstance(error, OSError) and error.filename else ""
    number = _of_copying(error) if isinstance(error, shutil.Error) else getattr(error, "errno", None)
    number = _of_sqlite(error) if number is None else number
    if number in FULL:
        return NO_SPACE.format(where=where)
    if number in READ_ONLY:
        return ONLY_READ.format(where=where)
    if isinstance(error, FileNotFoundError) and "No usable temporary directory" in str(error):
        return f"{_no_folder()} Make room, or let TMPDIR name a folder of yours, and restart the kernel."
    return ""


def _of_copying(error: shutil.Error) -> int | None:
    """The number of the first file that could not be copied: `copytree` goes on, and tells of all in a text."""
    found = re.search(r"\[Errno (\d+)\]", str(error))
    return int(found[1]) if found else None


def _of_sqlite(error: BaseException) -> int | None:
    """The number of the operating system's that SQLite's word for it stands for."""
    names = {"SQLITE_FULL": errno.ENOSPC, "SQLITE_READONLY": errno.EROFS}
    return names.get(str(getattr(error, "sqlite_errorname", "")))


def _no_folder() -> str:
    return (
        "There is no folder for temporary files that can be written: the disk is full, or may only be read."
    )


def remarks(here: Path | None = None) -> tuple[str, ...]:
    """What a reader should know of the disk, in sentences; `here` is the folder of the notebook."""
    return tuple(_remarks(here or Path.cwd()))


def _remarks(here: Path) -> Iterator[str]:
    if not os.access(here, os.W_OK):
        yield (
            f"The folder {here} cannot be written, so what you change in a notebook there is not kept. Every cell runs "
            "all the same. To keep your work, copy the notebooks to a folder of your own."
        )
    try:
        temporary = tempfile.gettempdir()
        free = shutil.disk_usage(temporary).free
    except OSError:
        yield f"{_no_folder()} Some cells need one."
        return
    if free < LITTLE:
        yield (
            f"The disk of {temporary} has {free // 1_000_000} MB left. Some cells write small files there: make room."
        )
