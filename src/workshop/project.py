"""The files that follow from others: the pins, the environment of conda and Binder, and the README's links.

| this file | follows from | written by |
|---|---|---|
| `pins.txt` | the dependencies in `pyproject.toml`, and the registry | `make pins`, `make pin NAME=…` |
| `share/site/wheels.txt` | the first part of `pins.txt`, and the registry | `make wheels` |
| `environment.yml` | the first part of `pins.txt` | `make derived` |
| the links of `README.md` | `[project.urls]` in `pyproject.toml` | `make derived` |
| the map of the rooms in `CONTRIBUTING.md` | the first sentence of every module | `make derived` |
| what each notebook holds, in `docs/teaching.md` | the notebooks and their lessons | `make derived` |

For whoever keeps this repository; nothing here is needed to read or run a notebook.
"""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, urlsplit

from bakery.working_copy import COPY, FIRST, ORIGINALS
from workshop.pins import Pins, read_pins
from workshop.pyproject import ProjectError, settings
from workshop.rooms import shown
from workshop.teaching import PAGE, contents

PYTHON = "3.13"
"""The Python of conda and Binder: the newest one that the tests run on."""

BRANCH = "main"
PLACE = re.compile(r"(?P<open><!-- (?P<name>\w+) -->\n).*?(?P<close><!-- /(?P=name) -->)", re.DOTALL)
BY_HAND = {"path", "picture"}
"""Marked places that are filled by other commands, or by hand."""

ROW = re.compile(r"\[[^]]+\]\((?P<path>notebooks/\w+\.ipynb)\)(?: \(\[on Binder\]\([^)]*\)\))?")


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
    text = filled("README.md", readme, places)
    return "\n".join(row(line, url) if line.startswith("|") else line for line in text.split("\n"))


def filled(name: str, text: str, places: Mapping[str, str]) -> str:
    """A page with its marked places filled. Raises `ProjectError` where one of them is missing, or another one there."""
    found = [place["name"] for place in PLACE.finditer(text) if place["name"] not in BY_HAND]
    if sorted(found) != sorted(places):
        raise ProjectError(f"{name}: needs the places {', '.join(sorted(places))}, each once; has {found}")
    return PLACE.sub(
        lambda place: (
            f"{place['open']}{places[place['name']]}\n{place['close']}"
            if place["name"] in places
            else place[0]
        ),
        text,
    )


def row(line: str, url: str) -> str:
    """One row of a table, its notebooks with a Binder link each, or with none."""

    def link(match: re.Match[str]) -> str:
        bare = match[0].partition(" ([on Binder]")[0]
        return f"{bare} ([on Binder]({binder(url, match['path'])}))" if url else bare

    return ROW.sub(link, line)


# The command line


def derived(root: Path) -> dict[str, str]:
    """The text that each file which follows from others should have, by the file's name."""
    url = address(settings(root)["project"].get("urls", {}))
    texts = {
        "environment.yml": environment(read_pins((root / "pins.txt").read_text(encoding="utf-8"))),
        "README.md": linked((root / "README.md").read_text(encoding="utf-8"), url),
        "CONTRIBUTING.md": filled(
            "CONTRIBUTING.md", (root / "CONTRIBUTING.md").read_text(encoding="utf-8"), {"rooms": shown(root)}
        ),
    }
    page = root / PAGE
    if page.is_file():  # a teacher's; nothing that is installed needs it
        texts[PAGE.as_posix()] = filled(
            PAGE.as_posix(), page.read_text(encoding="utf-8"), {"contents": contents(root)}
        )
    return texts


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
        prog="python -m workshop derived",
        description="The files that follow from others: the pins, the environment of conda and Binder, and the links and maps of pages.",
    )
    parser.parse_args(arguments)
    root = Path.cwd()
    try:
        if not (root / "pyproject.toml").is_file():
            raise ProjectError("no pyproject.toml here: run this in the repository's folder")
        print("written:", ", ".join(write(root)) or "nothing, all was up to date")  # noqa: T201 - a command
    except ProjectError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
