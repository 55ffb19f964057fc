"""Notebook files: reading one, its normal form, and the ids of its cells. The `.ipynb` is the only source."""

import json
import os
import re
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from itertools import groupby
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from workshop.places import WorkshopError

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

READABLE_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
RANDOM_ID = re.compile(r"(?=.*\d)[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
BACKSPACE = re.compile(r"[^\n]\x08")
OVERWRITTEN = re.compile(r"^.*\r(?=[^\n])", re.MULTILINE)
LIBRARY_FRAME = re.compile(r"File (?P<path>\S.*?):(?P<line>\d+)(?P<call>, in [^\n]*)?")
LIBRARY_FOLDER = re.compile(r".*[/\\](?:site-packages|python3\.\d+)[/\\]")


class NotebookError(WorkshopError):
    """A notebook that cannot be read, or a cell of it that did not do what it should."""


def read(path: Path) -> NotebookNode:
    """The notebook in a file.

    Raises `NotebookError` where the file is no notebook of format 4.5, or where a cell has no readable id of its
    own: progress, exercises and error messages know a cell by its id.
    """
    text = path.read_text(encoding="utf-8")
    notebook = understood(text, path.name)
    # Looked at in the text: nbformat quietly gives a cell without an id a random one.
    faults = id_faults([cell.get("id", "") for cell in json.loads(text)["cells"]])
    if faults:
        raise NotebookError(f"{path.name}: {'; '.join(faults)}")
    return notebook


def understood(text: str, name: str) -> NotebookNode:
    """The notebook in the text of the file `name`, whatever the ids of its cells.

    Raises `NotebookError` where it is no notebook of format 4.5.
    """
    try:
        raw = json.loads(text)
        if (raw["nbformat"], raw["nbformat_minor"]) < (4, 5):
            raise NotebookError(f"{name}: needs notebook format 4.5, in which cells have ids")
        taken: set[str] = set()
        for place, cell in enumerate(raw["cells"]):
            if cell.get("id", "") in {"", *taken}:
                cell["id"] = f"{place:08}"
            taken.add(cell["id"])
        notebook: NotebookNode = nbformat.reads(json.dumps(raw), as_version=4)  # type: ignore[no-untyped-call]
        nbformat.validate(notebook)
    except (ValueError, TypeError, KeyError, AttributeError, nbformat.ValidationError) as error:
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise NotebookError(f"{name}: not a notebook ({reason})") from error
    return notebook


def readable(name: str) -> bool:
    """Whether the id of a cell is made of words."""
    return bool(READABLE_ID.fullmatch(name)) and not RANDOM_ID.fullmatch(name)


def id_faults(ids: Sequence[str]) -> list[str]:
    """What is wrong with the ids of a notebook's cells, in words."""
    numbered = sum(not readable(name) for name in ids)
    if numbered > max(3, len(ids) / 2):
        return [
            f"{numbered} of {len(ids)} cells have lost their names: tools that rewrite notebooks, such as nbstripout "
            "and jupytext, number the cells. To have the names back:  git checkout  and the file; if the cells are "
            "new, `make notebooks` names them"
        ]
    faults = [
        f"the id {name!r} is given to {times} cells" for name, times in Counter(ids).items() if times > 1
    ]
    for number, name in enumerate(ids, start=1):
        if not name:
            faults.append(f"cell {number} has no id")
        elif not readable(name):
            faults.append(f"cell {number} has the id {name!r}, which says nothing: `make notebooks` names it")
    return faults


def written(notebook: NotebookNode) -> bytes:
    """The bytes of a notebook's file: the layout that nbformat and ruff agree on."""
    text = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return f"{text}\n".encode()


def normal(notebook: NotebookNode) -> NotebookNode:
    """A copy in normal form.

    Its metadata are the kernel and the language; a cell's are its tags. No widget state and no widget views: the
    page shows the picture or the words beside them. Streams are merged, tracebacks have no colours and no folders
    of one machine. Cells that were executed count 1, 2, 3 …; a cell that was not stays without a number.
    """
    copy = deepcopy(notebook)
    copy.nbformat, copy.nbformat_minor = 4, 5
    copy.metadata = METADATA
    count = 0
    for cell in copy.cells:
        tags = cell.metadata.get("tags")
        cell.metadata = {"tags": tags} if tags else {}
        cell.source = cell.source.rstrip("\n")
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count if cell.execution_count is not None else None
            cell.outputs = normal_outputs(cell.outputs, cell.execution_count)
    return copy


def normal_outputs(outputs: Sequence[NotebookNode], count: int | None) -> list[NotebookNode]:
    """The outputs of one cell in normal form; `count` is the cell's number."""
    kept: list[NotebookNode] = []
    for streams, neighbours in groupby(outputs, key=lambda output: output.output_type == "stream"):
        group = list(neighbours)
        kept += merged(group) if streams else map(normal_output, group)
    for output in kept:
        if output.output_type == "execute_result":
            output.execution_count = count
    return [output for output in kept if output.get("data") != {}]


def merged(streams: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Neighbouring streams as at most one of each name, as a terminal would show them.

    stdout comes before stderr: they reach the page by different ways, so their order means nothing.
    """
    found = []
    for name in ("stdout", "stderr"):
        text = "".join(stream.text for stream in streams if stream.name == name)
        while (shorter := BACKSPACE.sub("", text)) != text:
            text = shorter
        if text:
            stream = deepcopy(streams[0])
            stream.name, stream.text = name, OVERWRITTEN.sub("", text)
            found.append(stream)
    return found


def normal_output(output: NotebookNode) -> NotebookNode:
    """One output that is not a stream, in normal form."""
    copy = deepcopy(output)
    if copy.output_type == "error":
        copy.evalue = COLOUR.sub("", copy.evalue)
        copy.traceback = [normal_frame(frame) for frame in copy.traceback]
    else:
        copy.data.pop(WIDGET_VIEW, None)
        copy.metadata.pop(WIDGET_VIEW, None)
    return copy


def normal_frame(frame: str) -> str:
    """One frame of a traceback: the reader's own in full, a library's as one line without the machine's folders."""
    plain = COLOUR.sub("", frame)
    found = LIBRARY_FRAME.match(plain)
    if not found:
        return "\n".join(line.rstrip() for line in plain.split("\n"))
    path = LIBRARY_FOLDER.sub("", found["path"]).replace("\\", "/")
    return f"File {path}:{found['line']}{found['call'] or ''}"


def content(path: Path) -> bytes:
    """What is in a file now."""
    return path.read_bytes()


def replace(path: Path, fresh_content: bytes) -> None:
    """Write a file in one step, so that an interruption leaves the old one or the new one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(fresh_content)
    fresh.replace(path)


def faults(path: Path) -> list[str]:
    """What a build would mend in a notebook without executing it, in words."""
    try:
        notebook = read(path)
    except NotebookError as error:
        return [str(error)]
    unrun = [c.id for c in notebook.cells if c.cell_type == "code" and c.execution_count is None]
    found = [f"{path.name}: not executed: {', '.join(unrun)}"] if unrun else []
    if written(normal(notebook)) != path.read_bytes():
        found.append(f"{path.name}: not in normal form")
    return found
