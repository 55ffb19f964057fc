"""The files that follow from others: the pins, the environment of conda and Binder, and the README's links.

| this file | follows from | written by |
|---|---|---|
| `pins.txt` | the dependencies in `pyproject.toml`, and the registry | `python -m workshop.project pins` |
| `environment.yml` | the first part of `pins.txt` | `python -m workshop.project` |
| the links of `README.md` | `[project.urls]` in `pyproject.toml` | `python -m workshop.project` |

For whoever keeps this repository; nothing here is needed to read or run a notebook.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from bakery.working_copy import COPY, FIRST, ORIGINALS

PYTHON = "3.13"
"""The Python of conda and Binder: the newest one that the tests run on."""

LEARNERS = (
    "# What every reader installs, on any platform: `dependencies` in pyproject.toml and what they need."
)
TESTS = "# What is needed on top by the tests, the site and PostgreSQL: the optional parts in pyproject.toml."
PIN = re.compile(r"(?P<name>[a-z0-9.-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>.+))?")

BRANCH = "main"
PLACE = re.compile(r"(?P<open><!-- (?P<name>\w+) -->\n).*?(?P<close><!-- /(?P=name) -->)", re.DOTALL)
ROW = re.compile(r"\[[^]]+\]\((?P<path>notebooks/\w+\.ipynb)\)(?: \(\[on Binder\]\([^)]*\)\))?")


class ProjectError(Exception):
    """A file of the repository that does not say what it should."""


# The pins


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
    """The pins in the text of pins.txt. Raises `ProjectError` for a text that `python -m workshop.project pins` would not write."""
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


def resolved(root: Path, uv: Path) -> Pins:
    """The newest versions that fit together on every Python and platform we support, as `uv` finds them.

    The learner's part is resolved once more under the versions found for all: pip has no way to tell what another
    platform needs, and what only Windows or macOS needs would be lost.
    """
    with tempfile.TemporaryDirectory() as folder:
        everything = compiled(root, uv, Path(folder, "all.txt"), "--all-extras", "--upgrade")
        learners = compiled(
            root, uv, Path(folder, "learners.txt"), "--constraints", str(Path(folder, "all.txt"))
        )
    return Pins(learners, tuple(pin for pin in everything if pin not in learners))


def compiled(root: Path, uv: Path, output: Path, *options: str) -> tuple[Pin, ...]:
    """What `uv pip compile` makes of pyproject.toml."""
    lowest = settings(root)["project"]["requires-python"].removeprefix(">=")
    command = [uv, "pip", "compile", root / "pyproject.toml", "--universal", "--python-version", lowest]
    command += ["--no-header", "--no-annotate", "--quiet", "--output-file", output, *options]
    subprocess.run(command, check=True)  # noqa: S603 - our own words, and the reader's own uv
    return tuple(pins(output.read_text(encoding="utf-8")))


# The environment of conda and Binder


def environment(pins: Pins) -> str:
    """The text of environment.yml.

    Python is written with a single `=`, the only form Binder reads. The pins stand here in full instead of `-r
    pins.txt`, which Binder would solve anew at every change of any file.
    """
    lines = [
        "# Written from pins.txt by `make derived`. Edit pyproject.toml instead, then `make pins`.",
        "name: three-cakes",
        "channels:",
        "  - conda-forge",
        "dependencies:",
        f"  - python={PYTHON}",
        "  - pip",
        "  - pip:",
        *(f"      - {pin}" for pin in pins.learners),
    ]
    return "\n".join(lines) + "\n"


# The README's links


def address(urls: dict[str, str]) -> str:
    """The repository's address in [project.urls], or "" while it is not settled. Raises `ProjectError` for another form."""
    url = urls.get("Repository", "").removesuffix("/").removesuffix(".git")
    parts = urlsplit(url)
    if url and (parts.scheme != "https" or not re.fullmatch(r"(/[\w.-]+){2,}", parts.path)):
        raise ProjectError(
            f"pyproject.toml: cannot use the address {url!r}.\n"
            'Did you mean:  Repository = "https://github.com/OWNER/NAME"'
        )
    return url


def binder(url: str, path: str) -> str:
    """The address at which Binder opens a reader's copy of the notebook at `path` of the repository at `url`."""
    path = f"{COPY}/{path.removeprefix(f'{ORIGINALS}/')}"
    parts = urlsplit(url)
    place = f"gh{parts.path}" if parts.hostname == "github.com" else f"git/{quote(url, safe='')}"
    return f"https://mybinder.org/v2/{place}/{BRANCH}?urlpath=lab/tree/{path}"


def linked(readme: str, url: str) -> str:
    """The README with every link that needs the repository's address, or with none while there is none.

    Marked places are filled: `<!-- binder -->` and `<!-- copy -->`, each up to its closing mark. Every notebook in a
    table gets its own Binder link. Raises `ProjectError` where a place is missing.
    """
    places = {
        "binder": f"[![Open on Binder](https://mybinder.org/badge_logo.svg)]({binder(url, FIRST)})\n"
        "One click, nothing to install, ready in a minute or two."
        if url
        else "A Binder link, for one click and nothing to install, comes here once the repository has an address.",
        "copy": f"[Get a copy]({url}), then, in its folder:\n\n```bash\ngit clone {url}.git\n```"
        if url
        else "In the folder of your copy of this repository:",
    }
    found = [place["name"] for place in PLACE.finditer(readme)]
    if sorted(found) != sorted(places):
        raise ProjectError(f"README.md: needs the places {', '.join(sorted(places))}, each once; has {found}")
    filled = PLACE.sub(lambda place: f"{place['open']}{places[place['name']]}\n{place['close']}", readme)
    return "\n".join(row(line, url) if line.startswith("|") else line for line in filled.split("\n"))


def row(line: str, url: str) -> str:
    """One row of a table, its notebooks with a Binder link each, or with none."""

    def link(match: re.Match[str]) -> str:
        bare = match[0].partition(" ([on Binder]")[0]
        return f"{bare} ([on Binder]({binder(url, match['path'])}))" if url else bare

    return ROW.sub(link, line)


# The command line


def settings(root: Path) -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def derived(root: Path) -> dict[str, str]:
    """The text that each file which follows from others should have, by the file's name."""
    url = address(settings(root)["project"].get("urls", {}))
    return {
        "environment.yml": environment(read_pins((root / "pins.txt").read_text(encoding="utf-8"))),
        "README.md": linked((root / "README.md").read_text(encoding="utf-8"), url),
    }


def write(root: Path) -> list[str]:
    """Write the files that follow from others; the names of those that changed."""
    changed = []
    for name, text in derived(root).items():
        path = root / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(name)
    return changed


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 where all is well, 1 where it is not."""
    parser = argparse.ArgumentParser(
        prog="python -m workshop.project", description=__doc__.partition("\n")[0]
    )
    parser.add_argument(
        "pins", nargs="?", choices=["pins"], help="first find the newest versions, for pins.txt"
    )
    parser.add_argument("--uv", type=Path, default=Path("uv"), help="the program that finds them")
    wanted = parser.parse_args(arguments)
    root = Path.cwd()
    try:
        if not (root / "pyproject.toml").is_file():
            raise ProjectError("no pyproject.toml here: run this in the repository's folder")
        if wanted.pins:
            text = str(resolved(root, wanted.uv))
            (root / "pins.txt").write_text(text, encoding="utf-8", newline="\n")
        print("written:", ", ".join(write(root)) or "nothing, all was up to date")  # noqa: T201 - a command
    except (ProjectError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
