"""Where the files of a lesson lie in the repository."""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

MARK = Path("tests", "sanitize.cfg")
"""A file by which the repository's folder is known."""

NAME = re.compile(r"(?P<number>\d\d)_(?P<module>[a-z][a-z0-9]*(_[a-z0-9]+)*)")


class WorkshopError(Exception):
    """What a command cannot do, in words for whoever gave it."""


def repository(start: Path) -> Path:
    """The repository's folder, from `start` upwards.

    Raises `WorkshopError` where there is none.
    """
    for folder in (start, *start.parents):
        if (folder / MARK).is_file():
            return folder
    raise WorkshopError(f"no {MARK.as_posix()} here or above: run this inside the repository")


@dataclass(frozen=True, slots=True)
class Places:
    """The files of the lesson `name`, such as `08_everyday_quart`. Raises `WorkshopError` for another form of name."""

    root: Path
    name: str

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            words = re.findall(r"[a-z]+", self.name.lower())
            number = re.match(r"\d+", self.name)
            meant = f"{int(number[0]) if number else 8:02}_{'_'.join(words) or 'everyday_quart'}"
            raise WorkshopError(
                f"{self.name!r} is no name of a notebook: two digits and words. Did you mean {meant}?"
            )

    @property
    def number(self) -> str:
        """The two digits."""
        return self.name[:2]

    @property
    def module(self) -> str:
        """The name of the lesson's module."""
        return self.name[3:]

    @property
    def notebook(self) -> Path:
        """The notebook."""
        return self.root / "notebooks" / f"{self.name}.ipynb"

    @property
    def python(self) -> Path:
        """The judges."""
        return self.root / "src" / "bakery" / "lessons" / f"{self.module}.py"

    @property
    def paper(self) -> Path:
        """The words."""
        return self.python.with_suffix(".md")

    @property
    def trials(self) -> Path:
        """What is tried before a reader tries it."""
        return self.root / "tests" / "lessons" / f"{self.module}.md"

    def told(self, path: Path) -> str:
        """A path as it is told: from the repository's folder, with `/`."""
        return path.relative_to(self.root).as_posix()


def notebooks(root: Path) -> list[Path]:
    """All notebooks, in their order."""
    return sorted((root / "notebooks").glob("*.ipynb"))


def wanted(root: Path, given: str) -> Path:
    """The notebook that somebody means: a path, a file's name, a name, or a number.

    Raises `WorkshopError` where there is none.
    """
    path = Path(given)
    if path.suffix == ".ipynb" and path.is_file():
        return path
    known = {path.stem: path for path in notebooks(root)}
    stem = path.stem
    found = [path for name, path in known.items() if stem in {name, name[:2], name[3:]}]
    if len(found) == 1:
        return found[0]
    near = difflib.get_close_matches(stem, known, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    raise WorkshopError(f"{given}: no such file.{meant}")
