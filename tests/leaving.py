"""Whether anything of a notebook asks for another machine: noted below all libraries, in its kernel and in every child."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

new: Any = nbformat.v4  # whose functions have no types

HOOK = """
def _watch():
    import ipaddress, socket, sys

    own = {{None, "", "localhost", socket.gethostname()}}

    def note(event, about):
        if event in ("socket.getaddrinfo", "socket.gethostbyname"):
            host, looked_up = about[0], True
        elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            host, looked_up = about[1][0] if isinstance(about[1], tuple) else None, False  # None: a local socket's path
        else:
            return
        host = host.decode() if isinstance(host, bytes) else host
        try:
            number = ipaddress.ip_address(host)
            here = looked_up or number.is_loopback or number.is_unspecified  # to look up a number asks nobody
        except ValueError:
            here = host in own
        if not here:
            with open({log!r}, "a", encoding="utf-8") as log:
                log.write(f"{{event}} {{host}}\\n")

    sys.addaudithook(note)


_watch()
"""
"""Python's own events, which it raises below httpx, aiohttp, requests and whatever else: see PEP 578."""


def watched(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """A copy of a notebook that notes in `folder` who else's machine it asks for; a child of its kernel does as well."""
    place = folder / "watching"
    place.mkdir()
    hook = HOOK.format(log=str(folder / "left.txt"))
    (place / "sitecustomize.py").write_text(hook, encoding="utf-8")
    for_children = f"import os\nos.environ['PYTHONPATH'] = {str(place)!r}\n"
    copy = deepcopy(notebook)
    copy.cells.insert(0, new.new_code_cell(hook + for_children, id="watch"))
    return copy


def left(folder: Path) -> list[str]:
    """Who was asked for by a notebook that ran watched."""
    log = folder / "left.txt"
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []
