"""Files by their path: read, written, packed, told apart; and the commands that make some of them."""

import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

Files = dict[str, bytes]


class SiteError(Exception):
    """Something that keeps the site from being built, in words."""


def read(folder: Path) -> Files:
    """All files below a folder, by their path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Make a folder hold these files, and no others."""
    if folder.exists():
        shutil.rmtree(folder)
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip archive whose bytes depend on its files alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data, compresslevel=9)
    return buffer.getvalue()


def digest(files: Mapping[str, bytes]) -> str:
    """Twelve characters that are others where a name or a byte is another."""
    found = hashlib.sha256()
    for name, data in sorted(files.items()):
        found.update(f"{name}\0{len(data)}\0".encode())
        found.update(data)
    return found.hexdigest()[:12]


def as_json(value: object) -> bytes:
    """JSON whose bytes depend on the value alone."""
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()


def run(*command: str, cwd: Path | None = None, environment: Mapping[str, str] | None = None) -> None:
    """Run a command, and show what it says only if it fails. Raises `SiteError`."""
    try:
        subprocess.run(  # noqa: S603 - our own words
            command, check=True, cwd=cwd, env=environment, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise SiteError(f"{command[0]} is not installed; building the site needs Node.js and npm") from None
    except subprocess.CalledProcessError as failure:
        said = f"{failure.stdout}{failure.stderr}"[-2000:]
        raise SiteError(f"{' '.join(command)}\n{said}") from None
