"""What a cell says that needs a real machine: one sentence, after which the next cells go on."""

import ast
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

REAL = "Run this notebook on Binder or on your own machine to see it."

ABSENT = {
    "aiohttp": f"aiohttp opens sockets, and a browser has none for Python, so it is not here. {REAL}",
    "flask_swagger_ui": f"The files of Swagger UI are not here, since no tab could open their page. {REAL}",
}
"""What notebooks import and the site leaves out, and why."""


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
    """Say the sentence of a `NoMachineError`, or of a package that is not here, in the cell, which then counts as done.

    A later cell that misses what the first one would have made says that, too. Other errors are shown as ever.
    """
    said = absent(error) or (str(error) if isinstance(error, NoMachineError) else "")
    if said:
        history = getattr(shell, "user_ns", {}).get("In", [])
        MISSING.update(made(history[-1] if history else ""))
        print(said)  # noqa: T201  # a cell's output
    elif isinstance(error, NameError) and error.name in MISSING:
        print(f"This needs `{error.name}` from the cell that had no machine to run on. {REAL}")  # noqa: T201
    else:
        shown = shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset)
        shell._showtraceback(kind, error, shown)


def absent(error: BaseException) -> str:
    """Why the module that an import did not find is not on the site; "" for any other error."""
    name = error.name if isinstance(error, ModuleNotFoundError) else ""
    return ABSENT.get((name or "").partition(".")[0], "")


def made(code: str) -> set[str]:
    """The names that some code assigns, imports or defines."""
    try:
        tree = ast.parse(code)
    except SyntaxError:  # a cell with magics
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
    return names


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
