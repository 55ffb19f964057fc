"""Notebook files: their normal form, their execution, and whether both still hold.

The `.ipynb` is the only source, but for the cells of exercises, which come from the paper of the lesson.
`python -m workshop.editions build` executes notebooks and writes them in normal form; a stored output that still holds
is kept, so that a second build changes no byte. `python -m workshop.editions check` says what a build would mend,
without executing anything. `python -m workshop.editions editions` writes the solved and the blank editions.
"""

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from itertools import groupby
from pathlib import Path
from typing import TextIO

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from bakery.checking import Lesson
from bakery.checking.progress import FILE
from bakery.lessons import every

Rules = tuple[tuple[re.Pattern[str], str], ...]
"""What to replace by what before two outputs are compared, in this order."""

CELL_SECONDS = 60
"""How long one cell may run."""

AT_ONCE = 3
"""How many notebooks run side by side: they wait more than they work."""

SANITISERS = Path("tests", "sanitize.cfg")
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


class NotebookError(Exception):
    """A notebook that cannot be read, or a cell of it that did not do what it should."""


# The file and its normal form


def read(path: Path) -> NotebookNode:
    """The notebook in a file.

    Raises `NotebookError` where the file is no notebook of format 4.5, or where a cell has no readable id of its
    own: progress, exercises and error messages know a cell by its id.
    """
    text = path.read_text(encoding="utf-8")
    try:
        raw = json.loads(text)
        if (raw["nbformat"], raw["nbformat_minor"]) < (4, 5):
            raise NotebookError(f"{path.name}: needs notebook format 4.5, in which cells have ids")
        # Looked at before nbformat reads the text: it would quietly give a cell without an id a random one.
        faults = id_faults([cell.get("id", "") for cell in raw["cells"]])
        if faults:
            raise NotebookError(f"{path.name}: {'; '.join(faults)}")
        notebook: NotebookNode = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
        nbformat.validate(notebook)
    except (ValueError, TypeError, KeyError, AttributeError, nbformat.ValidationError) as error:
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise NotebookError(f"{path.name}: not a notebook ({reason})") from error
    return notebook


def id_faults(ids: Sequence[str]) -> list[str]:
    """What is wrong with the ids of a notebook's cells, in words."""
    faults = [
        f"the id {name!r} is given to {times} cells" for name, times in Counter(ids).items() if times > 1
    ]
    for number, name in enumerate(ids, start=1):
        if not name:
            faults.append(f"cell {number} has no id")
        elif not READABLE_ID.fullmatch(name) or RANDOM_ID.fullmatch(name):
            faults.append(f'cell {number} has the id {name!r}: choose words, as in "three-orders"')
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


# Tasks: their cells come from the paper of the lesson


def lesson_of(path: Path) -> Lesson | None:
    """The lesson of a notebook, where it has one."""
    return next((lesson for lesson in every() if lesson.name == path.stem), None)


def with_cells(notebook: NotebookNode, texts: Mapping[str, str]) -> NotebookNode:
    """A copy in which the cells with these ids end in these texts; what a cell imports above stays."""
    copy = deepcopy(notebook)
    for cell in copy.cells:
        if cell.id in texts:
            text = texts[cell.id].rstrip("\n")
            imports = [line for line in cell.source.split("\n") if line.startswith(("from ", "import "))]
            # The text may begin with imports of its own, which a second build must not repeat.
            kept_lines = [line for line in imports if line not in text.split("\n")]
            cell.source = "\n".join([*kept_lines, "", text] if kept_lines else [text])
    return copy


# Comparing


def read_rules(path: Path) -> Rules:
    """The sanitisers in a file: each is a line `regex: …` directly followed by a line `replace: …`, as for nbval."""
    found = re.findall(r"^regex: (.*)$\n^replace: (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return tuple((re.compile(regex), replacement) for regex, replacement in found)


def sanitised(text: str, rules: Rules) -> str:
    """A text without what honestly varies."""
    for regex, replacement in rules:
        text = regex.sub(replacement, text)
    return text


def comparable(output: NotebookNode, rules: Rules) -> list[object]:
    """What has to be the same in two outputs in normal form, without what may honestly differ."""
    found: list[object] = [output.output_type]
    for name, value in sorted(output.items()):
        if name == "traceback":
            # Which lines of a library an error passed through is another matter on every Python.
            found += [sanitised(frame, rules) for frame in value if not LIBRARY_FRAME.match(frame)]
        elif name == "data":
            found += [
                (kind, sanitised(content, rules) if isinstance(content, str) else content)
                for kind, content in sorted(value.items())
            ]
        elif name != "execution_count":
            found.append((name, sanitised(value, rules) if isinstance(value, str) else value))
    return found


def still_holds(stored: Sequence[NotebookNode], fresh: Sequence[NotebookNode], rules: Rules) -> bool:
    """Whether a cell's stored outputs, in normal form, say the same as its new ones."""
    return [comparable(output, rules) for output in stored] == [comparable(output, rules) for output in fresh]


def kept(stored: NotebookNode, fresh: NotebookNode, rules: Rules) -> NotebookNode:
    """The new notebook in normal form, with the stored outputs of every cell whose stored outputs still hold."""
    old, new = normal(stored), normal(fresh)
    for before, after in zip(old.cells, new.cells, strict=True):
        if after.cell_type == "code" and still_holds(before.outputs, after.outputs, rules):
            after.outputs = normal_outputs(before.outputs, after.execution_count)
    return new


# Executing


def environment(folder: Path, given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Environment variables for a kernel that reads no settings but its own, which it keeps in `folder`.

    A reader's start-up files, history, warning filters and database would change what a cell prints, and so would
    progress.
    """
    dropped = {
        "PYTHONSTARTUP",
        "PYTHONWARNINGS",
        "PYTHONDEVMODE",
        "PYTHONASYNCIODEBUG",
        "FORCE_COLOR",
        "BAKERY_POSTGRES",
    }
    variables = {
        name: value
        for name, value in given.items()
        if not name.startswith(("IPYTHON", "JUPYTER")) and name not in dropped
    }
    places = {
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
    }
    variables["BAKERY_ORDERS_IN_FLIGHT"] = "off"
    variables[FILE] = "off"
    return variables | {name: str(folder / place) for name, place in places.items()}


def wiring(folder: Path) -> dict[str, str]:
    """How a kernel that is started for a run talks to us: over files in `folder`, a new one, where that can be.

    Its five ports would be chosen first and opened a second later. In that second an order in the next process may
    have taken one of them, and the kernel would end before it began.
    """
    return {} if sys.platform == "win32" else {"transport": "ipc", "ip": str(folder / "k")}


@asynccontextmanager
async def kernel(
    notebook: NotebookNode, folder: Path, seconds: int = CELL_SECONDS
) -> AsyncIterator[NotebookClient]:
    """A client of a fresh kernel of this very Python, at work in `folder`; the kernel ends with the block."""
    # No folders to look in: the kernel named python3 is then the one of the Python that runs this, never
    # one that somebody has registered under the same name.
    specs = KernelSpecManager(kernel_dirs=[])
    with tempfile.TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True) as settings:
        manager = AsyncKernelManager(
            kernel_name="python3", kernel_spec_manager=specs, **wiring(Path(settings))
        )
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=seconds,
            startup_timeout=60,
            iopub_timeout=60,
            coalesce_streams=False,  # it would move a line printed after a picture to before it
            store_widget_state=False,
            extra_arguments=["--log-level=ERROR"],
        )
        await client.async_start_new_kernel(cwd=str(folder), env=environment(Path(settings)))
        try:
            await client.async_start_new_kernel_client()
            yield client
        finally:
            if client.kc is not None:
                client.kc.stop_channels()
            await manager.shutdown_kernel()


async def executed(
    notebook: NotebookNode, name: str, folder: Path, *, seconds: int = CELL_SECONDS
) -> NotebookNode:
    """A copy of a notebook with the outputs of a run from top to bottom in a fresh kernel at work in `folder`.

    A cell tagged raises-exception may fail. Raises `NotebookError`, naming notebook and cell, where another one
    does, takes more than `seconds`, or ends the kernel.
    """
    copy = deepcopy(notebook)
    async with kernel(copy, folder, seconds) as client:
        for index, cell in enumerate(copy.cells):
            if cell.cell_type == "code":
                await execute(client, index, f"{name}, cell {cell.id}")
    return copy


async def execute(client: NotebookClient, index: int, place: str) -> None:
    """Execute one cell of the client's notebook; `place` names it in the error messages. Raises as `executed`."""
    cell = client.nb.cells[index]
    number = sum(before.cell_type == "code" for before in client.nb.cells[: index + 1])
    try:
        await client.async_execute_cell(cell, index, execution_count=number)
    except CellExecutionError as error:
        lines = [
            line for output in cell.outputs if output.output_type == "error" for line in output.traceback
        ]
        seen = "\n".join(map(normal_frame, lines))
        raise NotebookError(
            f"{place}: {error.ename}: {error.evalue}\n{seen}\n"
            f"If the cell is meant to fail, tag it raises-exception and raises-{error.ename}."
        ) from error
    except CellTimeoutError as error:
        raise NotebookError(f"{place}: still running after {client.timeout:g} s") from error
    except DeadKernelError as error:
        raise NotebookError(f"{place}: the kernel ended") from error
    cell.execution_count = number


# Building and checking


async def build(path: Path, rules: Rules) -> list[str]:
    """Execute a notebook and write it in normal form; the ids of the cells whose outputs are new.

    Nothing is written where nothing changed. Raises `NotebookError` as `read` and `executed` do, and where somebody
    edited the file in the meantime; the file then stays as it is.
    """
    before, stored = content(path), read(path)
    lesson = lesson_of(path)
    stored = with_cells(stored, lesson.starters if lesson else {})
    fresh = kept(stored, await executed(stored, path.name, path.parent), rules)
    if content(path) != before:
        raise NotebookError(
            f"{path.name}: edited while it was being executed; nothing written, build it again"
        )
    if written(fresh) != before:
        replace(path, written(fresh))
    old = normal_outputs_of(stored)
    return [name for name, outputs in normal_outputs_of(fresh).items() if outputs != old[name]]


def normal_outputs_of(notebook: NotebookNode) -> dict[str, list[NotebookNode]]:
    """The outputs of every code cell in normal form, by the cell's id."""
    return {cell.id: cell.outputs for cell in normal(notebook).cells if cell.cell_type == "code"}


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


# Editions: the learner's is the one that is shipped, the others are made from it


SOLVED, BLANK = "solved", "blank"
"""The folders of the editions, beside the notebooks."""


def solved(notebook: NotebookNode, lesson: Lesson) -> NotebookNode:
    """The solved edition: every exercise, prediction and quiz answered, nothing executed.

    It ends in a cell that fails unless every check agreed.
    """
    copy = cleared(with_cells(notebook, lesson.solutions))
    last = "assert not ex.unsolved, ex.unsolved"
    cell: NotebookNode = nbformat.v4.new_code_cell(last, id="every-check-agrees")  # type: ignore[no-untyped-call]
    copy.cells.append(cell)
    return normal(copy)


def blank(notebook: NotebookNode) -> NotebookNode:
    """The edition for live coding: the prose is there, and the code cells are empty."""
    copy = cleared(notebook)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.source = ""
    return normal(copy)


def cleared(notebook: NotebookNode) -> NotebookNode:
    """A copy without outputs; its links lead to the same places from one folder further down."""
    copy = deepcopy(notebook)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return copy


def write_editions(paths: Sequence[Path]) -> None:
    """Write the solved and the blank edition of each notebook; a notebook without a lesson is only blanked."""
    for path in paths:
        notebook, lesson = read(path), lesson_of(path)
        several = {BLANK: blank(notebook)} | ({SOLVED: solved(notebook, lesson)} if lesson else {})
        for folder, edition in several.items():
            place = path.parent / folder / path.name
            place.parent.mkdir(exist_ok=True)
            replace(place, written(edition))
            say(place.relative_to(path.parent.parent).as_posix())


# The command line


def repository(start: Path) -> Path:
    """The repository's folder: the nearest one from `start` upwards that holds the sanitisers.

    Raises `NotebookError` where there is none.
    """
    for folder in (start, *start.parents):
        if (folder / SANITISERS).is_file():
            return folder
    raise NotebookError(f"no {SANITISERS.as_posix()} here or above: run this inside the repository")


async def build_all(paths: Sequence[Path], rules: Rules) -> bool:
    """Build notebooks, some side by side, and tell how each went; whether all went well."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(path: Path) -> bool:
        async with room:
            start = time.perf_counter()
            try:
                changed = await build(path, rules)
            except NotebookError as error:
                say(str(error), sys.stderr)
                return False
            took = f"{time.perf_counter() - start:.1f} s"
            outcome = f"new outputs: {', '.join(changed)}" if changed else "all outputs kept"
            say(f"{path.name}: {took}, {outcome}")
            return True

    return all(await asyncio.gather(*map(one, paths)))


def check_all(paths: Sequence[Path]) -> bool:
    """Tell what a build would mend; whether that is nothing."""
    found = [fault for path in paths for fault in faults(path)]
    for fault in found:
        say(fault, sys.stderr)
    return not found


def say(line: str, stream: TextIO | None = None) -> None:
    """Print a line at once."""
    print(line, file=stream, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 where all is well, 1 where it is not."""
    parser = argparse.ArgumentParser(
        prog="python -m workshop.editions", description="Build or check notebooks."
    )
    parser.add_argument(
        "verb",
        choices=["build", "check", "editions"],
        help="execute and write, only look, or write the other editions",
    )
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all in notebooks/")
    wanted = parser.parse_args(arguments)
    try:
        root = repository(Path.cwd())
        paths = wanted.notebooks or sorted((root / "notebooks").glob("*.ipynb"))
        for path in paths:
            if not path.is_file():
                raise NotebookError(f"{path}: no such file")
        if wanted.verb == "editions":
            write_editions(paths)
            return 0
        if wanted.verb == "check":
            return 0 if check_all(paths) else 1
        return 0 if asyncio.run(build_all(paths, read_rules(root / SANITISERS))) else 1
    except NotebookError as error:
        say(str(error), sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
