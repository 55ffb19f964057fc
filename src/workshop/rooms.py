"""The map of the rooms in CONTRIBUTING.md: every module's own first sentence, folder by folder."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from workshop.pyproject import ProjectError

ORDER = (
    "bakery",
    "bakery/shop",
    "bakery/orders",
    "bakery/picture",
    "bakery/lab",
    "bakery/checking/virtual",
    "bakery/checking",
    "bakery/moving",
    "bakery/lessons",
    "bakery/classroom",
    "bakery/browser",
    "workshop",
    "workshop/site",
)
"""The folders of `src`. A room may import rooms of its own folder and of those above."""

FURNITURE = "bakery/moving/houses"
"""Apps that a lesson moves, with their tests: nothing of ours imports them."""

DOORS = ("bakery/__init__.py", "bakery/__main__.py", "workshop/__main__.py")
"""What opens onto all other rooms, and so may import from below."""


def rooms(root: Path) -> dict[str, list[Path]]:
    """The modules of each folder of `src`. Raises `ProjectError` for a folder that has no place in `ORDER`."""
    found: dict[str, list[Path]] = {folder: [] for folder in ORDER}
    for path in sorted((root / "src").rglob("*.py")):
        folder = path.parent.relative_to(root / "src").as_posix()
        if folder.startswith(FURNITURE):
            continue
        if folder not in found:
            raise ProjectError(
                f"src/{folder}: a new folder; say in ORDER of src/workshop/rooms.py where it stands"
            )
        found[folder].append(path)
    return {folder: paths for folder, paths in found.items() if paths}


@cache
def parsed(text: str) -> ast.Module:
    """A module's text, understood once."""
    return ast.parse(text)


def sentence(path: Path) -> str:
    """The first sentence of a module. Raises `ProjectError` where it has none."""
    words = (ast.get_docstring(parsed(path.read_text(encoding="utf-8"))) or "").partition("\n\n")[0]
    if not words:
        raise ProjectError(f"{path.name}: a room says in its first line what it is")
    first = re.split(r"(?<=[.!?])\s", " ".join(words.split()), maxsplit=1)[0]
    return first.replace("|", "\\|")


def shown(root: Path) -> str:
    """The map, as Markdown. Raises `ProjectError` as `rooms` and `sentence` do."""
    return "\n\n".join("\n".join(table(folder, paths)) for folder, paths in rooms(root).items())


def table(folder: str, paths: list[Path]) -> Iterator[str]:
    """One folder of the map, line by line."""
    about = {path.stem: sentence(path) for path in paths}
    yield f"### `src/{folder}`"
    yield ""
    yield about.pop("__init__")
    yield ""
    yield "| room | what it is |"
    yield "|---|---|"
    for name, said in about.items():
        yield f"| `{name}` | {said} |"


def arrows(root: Path) -> Iterator[tuple[str, str]]:
    """Every import of ours from one folder to another: the room, and the folder it looks into."""
    source = root / "src"
    for folder, paths in rooms(root).items():
        for path in paths:
            for module in imported(path):
                target = source.joinpath(*module.split("."))
                into = (target if target.is_dir() else target.parent).relative_to(source).as_posix()
                if into != folder:
                    yield path.relative_to(source).as_posix(), into


def imported(path: Path) -> Iterator[str]:
    """The modules of ours that a module imports, wherever in it."""
    for node in ast.walk(parsed(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        else:
            continue
        yield from (name for name in names if name.partition(".")[0] in {"bakery", "workshop"})
