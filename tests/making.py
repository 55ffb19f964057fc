"""Small notebooks for tests: cells, their outputs, and the file."""

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from workshop.notebooks import normal, written

new: Any = nbformat.v4  # whose functions have no types


def notebook(*cells: NotebookNode) -> NotebookNode:
    made: NotebookNode = new.new_notebook(cells=list(cells))
    return made


def code(name: str, source: str, *outputs: NotebookNode, tags: tuple[str, ...] = ()) -> NotebookNode:
    made: NotebookNode = new.new_code_cell(source, id=name, outputs=list(outputs))
    if tags:
        made.metadata["tags"] = list(tags)
    return made


def stream(name: str, text: str) -> NotebookNode:
    made: NotebookNode = new.new_output("stream", name=name, text=text)
    return made


def shown(**data: str) -> NotebookNode:
    made: NotebookNode = new.new_output("display_data", {k.replace("__", "/"): v for k, v in data.items()})
    return made


def outputs(*given: NotebookNode) -> list[NotebookNode]:
    return list(normal(notebook(code("cell", "x", *given))).cells[0].outputs)


def save(folder: Path, made: NotebookNode, name: str = "01_small.ipynb") -> Path:
    path = folder / name
    path.write_bytes(written(made))
    return path


def prose(name: str, source: str) -> NotebookNode:
    made: NotebookNode = new.new_markdown_cell(source, id=name)
    return made
