"""What a move gathers, file by file: edits, imports that it needs, and what is left to do by hand."""

import ast
from typing import Literal, NamedTuple

from bakery.moving.edits import Edits
from bakery.moving.imports import Library
from bakery.moving.reading import Source
from bakery.moving.scopes import Names

Sort = Literal["hand", "look", "blocking", "extension"]


class Remark(NamedTuple):
    """One thing that a person has to do or decide: where, why, and what to write.

    `sort`: hand (it will not work before), look (moved, and worth a look), blocking, extension.
    """

    path: str
    line: int
    reason: str
    write: str = ""
    sort: Sort = "hand"


class Plan:
    """The edits of every file, and the remarks."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.edits: dict[str, Edits] = {names.source.path: Edits() for names in library}
        self.remarks: dict[Remark, None] = {}
        self.files: dict[str, str] = {}
        self.awaits = 0
        self.undecided = 0
        self._imports: dict[str, dict[str, None]] = {}
        self._helpers: dict[str, dict[str, None]] = {}

    def remark(self, source: Source, line: int, reason: str, write: str = "", sort: Sort = "hand") -> None:
        """Leave something to a person; the same thing once a line."""
        self.remarks.setdefault(Remark(source.path, line, reason, write, sort))

    def said(self, path: str, line: int, reason: str, write: str) -> None:
        """Leave something to a person in a file that is no Python."""
        self.remarks.setdefault(Remark(path, line, reason, write))

    def needs_import(self, source: Source, line: str) -> None:
        """A file needs an import that it may not have."""
        self._imports.setdefault(source.path, {}).setdefault(line)

    def needs_helper(self, source: Source, text: str) -> None:
        """A file needs a function of ours, after its imports."""
        self._helpers.setdefault(source.path, {}).setdefault(text)

    def finish(self) -> None:
        """Write the imports and helpers that were asked for into the edits."""
        for path in self._imports.keys() | self._helpers.keys():
            names = self.library.files[path]
            lines = [line for line in self._imports.get(path, ()) if not _has(names, line)]
            helpers = list(self._helpers.get(path, ()))
            ends = names.source.newline
            at, first = _after_imports(names)
            ours = [line for line in lines if line.startswith("from quart") or line == "import click"]
            others = [line for line in lines if line not in ours]
            if others:
                self.edits[path].insert(first, "".join(f"{line}{ends}" for line in others))
            if ours:
                self.edits[path].insert(at, "".join(f"{line}{ends}" for line in ours))
            for helper in helpers:
                self.edits[path].insert(at, ends * 2 + helper.replace("\n", ends))


def _has(names: Names, line: str) -> bool:
    """Whether an import stands at the top of a file already."""
    wanted = ast.dump(ast.parse(line).body[0])
    tops = [node for node in names.source.tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    ones = (ast.Import([alias]) for node in tops if isinstance(node, ast.Import) for alias in node.names)
    others = (
        ast.ImportFrom(node.module, [alias], node.level)
        for node in tops
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    )
    return any(ast.dump(node) == wanted for node in (*ones, *others))


def _after_imports(names: Names) -> tuple[int, int]:
    """The places after the last import at the top of a file, and before the first that is none from the future."""
    source, after, first = names.source, 0, -1
    for node in source.tree.body:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and first < 0
        future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if first < 0 and not (docstring or future):
            first = source.at(node.lineno, 0) if not getattr(node, "decorator_list", None) else after
        if isinstance(node, (ast.Import, ast.ImportFrom)) or docstring:
            after = _line_after(source, node)
    return after, first if first >= 0 else len(source.text)


def _line_after(source: Source, node: ast.stmt) -> int:
    """Where the line after a statement begins."""
    line = node.end_lineno or node.lineno
    return source.starts[line] if line < len(source.starts) else len(source.text)
