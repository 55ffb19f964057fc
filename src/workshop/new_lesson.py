"""A new lesson: its notebook, its paper, its judges and its trials, and what else tells of it.

What is written runs, and passes every test but those that ask for words which only an author can write. Those are
marked TODO, and `make lesson-check` names each with its line.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import nbformat
from nbformat import NotebookNode

from workshop.contract import LEVELS
from workshop.doors import LINK, NEXT_DOOR, next_door, with_door
from workshop.notebooks import normal, read, replace, written
from workshop.pages import TODO
from workshop.places import Places, WorkshopError, notebooks

new: Any = nbformat.v4  # whose functions have no types
TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A lesson that is wanted. Raises `WorkshopError` for a level that there is not, or no minutes."""

    places: Places
    title: str
    level: int
    minutes: int

    def __post_init__(self) -> None:
        if not 0 <= self.level < len(LEVELS):
            known = ", ".join(f"{number} {name}" for number, name in enumerate(LEVELS))
            raise WorkshopError(f"there is no level {self.level}. The levels are {known}")
        if self.minutes <= 0:
            raise WorkshopError(f"a notebook takes some minutes, not {self.minutes}")
        if not self.title.strip() or "\n" in self.title:
            raise WorkshopError('a notebook has a title of one line, such as TITLE="Everyday Quart"')

    @property
    def words(self) -> Mapping[str, str]:
        """What the templates want to know."""
        return {
            "name": self.places.name,
            "module": self.places.module,
            "number": self.places.number,
            "title": self.title,
            "level": f"{self.level}, {LEVELS[self.level]}",
            "minutes": str(self.minutes),
        }


def write(wanted: Wanted) -> Iterator[str]:
    """Write all files of a new lesson, and its name into those that tell of it; what was written, in words.

    Raises `WorkshopError` where there is such a lesson already; nothing is written then.
    """
    places = wanted.places
    files = {
        places.paper: filled("paper.md", wanted),
        places.python: filled("judges.txt", wanted),
        places.trials: filled("trials.md", wanted),
    }
    _refuse(places, [*files, places.notebook])
    changes = list(_elsewhere(wanted))
    for path, text in files.items():
        path.write_text(text, encoding="utf-8", newline="\n")
        yield f"{places.told(path)}: written"
    replace(places.notebook, written(normal(_notebook(wanted))))
    yield f"{places.told(places.notebook)}: written"
    for path, fresh, what in changes:
        replace(path, fresh)
        yield f"{places.told(path)}: {what}"


def filled(name: str, wanted: Wanted) -> str:
    """A template with the words of the lesson that is wanted."""
    return Template((TEMPLATES / name).read_text(encoding="utf-8")).substitute(wanted.words)


def _refuse(places: Places, files: list[Path]) -> None:
    there = [places.told(path) for path in files if path.exists()]
    there += [
        places.told(path)
        for path in notebooks(places.root)
        if path.stem[:2] == places.number and path != places.notebook
    ]
    if there:
        raise WorkshopError(f"there is something already: {', '.join(there)}. Choose another name or number")


def _notebook(wanted: Wanted) -> NotebookNode:
    """The notebook, from a template in which each cell begins with a line such as `%% markdown promise`."""
    parts = re.split(r"^%% (\w+) ([a-z-]+)\n", filled("notebook.txt", wanted), flags=re.MULTILINE)[1:]
    cells = []
    for kind, name, source in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        make = new.new_markdown_cell if kind == "markdown" else new.new_code_cell
        cells.append(make(source.strip("\n"), id=name))
    door = next_door(wanted.places.notebook) or f"{TODO}: what comes next."
    cells[-1].source += f"\n\n{NEXT_DOOR} {door}"
    notebook: NotebookNode = new.new_notebook(cells=cells)
    return notebook


Change = tuple[Path, bytes, str]
"""A file, what it holds from now on, and what changed in it."""


def _elsewhere(wanted: Wanted) -> Iterator[Change]:
    """The files that tell of a lesson."""
    places = wanted.places
    earlier = [path for path in notebooks(places.root) if path.stem < places.name]
    by_path: dict[Path, NotebookNode] = {path: read(path) for path in {*earlier[:1], *earlier[-1:]}}
    if earlier:
        receipt = by_path[earlier[-1]].cells[-1]
        receipt.source = with_door(receipt.source, f"[{wanted.title}]({places.notebook.name})")
        if earlier[0].stem.startswith("00_"):
            for cell in by_path[earlier[0]].cells:
                if cell.id == "the-map":
                    cell.source = _with_row(cell.source, _map_row(wanted), places.number)
    for path in sorted(by_path):
        what = [] if path != earlier[-1] else ["its next door is the new notebook"]
        what += ["its map has a row"] if path.stem.startswith("00_") else []
        yield path, written(by_path[path]), " and ".join(what)
    readme = places.root / "README.md"
    if readme.is_file():
        text = readme.read_text(encoding="utf-8")
        for row in (_series_row(wanted), _browser_row(wanted)):
            text = _with_row(text, row, places.number)
        yield readme, text.encode(), "a row in the series, and one about the browser"


def _series_row(wanted: Wanted) -> str:
    name = wanted.places.name
    level = LEVELS[wanted.level]
    return (
        f"| {wanted.level} {level} | [{wanted.title}](notebooks/{name}.ipynb) | {TODO}: what one can do afterwards "
        f"| {wanted.minutes} |"
    )


def _browser_row(wanted: Wanted) -> str:
    return (
        f"| {wanted.places.number} | {TODO}: all of it, or all but some cells | {TODO}: what is different |"
    )


def _map_row(wanted: Wanted) -> str:
    level, name = LEVELS[wanted.level], wanted.places.name
    return f"| {wanted.level} {level} | [{wanted.title}]({name}.ipynb) | {TODO}: the question? | {wanted.minutes} |"


def _with_row(text: str, row: str, number: str) -> str:
    """A text with one more row, in the first table that has such rows, in the order of their notebooks."""
    key: Callable[[str], str] = _number_of
    lines = text.split("\n")
    kind = row.count("|"), bool(LINK.search(row))
    like = [
        place
        for place, line in enumerate(lines)
        if line.startswith("| ") and (line.count("|"), bool(LINK.search(line))) == kind and key(line)
    ]
    before = [place for place in like if key(lines[place]) < number]
    place = before[-1] + 1 if before else like[0] if like else len(lines)
    return "\n".join([*lines[:place], row, *lines[place:]])


def _number_of(row: str) -> str:
    """The number of the notebook that a row is about: that of its link, or the last one in its first column."""
    link = LINK.search(row)
    numbers = re.findall(
        r"\b\d\d(?=_)" if link else r"\b\d\d\b", link["target"] if link else row.split("|")[1]
    )
    return numbers[-1] if numbers else ""
