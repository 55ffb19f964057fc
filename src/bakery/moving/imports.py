"""Which file an import means."""

from collections.abc import Iterable, Iterator
from pathlib import PurePath
from posixpath import commonpath

from bakery.moving.reading import Project, Source
from bakery.moving.scopes import Names, names


class Library:
    """The files of a project by the dotted names under which they may be imported."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.files: dict[str, Names] = {source.path: names(source) for source in project.sources}
        self._by_name: dict[str, list[Names]] = {}
        for path, found in self.files.items():
            for dotted in self._dotted(path):
                self._by_name.setdefault(dotted, []).append(found)

    def __iter__(self) -> Iterator[Names]:
        return iter(self.files.values())

    def file(self, dotted: str, importer: Source) -> Names | None:
        """The file that `dotted` means in a file, with leading dots where it is relative; None for one outside."""
        if dotted.startswith("."):
            name = dotted.lstrip(".")
            return self._below(importer.path.split("/")[: len(name) - len(dotted)], name)
        found = self._by_name.get(dotted, [])
        return max(found, key=lambda one: _shared(one.source.path, importer.path), default=None)

    def submodule(self, of: Names, name: str) -> Names | None:
        """The file `name` inside a package whose `__init__.py` is given."""
        if not of.source.path.endswith("__init__.py"):
            return None
        return self._below(of.source.path.split("/")[:-1], name)

    def _below(self, folder: list[str], dotted: str) -> Names | None:
        inside = "/".join([*folder, *(dotted.split(".") if dotted else [])])
        return self.files.get(f"{inside}.py") or self.files.get(f"{inside}/__init__.py".removeprefix("/"))

    def _dotted(self, path: str) -> Iterable[str]:
        """Every name a file may have: from each folder above it that is no package."""
        parts = path.removesuffix(".py").split("/")
        if parts[-1] == "__init__":
            parts.pop()
        for start in range(len(parts)):
            if start == 0 or "/".join(parts[:start]) not in self.project.packages:
                yield ".".join(parts[start:])
        if "" in self.project.packages:
            yield ".".join([self.project.name, *parts])


def _shared(one: str, other: str) -> int:
    """How many folders two paths share."""
    return len(PurePath(commonpath([f"/{one}", f"/{other}"])).parts)
