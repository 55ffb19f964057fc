"""Names for cells that JupyterLab named at random: after their task, their heading, or their first words."""

import ast
import re
from copy import deepcopy

from nbformat import NotebookNode

from bakery.checking.paper import Paper, PredictionPaper
from bakery.checking.starters import parse
from workshop.notebooks import readable

WORDS = 4
"""How many words a name has at most."""

TASK = re.compile(r"\bex\.(?P<name>[a-z]\w*)(?:\.(?P<verb>\w+))?")


def with_names(notebook: NotebookNode, paper: Paper | None = None) -> NotebookNode:
    """A copy in which every cell has a name of its own that says something. A name that does stays."""
    copy = deepcopy(notebook)
    taken: set[str] = set()
    nameless = []
    for cell in copy.cells:
        if readable(cell.id) and cell.id not in taken:
            taken.add(cell.id)
        else:
            nameless.append(cell)
    for cell in nameless:
        cell.id = _free(_name(cell, copy, paper, taken), taken)
        taken.add(cell.id)
    return copy


def _name(cell: NotebookNode, notebook: NotebookNode, paper: Paper | None, taken: set[str]) -> str:
    if cell.cell_type == "code":
        return _of_task(cell.source, paper, taken) or _of_code(cell.source)
    if cell is notebook.cells[0] and cell.source.startswith("# "):
        return "promise"
    if cell is notebook.cells[-1] and cell.source.startswith("## Receipt"):
        return "receipt"
    heading = re.search(r"^#+ +(.+)$", cell.source, re.MULTILINE)
    return slug(heading[1] if heading else cell.source) or "prose"


def _of_task(source: str, paper: Paper | None, taken: set[str]) -> str:
    """The name of the cell of a task, or of what is done with one."""
    found = ""
    for match in TASK.finditer(source):
        task = paper.tasks.get(match["name"]) if paper else None
        if match["name"] == "progress":
            found = "your-progress"
        elif task and isinstance(task, PredictionPaper) and match["verb"] == "check" and not task.text:
            found = f"check-{slug(task.name)}"
        elif task and match["verb"] in {None, "say", "check"} and task.cell_id not in taken:
            found = task.cell_id
        elif task:
            found = f"{match['verb'] or 'show'}-{slug(task.name)}"
    return found


def _of_code(source: str) -> str:
    """After what a cell defines last, or else after the words of its last line."""
    tree = parse(source)
    for node in reversed(tree.body if tree else []):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return slug(node.name) or "code"
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            return slug(node.targets[0].id) or "code"
    lines = [line for line in source.splitlines() if line.strip()]
    return slug(lines[-1] if lines else "") or "code"


def slug(text: str) -> str:
    """The first words of a text, in small letters, with hyphens; it begins with a letter."""
    words = re.findall(r"[a-z0-9]+", text.replace("_", " ").replace("'", "").lower())
    while words and words[0][0].isdigit():
        words.pop(0)
    return "-".join(words[:WORDS])


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number where it is taken, and a word more where it looks like one made at random."""
    name = name if readable(name) else f"{name}-cell"
    return next(
        one for number in range(1, 10_000) if (one := f"{name}-{number}" if number > 1 else name) not in taken
    )
