"""Whether two outputs say the same, apart from what honestly varies from run to run."""

import re
from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode

from workshop.notebooks import LIBRARY_FRAME, normal, normal_outputs

Rules = tuple[tuple[re.Pattern[str], str], ...]
"""What to replace by what before two outputs are compared, in this order."""


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
