"""Writing a move into its folder: all of it or nothing, and only where the old texts can be had back."""

import os
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from bakery.moving.move import Move
from bakery.moving.reading import MovingError, Source


def check_committed(folder: Path) -> None:
    """Raise `MovingError` where a change that is not committed could be lost, or nothing keeps the old texts."""
    command = ["git", "-C", str(folder), "status", "--porcelain", "--", "."]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - git, on the reader's own folder
    except OSError:
        raise MovingError(
            f"There is no git here to keep the old texts of {folder}.\n{_insist(folder)}"
        ) from None
    if run.returncode:
        raise MovingError(
            f"{folder} is in no git repository, which would keep the old texts.\n{_insist(folder)}"
        )
    if run.stdout.strip():
        changed = "\n".join(f"  {line}" for line in run.stdout.splitlines()[:5])
        raise MovingError(
            f"{folder} has changes that are not committed:\n{changed}\nCommit them first.\n{_insist(folder)}"
        )


def write(move: Move, folder: Path) -> None:
    """Write every file of a move, or none: all new texts are on the disk before the first old one goes.

    Raises `MovingError` for a file that cannot be written, or that has changed since it was read.
    """
    sources = {source.path: source for source in move.project.sources}
    settings = {setting.path: setting.text for setting in move.project.settings}
    ready: list[tuple[Path, Path]] = []
    try:
        for name, text in move.texts.items():
            path = folder / name
            _check_unchanged(path, sources.get(name), settings.get(name))
            ready.append((_beside(path, _bytes(text, sources.get(name))), path))
        _put_in_place(ready)
    except OSError as error:
        raise MovingError(f"Nothing was changed: {error}") from error
    finally:
        for new, _ in ready:
            with suppress(FileNotFoundError):
                new.unlink()


def _insist(folder: Path) -> str:
    return f"To write all the same:  python -m bakery.moving {folder} --write --insist"


def _bytes(text: str, source: Source | None) -> bytes:
    return source.encoded(text) if source else text.encode("utf-8", "surrogateescape")


def _check_unchanged(path: Path, source: Source | None, setting: str | None) -> None:
    before = source.encoded(source.text) if source else _bytes(setting, None) if setting is not None else None
    now = path.read_bytes() if path.exists() else None
    if now != before:
        raise MovingError(f"Nothing was changed: {path} is another than the one that was read. Run it again.")


def _beside(path: Path, content: bytes) -> Path:
    """A new file in the same folder, with the rights of the old one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        new.chmod(path.stat().st_mode & 0o7777 if path.exists() else 0o644)
    except BaseException:
        new.unlink()
        raise
    return new


def _put_in_place(ready: list[tuple[Path, Path]]) -> None:
    """Put the new files in the place of the old ones; if one fails, put the old ones back."""
    done: list[tuple[Path, bytes | None]] = []
    try:
        for new, path in ready:
            old = path.read_bytes() if path.exists() else None
            new.replace(path)
            done.append((path, old))
    except OSError:
        for path, old in done:
            if old is None:
                path.unlink()
            else:
                path.write_bytes(old)
        raise
