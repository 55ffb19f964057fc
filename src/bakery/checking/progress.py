"""Progress: which exercises are done, kept in one small file on this machine and nowhere else."""

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path

FILE = "BAKERY_PROGRESS_FILE"
"""The environment variable that names another file, or `off`: then progress lasts as long as the kernel."""

Done = dict[str, set[str]]
"""The names of what is done, by lesson."""

_session: Done = {}
"""What was done since the kernel started: it counts even where the file cannot be written."""

_trouble: list[str] = []
"""The latest trouble with the file, in words."""


class Unreadable(ValueError):
    """A file that holds no progress."""


def place(variables: Mapping[str, str] = os.environ) -> Path | None:
    """Where progress is kept; None where it is not kept at all."""
    given = variables.get(FILE, "")
    if given == "off":
        return None
    if given:
        return Path(given).expanduser()
    jupyter = variables.get("JUPYTER_DATA_DIR", "")
    home = Path(variables.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return (Path(jupyter) if jupyter else home / "jupyter") / "bakery" / "progress.json"


def note(lesson: str, name: str) -> None:
    """Remember that something is done. Never raises: a file that cannot be written costs a sentence, no more."""
    _session.setdefault(lesson, set()).add(name)
    path = place()
    if path is not None:
        _keep(path)


def forget(lesson: str, name: str) -> None:
    """Let something be undone again."""
    _session.get(lesson, set()).discard(name)
    path = place()
    if path is None:
        return
    try:
        stored = read(path)
        stored.get(lesson, set()).discard(name)
        _write(path, stored)
    except (OSError, ValueError):
        _trouble[:] = [f"`{path.name}` could not be changed."]


def done() -> Done:
    """All that is done: in the file, and since the kernel started."""
    path = place()
    stored: Done = {}
    if path is not None:
        try:
            stored = read(path)
        except (OSError, ValueError):
            _trouble[:] = [f"The file of your progress, {path}, cannot be read; it was left as it is."]
    return merged(stored, _session)


def merged(one: Done, other: Done) -> Done:
    """What is done in either."""
    return {lesson: one.get(lesson, set()) | other.get(lesson, set()) for lesson in {**one, **other}}


def read(path: Path) -> Done:
    """The progress in a file; nothing where there is no file.

    Raises `Unreadable` where the file holds something else, and `OSError` where it may not be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise Unreadable(path.name) from error
    try:
        found = json.loads(text)["done"]
        return {str(lesson): {str(name) for name in names} for lesson, names in found.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unreadable(path.name) from error


def _keep(path: Path) -> None:
    try:
        stored = read(path)
    except ValueError:
        stored = {}
        try:
            aside = path.with_suffix(".unreadable")
            path.replace(aside)
            _trouble[:] = [f"The file of your progress could not be read. It was kept as {aside.name}."]
        except OSError:
            _trouble[:] = [
                "The file of your progress can neither be read nor moved, so it was left as it is."
            ]
            return
    except OSError:
        _trouble[:] = ["The file of your progress cannot be read, so it was left as it is."]
        return
    try:
        _write(path, merged(stored, _session))
    except OSError:
        _trouble[:] = [
            f"Your progress cannot be kept on this disk: {path} cannot be written. It lasts until the kernel ends; "
            '`progress.save("…")` writes it somewhere else.'
        ]


def _write(path: Path, what: Done) -> None:
    """In one step, so that an interruption leaves the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    known = {lesson: sorted(names) for lesson, names in sorted(what.items()) if names}
    try:
        fresh.write_text(json.dumps({"done": known}, indent=1), encoding="utf-8")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def write(path: Path) -> None:
    """Write all that is done to a file of the reader's. Raises `OSError` where it cannot be written."""
    _write(path, done())


def take_up(found: Done) -> None:
    """Let all this be done as well."""
    for lesson, names in found.items():
        _session.setdefault(lesson, set()).update(names)
    if (kept := place()) is not None:
        _keep(kept)


def trouble() -> str:
    """The latest trouble with the file, told once."""
    said = " ".join(_trouble)
    _trouble.clear()
    return said
