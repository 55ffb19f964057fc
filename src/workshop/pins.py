"""The versions of everything that is installed: `pins.txt`, in two parts, of which readers install the first.

`make pins` finds them anew, `make pin NAME=…` for one package alone. Standard library only, and nothing of this
repository but pyproject.toml: it runs before anything is installed.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from workshop.pyproject import ProjectError, settings

LEARNERS = (
    "# What every reader installs, on any platform: `dependencies` in pyproject.toml and what they need."
)
TESTS = "# What is needed on top by the tests, the site, PostgreSQL and gevent: the optional parts in pyproject.toml."
PIN = re.compile(r"(?P<name>[a-z0-9.-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>.+))?")


class Pin(NamedTuple):
    """One line of pins.txt; the marker says where it holds and is empty where it always does."""

    name: str
    version: str
    marker: str

    def __str__(self) -> str:
        return f"{self.name}=={self.version}{f' ; {self.marker}' if self.marker else ''}"


class Pins(NamedTuple):
    """The two parts of pins.txt. Readers install the first."""

    learners: tuple[Pin, ...]
    tests: tuple[Pin, ...]

    def __str__(self) -> str:
        return "\n".join([LEARNERS, *map(str, self.learners), "", TESTS, *map(str, self.tests), ""])


def read_pins(text: str) -> Pins:
    """The pins in the text of pins.txt. Raises `ProjectError` for a text that `make pins` would not write."""
    first, found, second = text.partition(f"\n{TESTS}\n")
    if not found or not first.startswith(f"{LEARNERS}\n"):
        raise ProjectError("pins.txt: the line that opens one of its two parts is missing; run: make pins")
    return Pins(tuple(pins(first)), tuple(pins(second)))


def pins(text: str) -> Iterator[Pin]:
    """The pins in some lines; empty lines and comments are none."""
    for line in text.splitlines():
        if line and not line.startswith("#"):
            match = PIN.fullmatch(line)
            if not match:
                raise ProjectError(f"pins.txt: no pin: {line!r}; run: make pins")
            yield Pin(match["name"], match["version"], match["marker"] or "")


def resolved(root: Path, uv: Path, only: Sequence[str] = ()) -> Pins:
    """The newest versions that fit together on every Python and platform we support, as `uv` finds them.

    With `only`, names such as `httpx` or `httpx==0.28.1`, the other packages keep their versions where they can. The
    learner's part is resolved once more under the versions found for all: pip has no way to tell what another
    platform needs, and what only Windows or macOS needs would be lost.
    """
    with tempfile.TemporaryDirectory() as folder:
        every, learners = Path(folder, "all.txt"), Path(folder, "learners.txt")
        upgrade = ["--upgrade"]
        if only:
            every.write_text((root / "pins.txt").read_text(encoding="utf-8"), encoding="utf-8")
            upgrade = [word for name in only for word in ("--upgrade-package", name)]
        everything = compiled(root, uv, every, "--all-extras", *upgrade)
        first = compiled(root, uv, learners, "--constraints", str(every))
    return Pins(first, tuple(pin for pin in everything if pin not in first))


def compiled(root: Path, uv: Path, output: Path, *options: str) -> tuple[Pin, ...]:
    """What `uv pip compile` makes of pyproject.toml."""
    lowest = settings(root)["project"]["requires-python"].removeprefix(">=")
    words = ["--universal", "--python-version", lowest, *options]
    return compile_with(uv, root / "pyproject.toml", output, *words)


def compile_with(uv: Path, source: Path, output: Path, *options: str) -> tuple[Pin, ...]:
    """What `uv pip compile` makes of some requirements. Raises `CalledProcessError` after telling why it cannot."""
    command: list[str | Path] = [uv, "pip", "compile", source, "--no-header", "--no-annotate", "--quiet"]
    subprocess.run([*command, "--output-file", output, *options], check=True)  # noqa: S603 - our own words, and the reader's own uv
    return tuple(pins(output.read_text(encoding="utf-8")))


def main(words: Sequence[str] | None = None) -> int:
    """The command line; 0 where the pins could be found, 1 where not."""
    parser = argparse.ArgumentParser(
        prog="python -m workshop pins", description="The versions of everything that is installed."
    )
    parser.add_argument("--uv", type=Path, default=Path("uv"), help="the program that finds versions")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="new versions for these, the rest stays"
    )
    wanted = parser.parse_args(words)
    root = Path.cwd()
    try:
        before = read_pins((root / "pins.txt").read_text(encoding="utf-8"))
        fresh = resolved(root, wanted.uv, wanted.only)
    except (ProjectError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command
        return 1
    except subprocess.CalledProcessError:  # uv has said why
        return 1
    (root / "pins.txt").write_text(str(fresh), encoding="utf-8", newline="\n")
    for line in changes(before, fresh):
        print(line)  # noqa: T201
    return 0


def changes(before: Pins, fresh: Pins) -> list[str]:
    """What is pinned in another version, or not any more, or for the first time; a line each."""
    old, new = (
        {(pin.name, pin.marker): pin.version for pin in pins.learners + pins.tests}
        for pins in (before, fresh)
    )
    return [
        f"{name}: {old.get((name, marker), 'new')} -> {new.get((name, marker), 'gone')}"
        for name, marker in sorted({*old, *new})
        if old.get((name, marker)) != new.get((name, marker))
    ]


if __name__ == "__main__":
    raise SystemExit(main())
