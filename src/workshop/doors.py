"""The next door of a notebook: the last line of its receipt, with a link to the notebook that comes next."""

import re
from copy import deepcopy
from pathlib import Path

from nbformat import NotebookNode

from workshop.pages import Page

NEXT_DOOR = "**Next door:**"
LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)[^)]*\)")


def next_door(path: Path) -> str:
    """The link to the notebook that comes after the one at `path`, in the same folder; empty where it is the last.

    Raises `NotebookError` where that one cannot be read.
    """
    later = [other for other in sorted(path.parent.glob("*.ipynb")) if other.name > path.name]
    return f"[{Page(later[0]).title}]({later[0].name})" if later else ""


def with_door(receipt: str, link: str) -> str:
    """A receipt whose next door is this link; what else it says of the door stays."""
    before, found, door = receipt.partition(NEXT_DOOR)
    if not found:
        return f"{receipt}\n\n{NEXT_DOOR} {link}"
    old = LINK.search(door)
    if old:
        return f"{before}{found}{door[: old.start()]}{link}{door[old.end() :]}"
    return f"{before}{found} {link}:{door}" if door.strip() else f"{before}{found} {link}"


def with_next_door(notebook: NotebookNode, path: Path) -> NotebookNode:
    """A copy of the notebook at `path` whose receipt leads to the notebook that comes next.

    Raises `NotebookError` as `next_door` does.
    """
    copy = deepcopy(notebook)
    link = next_door(path)
    if link and copy.cells and NEXT_DOOR in copy.cells[-1].source:
        copy.cells[-1].source = with_door(copy.cells[-1].source, link)
    return copy
