"""Cells without a kernel: text that runs as a notebook's cell does, so that a check can read and quote its lines."""

import linecache
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from types import ModuleType
from typing import Any

_numbers = count(1)


class Cells:
    """The names of a notebook that was run cell by cell."""

    def __init__(self, *texts: str) -> None:
        self.module = ModuleType("__main__")
        for text in texts:
            self.run(text)

    def run(self, text: str) -> None:
        """Run a cell. Raises whatever it raises."""
        name = f"ipykernel_1/{next(_numbers)}.py"
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # a kernel prints it, and runs the cell
            code = compile(text, name, "exec")
        exec(code, vars(self.module))  # noqa: S102 - an author's cell

    def value(self, expression: str) -> Any:  # noqa: ANN401 - whatever it is
        """The value of an expression there. Raises whatever that raises."""
        return eval(expression, vars(self.module))  # noqa: S307 - an author's cell

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let `__main__` be this notebook, as it is in a kernel."""
        before = sys.modules["__main__"]
        sys.modules["__main__"] = self.module
        try:
            yield
        finally:
            sys.modules["__main__"] = before
