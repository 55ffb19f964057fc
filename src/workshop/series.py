"""The map of the series as the README tells it: what each notebook is for, its minutes, and what a browser lacks."""

import re
from dataclasses import dataclass
from pathlib import Path

from workshop.pyproject import ProjectError

ROW = re.compile(
    r"^\| (?P<level>\d \w+) \| \[(?P<title>[^\]]+)\]\(notebooks/(?P<name>\w+)\.ipynb\)[^|]*"
    r"\| (?P<promise>[^|]+) \| (?P<minutes>\d+) \|$",
    re.MULTILINE,
)
BROWSER = re.compile(
    r"^\| (?P<numbers>\d\d(?:, \d\d)*) \| (?P<runs>[^|]+) \| (?P<differs>[^|]+) \|$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Told:
    """A notebook as the README tells of it; prose is Markdown."""

    name: str
    """Such as `03_flask_bakery`."""
    title: str
    level: str
    """Its number and its name, such as `2 Serve`."""
    promise: str
    """What one can do afterwards."""
    minutes: int
    runs: str
    """How much of it runs in a browser alone."""
    differs: str
    """What is different there."""


def series(root: Path) -> tuple[Told, ...]:
    """All notebooks, in order. Raises `ProjectError` where the README lacks a row for one of them."""
    text = (root / "README.md").read_text(encoding="utf-8")
    browser = {
        number: (row["runs"], row["differs"])
        for row in BROWSER.finditer(text)
        for number in row["numbers"].split(", ")
    }
    told = []
    for row in ROW.finditer(text):
        number = row["name"][:2]
        if number not in browser:
            raise ProjectError(f"README.md: the table about the browser has no row for {row['name']}")
        told.append(
            Told(
                row["name"], row["title"], row["level"], row["promise"], int(row["minutes"]), *browser[number]
            )
        )
    names = [path.stem for path in sorted((root / "notebooks").glob("*.ipynb"))]
    if [one.name for one in told] != names:
        missing = sorted(set(names) ^ {one.name for one in told})
        raise ProjectError(
            f"README.md: the table of the series does not list {', '.join(missing)} once, in order"
        )
    return tuple(told)
