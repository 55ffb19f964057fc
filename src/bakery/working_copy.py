"""The reader's working copy of the notebooks: the same pages, with nothing answered before it is run.

`notebooks/` keeps its outputs: it is the page on GitHub, and what the tests compare. A reader predicts first and looks
afterwards, so a reader works in a copy without outputs, in a folder that git ignores. `python -m bakery copy` makes it
and brings it up to date; what the reader has changed stays.

It belongs to this package and not to the authors' tools, because readers and Binder have nothing else. Standard
library only.
"""

import errno
import hashlib
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from bakery import disk

ORIGINALS = "notebooks"
COPY = "my_notebooks"
FIRST = "00_start_here.ipynb"

RECORD = ".copied.json"
"""The file in the copy that says which state of each original it was made from."""

NOT_COPIED = {"solved", "blank", ".ipynb_checkpoints", "__pycache__"}
"""Folders beside the notebooks that are no part of the series."""


class CopyError(Exception):
    """What keeps the working copy from being made, in words."""


@dataclass(frozen=True)
class Outcome:
    """What has become of the working copy; each name is a path in it, such as `00_start_here.ipynb`."""

    made: tuple[str, ...] = ()
    """Copied for the first time, or again where the reader had deleted it."""
    renewed: tuple[str, ...] = ()
    """The reader had not touched them, and the original had become newer."""
    newer: tuple[str, ...] = ()
    """The original has become newer, and the reader's own changes were left as they are."""
    taken: tuple[tuple[str, str], ...] = ()
    """Taken anew because the reader wanted it: the name, and where the reader's own is kept."""


# What is compared, and what is copied


def cleared(original: bytes, name: str = "the notebook") -> bytes:
    """A notebook without outputs and numbers. Raises `CopyError` where it is no notebook."""
    try:
        notebook = json.loads(original)
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise CopyError(
            f"{name} is no notebook that can be read. To have it back as it was:  git checkout {name}"
        ) from error
    # As nbformat writes it, so that the first save in JupyterLab changes only what the reader has changed.
    return (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def substance(data: bytes, name: str) -> str:
    """A short text that is another one where a reader would see a difference.

    JupyterLab writes a notebook anew as soon as it is opened: names of kernels, numbers, the order of words. That is
    no change of the reader's; words, code and outputs are.
    """
    said: object = None
    if name.endswith(".ipynb"):
        try:
            said = [list(_seen(cell)) for cell in json.loads(data)["cells"]]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            said = None  # whatever it is, it is the reader's
    text = data if said is None else json.dumps(said).encode()
    return hashlib.sha256(text).hexdigest()[:16]


def _seen(cell: dict[str, Any]) -> Iterator[object]:
    source = cell.get("source", "")
    yield cell["cell_type"]
    yield source if isinstance(source, str) else "".join(source)
    yield sorted(cell.get("metadata", {}).get("tags", []))
    yield bool(cell.get("outputs"))


def originals(root: Path) -> dict[str, bytes]:
    """What a fresh working copy holds, by its path in the folder. Raises `CopyError` where there is nothing to copy."""
    folder = root / ORIGINALS
    if not (folder / FIRST).is_file():
        raise CopyError(
            f"There is no {ORIGINALS}/{FIRST} here. Run this in the folder of your copy of the repository."
        )
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if not path.is_file() or any(part in NOT_COPIED or part.startswith(".") for part in name.parts):
            continue
        data = path.read_bytes()
        if path.suffix == ".ipynb":
            data = cleared(data, f"{ORIGINALS}/{name.as_posix()}")
        found[name.as_posix()] = data
    return found


# Making it, and keeping it up to date


def refresh(root: Path, take: Sequence[str] = (), home: Path | None = None) -> Outcome:
    """Make the working copy of the repository at `root`, or bring it up to date; never change what the reader changed.

    It is made in the folder `home`, such as a student's on a hub, or in the repository itself. The files named in
    `take` are taken anew, and the reader's own are kept beside them. Raises `CopyError` where something of another name
    is wanted, or where the copy cannot be written.
    """
    fresh = originals(root)
    wanted = [_named(name, fresh) for name in take]
    folder = (home or root) / COPY
    try:
        folder.mkdir(exist_ok=True)
        known = _record(folder)
        before = dict(known)
        taken = tuple((name, aside) for name in wanted if (aside := _put_aside(folder / name)))
        kinds = {name: _kind(folder / name, data, known.get(name, "")) for name, data in fresh.items()}
        for name, kind in kinds.items():
            if kind in {"made", "renewed"}:
                _write(folder / name, fresh[name])
            if kind in {"made", "renewed", "same"}:
                known[name] = substance(fresh[name], name)
        if known != before:  # a folder that may only be read opens as well, as long as there is nothing new
            _write(folder / RECORD, json.dumps(known, indent=1, sort_keys=True).encode())
    except OSError as error:
        raise CopyError(
            f"Your working copy, the folder {COPY}, cannot be written ({error.strerror or error}). "
            f"What you have changed in it is as it was. {_remedy(error)}".rstrip()
        ) from error
    made, renewed, newer = (
        tuple(name for name, kind in kinds.items() if kind == wanted_kind)
        for wanted_kind in ("made", "renewed", "newer")
    )
    again = {name for name, _ in taken}
    return Outcome(tuple(name for name in made if name not in again), renewed, newer, taken)


def _remedy(error: OSError) -> str:
    if error.errno in disk.FULL:
        return "Make room on the disk, and ask again."
    if error.errno in {*disk.READ_ONLY, errno.EACCES, errno.EPERM}:
        return "Copy the whole project to a folder of your own, and ask again there."
    return ""


def _kind(copy: Path, fresh: bytes, known: str) -> str:
    """What is to be done with one file; `known` is the state of the original it was once made from."""
    if not copy.exists() and not copy.is_symlink():
        return "made"
    now = substance(fresh, copy.name)
    mine = substance(copy.read_bytes(), copy.name) if copy.is_file() else ""
    if mine == now:
        return "same"
    if copy.is_symlink():
        return "mine" if known == now else "newer"
    if mine == known:
        return "renewed"
    return "mine" if known == now else "newer"


def _record(folder: Path) -> dict[str, str]:
    """From which state of the originals the copies were made; nothing where nobody knows any more."""
    try:
        found = json.loads((folder / RECORD).read_bytes())
        return {str(name): str(state) for name, state in found.items()}
    except (FileNotFoundError, ValueError, AttributeError, RecursionError):
        return {}


def _put_aside(copy: Path) -> str:
    """Keep the reader's own file under another name; the name, or "" where there is none to keep."""
    if not copy.exists():
        return ""
    aside = copy.with_name(f"{copy.stem}_mine{copy.suffix}")
    number = 2
    while aside.exists():
        aside = copy.with_name(f"{copy.stem}_mine_{number}{copy.suffix}")
        number += 1
    copy.rename(aside)
    return aside.name


def _write(path: Path, data: bytes) -> None:
    """In one step, so that an interruption leaves the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _named(word: str, fresh: dict[str, bytes]) -> str:
    """The file that a reader means: by its name, without its end, or by its number. Raises `CopyError`."""
    word = word.removeprefix(f"{COPY}/")
    found = [name for name in fresh if word in {name, Path(name).stem, name.partition("_")[0]}]
    if len(found) == 1:
        return found[0]
    near = get_close_matches(word, [Path(name).stem for name in fresh], 1)
    meant = f"\nDid you mean:  {command('copy', '--take', near[0])}" if near else ""
    raise CopyError(f"There is no notebook {word!r}.{meant}")


# What is said about it


def told(outcome: Outcome) -> list[str]:
    """The outcome in words, a line each; none where there is nothing new."""
    lines = []
    if outcome.made:
        count = "one file" if len(outcome.made) == 1 else f"{len(outcome.made)} files"
        lines.append(f"Your working copy is in {COPY}: {count} new, nothing answered yet.")
    if outcome.renewed:
        lines.append(f"Renewed, since you had not changed it: {_listed(outcome.renewed)}")
    lines += [f"{name} is new; your own is now {aside}" for name, aside in outcome.taken]
    if outcome.newer:
        names = [Path(name).stem for name in outcome.newer]
        lines.append(f"There is a newer version of what you have changed: {_listed(outcome.newer)}")
        lines.append(f"To take it, with your own kept beside it:  {command('copy', '--take', *names)}")
    return lines


def _listed(names: Sequence[str]) -> str:
    return ", ".join(Path(name).stem for name in names)


def command(*words: str) -> str:
    """How to give `python -m bakery` these words, with the Python that runs now."""
    program = Path(sys.executable)
    if program.is_relative_to(Path.cwd()):
        program = program.relative_to(Path.cwd())
    whole = [str(program), "-m", "bakery", *words]
    return subprocess.list2cmdline(whole) if sys.platform == "win32" else shlex.join(whole)
