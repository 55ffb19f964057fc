"""What a cell says that needs a real machine: one sentence, after which the next cells go on."""

import ast
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

REAL = "Run this notebook on Binder or on your own machine to see it."


class NoMachineError(RuntimeError):
    """Something that needs a real machine; its text says what, and what to do instead."""


MISSING: set[str] = set()
"""The names that cells which needed a machine would have made."""


def tell(
    shell: Any,  # noqa: ANN401  # an IPython shell, as all arguments are IPython's
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    """Say the sentence of a `NoMachineError` in the cell, which then counts as done.

    A later cell that misses what the first one would have made says that, too. Other errors are shown as ever.
    """
    if isinstance(error, NoMachineError):
        history = getattr(shell, "user_ns", {}).get("In", [])
        MISSING.update(made(history[-1] if history else ""))
        print(error)  # noqa: T201  # a cell's output
    elif isinstance(error, NameError) and error.name in MISSING:
        print(f"This needs `{error.name}` from the cell that had no machine to run on. {REAL}")  # noqa: T201
    else:
        shown = shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset)
        shell._showtraceback(kind, error, shown)


def made(code: str) -> set[str]:
    """The names that some code assigns."""
    try:
        tree = ast.parse(code)
    except SyntaxError:  # a cell with magics
        return set()
    return {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def going_on(shell: Any) -> Callable[..., None]:  # noqa: ANN401  # an IPython shell
    """What shows the traceback of a cell, and lets Run All go on where the cell is meant to fail, as on a machine.

    JupyterLab asks for that with `stop_on_error`; this kernel's reply would stop it all the same. So the cell
    shows its traceback and counts as done.
    """
    stop = shell._showtraceback

    def show(kind: type[BaseException], error: BaseException, lines: list[str]) -> None:
        request = getattr(shell.kernel, "_parent_header", None) or {}
        if request.get("content", {}).get("stop_on_error", True):
            stop(kind, error, lines)
        else:
            print(shell.InteractiveTB.stb2text(lines), file=sys.stderr)  # noqa: T201  # a cell's output

    return show
