"""Progress: which exercises are done, kept in one small file on this machine and nowhere else."""

import json
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import IO

from bakery.doctor import IN_A_BROWSER

if sys.platform == "win32":
    import msvcrt
elif not IN_A_BROWSER:
    import fcntl

FILE = "BAKERY_PROGRESS_FILE"
"""The environment variable that names another file, or `off`: then progress lasts as long as the kernel."""

FORMAT = 1
"""What this version reads and writes. A file without a number is of the first format."""

LARGEST = 200_000
"""Bytes that a file of progress may have; the whole series, done, has some four thousand."""

PATIENCE = 5.0
"""Seconds that one kernel waits for another one to finish its writing. A stopped process never does."""

Done = dict[str, set[str]]
"""The names of what is done, by lesson."""

_session: Done = {}
"""What was done since the kernel started: it counts even where the file cannot be written."""

_trouble: list[str] = []
"""The latest trouble with the file, in words."""

Listener = Callable[[str, str], None]
"""Is told the lesson and the name of what is done, in the moment it is. It must not wait: a check waits for it."""

listeners: list[Listener] = []
"""Who wants to hear of what is done: nobody, unless the reader has asked for it."""


class Unreadable(ValueError):
    """A file that holds no progress, or progress that this version does not know how to read."""


class Refused(ValueError):
    """A file of the reader's that is not read or not written; the text says why, and what to do."""


# Where it is kept


def place(variables: Mapping[str, str] = os.environ) -> Path | None:
    """Where progress is kept; None where it is not kept at all: it is switched off, or there is no home directory."""
    given = variables.get(FILE, "")
    if given == "off":
        return None
    try:
        if given:
            return Path(given).expanduser()
        jupyter = variables.get("JUPYTER_DATA_DIR", "")
        home = Path(variables.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    except RuntimeError:  # a container whose user is nobody it knows
        return None
    return (Path(jupyter) if jupyter else home / "jupyter") / "bakery" / "progress.json"


def _kept_at() -> Path | None:
    """Where progress is kept; where there is no place for it, that is told."""
    path = place()
    if path is None and os.environ.get(FILE, "") != "off":
        _trouble[:] = [
            "There is no home directory here, so your progress lasts until the kernel ends; "
            '`progress.save("my_progress.json")` writes it to a file.'
        ]
    return path


# What is done


def note(lesson: str, name: str) -> None:
    """Remember that something is done. Never raises: a file that cannot be written costs a sentence, no more."""
    _session.setdefault(lesson, set()).add(name)
    for listener in tuple(listeners):
        with suppress(Exception):  # it is no part of the exercise
            listener(lesson, name)
    if (path := _kept_at()) is not None:
        _keep(path)


def forget(lesson: str, name: str) -> None:
    """Let something be undone again."""
    _session.get(lesson, set()).discard(name)
    if (path := place()) is None:
        return
    try:
        with locked(path):
            stored = read(path)
            stored.get(lesson, set()).discard(name)
            _write(path, stored)
    except (OSError, ValueError):
        _trouble[:] = [f"`{path.name}` could not be changed."]


def done() -> Done:
    """All that is done: in the file, and since the kernel started."""
    stored: Done = {}
    if (path := _kept_at()) is not None:
        try:
            stored = read(path)
        except (OSError, ValueError):
            _trouble[:] = [f"The file of your progress, {path}, cannot be read; it was left as it is."]
    return merged(stored, _session)


def merged(one: Done, other: Done) -> Done:
    """What is done in either."""
    return {lesson: one.get(lesson, set()) | other.get(lesson, set()) for lesson in {**one, **other}}


def take_up(found: Done) -> None:
    """Let all this be done as well."""
    for lesson, names in found.items():
        _session.setdefault(lesson, set()).update(names)
    if (kept := _kept_at()) is not None:
        _keep(kept)


def trouble() -> str:
    """The latest trouble with the file, told once."""
    said = " ".join(_trouble)
    _trouble.clear()
    return said


# The file


def read(path: Path) -> Done:
    """The progress in a file; nothing where there is no file.

    Raises `Unreadable` where it holds something else, and `OSError` where it may not be read.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST:
            raise Unreadable(path.name)  # a pipe would be waited for, and a large file read at every check
        found = json.loads(path.read_bytes())
        if found.get("format", FORMAT) != FORMAT:
            raise Unreadable(path.name)
        return {str(lesson): {str(name) for name in names} for lesson, names in found["done"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unreadable(path.name) from error


def _keep(path: Path) -> None:
    """Write all that this kernel knows of, besides what others have written. Never raises."""
    path = path.resolve()  # a link that the reader has made leads on to the file, and stays
    try:
        with locked(path):
            stored = _stored(path)
            if stored is not None and merged(stored, _session) != stored:
                _write(path, merged(stored, _session))
    except OSError:
        _trouble[:] = [
            f"Your progress cannot be kept on this disk: {path} cannot be written. It lasts until the kernel ends; "
            '`progress.save("my_progress.json")` writes it somewhere else.'
        ]


def _stored(path: Path) -> Done | None:
    """What the file holds. One that cannot be read is moved aside; None where even that cannot be."""
    try:
        return read(path)
    except ValueError:
        aside = _free(path.with_suffix(".unreadable"))
        try:
            path.replace(aside)
        except OSError:
            _trouble[:] = [
                "The file of your progress can neither be read nor moved, so it was left as it is."
            ]
            return None
        _trouble[:] = [f"The file of your progress could not be read. It was kept as {aside.name}."]
        return {}
    except OSError:
        _trouble[:] = ["The file of your progress cannot be read, so it was left as it is."]
        return None


def _free(path: Path) -> Path:
    """This name, or the first one like it that no file has."""
    number = 2
    free = path
    while free.exists():
        free = path.with_name(f"{path.name}-{number}")
        number += 1
    return free


def _write(path: Path, what: Done) -> None:
    """In one step, so that an interruption leaves the old file or the new one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    known = {lesson: sorted(names) for lesson, names in sorted(what.items()) if names}
    try:
        fresh.write_text(json.dumps({"done": known}, indent=1), encoding="utf-8")
        fresh.replace(path)
    finally:
        with suppress(OSError):
            fresh.unlink()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let no other kernel read and write the file in between; its folder is made where it is missing.

    Whoever holds the lock for longer than `PATIENCE` has been stopped, and is not waited for. Raises `OSError` where
    the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("ab") as door:
        end = monotonic() + PATIENCE
        while not _closed(door) and monotonic() < end:
            sleep(0.005)
        yield  # the lock ends with the file


def _closed(door: IO[bytes]) -> bool:
    """Whether the file could be locked now; also where this machine has no such locks."""
    try:
        if sys.platform == "win32":
            door.seek(0)
            msvcrt.locking(door.fileno(), msvcrt.LK_NBLCK, 1)
        elif not IN_A_BROWSER:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # a disk over the network may have none
        return True
    return True


# Files of the reader's


def write(file: object) -> Path:
    """Write all that is done to a file of the reader's; its path. Raises `Refused`.

    Only a new file, or one that holds progress already: whatever else has that name is worth more.
    """
    if IN_A_BROWSER:
        raise Refused(
            "Here Python runs in your browser, and its files end with the kernel. So nothing was saved. The notebooks "
            "themselves stay in this browser."
        )
    path = _named(file)
    if not path.parent.is_dir():
        raise Refused(f"There is no folder `{path.parent}`, so nothing was written. Make it first.")
    if path.is_dir():
        raise Refused(f'`{path}` is a folder. Did you mean:  progress.save("{path / "my_progress.json"}")')
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise Refused(
            f"`{path}` is a link or a device, not a plain file, so nothing was written. Take another name."
        )
    try:
        if path.exists():
            read(path)
        _write(path, done())
    except Unreadable as error:
        raise Refused(
            f"`{path}` holds something else than progress, so it was left as it is. Take another name."
        ) from error
    except OSError as error:
        raise Refused(
            f"`{path}` could not be written ({error.strerror}). Nothing is lost; take another folder, for example:  "
            'progress.save("~/my_progress.json")'
        ) from error
    return path


def given(file: object) -> Done:
    """The progress in a file of the reader's. Raises `Refused`."""
    path = _named(file)
    if not path.is_file():
        raise Refused(f"There is no file `{path}`. Is it in the folder of this notebook?")
    try:
        return read(path)
    except (OSError, ValueError) as error:
        raise Refused(f"`{path}` holds no progress that can be read. Nothing was changed.") from error


def _named(file: object) -> Path:
    """The path that a reader means. Raises `Refused` for what names no file."""
    right = 'Did you mean:  progress.save("my_progress.json")'
    if not isinstance(file, str | os.PathLike) or not str(file).strip():
        raise Refused(f"{file!r} is no name of a file. {right}")
    try:
        path = Path(file).expanduser()
        with suppress(FileNotFoundError, NotADirectoryError):
            path.lstat()
    except (OSError, ValueError, RuntimeError, TypeError) as error:
        raise Refused(f"{str(file)!r} cannot be the name of a file here. {right}") from error
    return path
