"""Calls that block: what made one thread wait on Flask makes everybody wait on Quart."""

import ast
from collections.abc import Iterator

from bakery.moving.knowledge import BLOCKING_LIBRARIES
from bakery.moving.plan import Plan
from bakery.moving.scopes import Function, Happening
from bakery.moving.spreading import Spread

CALLS = {
    "time.sleep": "`await asyncio.sleep(…)`",
    "builtins.open": "aiofiles",
    "builtins.input": "nothing: a server has no keyboard",
    "os.system": "`asyncio.create_subprocess_shell`",
    "os.popen": "`asyncio.create_subprocess_shell`",
    "urllib.request.urlopen": "httpx.AsyncClient",
    "urllib.request.urlretrieve": "httpx.AsyncClient",
    "socket.create_connection": "`asyncio.open_connection`",
    "socket.getaddrinfo": "`loop.getaddrinfo`",
    "socket.gethostbyname": "`loop.getaddrinfo`",
    "shutil.copyfileobj": "aiofiles",
}
"""Functions that wait, with what there is in their place."""

WAYS = (
    "an async library in its place",
    "the whole unit (open, ask, close) as one function, in `await run_sync(unit)()`, which runs it in a thread",
    "leave it, where it takes well under a millisecond, and give the app several workers",
)
"""The three ways out."""


def name_blocking(spread: Spread, plan: Plan) -> None:
    """Name every blocking call that an async function makes, by itself or through a sync one."""
    reached = _reached(spread)
    for names in spread.knowledge.library:
        for happening in names.happenings:
            if happening.scope.function in reached and isinstance(happening.node, ast.Call):
                _name(happening, happening.node, spread, plan)


def _reached(spread: Spread) -> set[Function]:
    """The functions of the app, without its tests, that run on the event loop."""
    found: set[Function] = set()
    waiting = [
        one
        for one in spread.asynced
        if not is_test_file(one.source.path) and one not in spread.entries.commands
    ]
    calls: dict[Function, list[Happening]] = {}
    for names in spread.knowledge.library:
        for happening in names.happenings:
            if isinstance(happening.node, ast.Call) and happening.scope.function is not None:
                calls.setdefault(happening.scope.function, []).append(happening)
    while waiting:
        function = waiting.pop()
        if function not in found:
            found.add(function)
            for happening in calls.get(function, ()):
                waiting += _called(happening, spread)
    return found


def _called(happening: Happening, spread: Spread) -> Iterator[Function]:
    assert isinstance(happening.node, ast.Call)  # noqa: S101 - only calls are gathered
    for kind in spread.knowledge.of(happening.node.func, happening.scope):
        if kind.function is not None and not is_test_file(kind.function.source.path):
            yield kind.function


def is_test_file(path: str) -> bool:
    """Whether pytest or unittest would look into a file."""
    *folders, name = path.split("/")
    return (
        name.startswith("test")
        or name.endswith("_test.py")
        or name == "conftest.py"
        or "tests" in folders
        or "test" in folders
    )


def _name(happening: Happening, call: ast.Call, spread: Spread, plan: Plan) -> None:
    for kind in spread.knowledge.of(call.func, happening.scope):
        package = kind.name.partition(".")[0]
        library = (
            package
            if kind.sort == "blocking" or (kind.sort == "outside" and package in BLOCKING_LIBRARIES)
            else ""
        )
        if kind.sort == "blocking" and isinstance(call.func, ast.Call):
            continue
        instead = CALLS.get(kind.name) if kind.sort == "outside" else None
        if not instead and library and kind.name.rpartition(".")[2] not in HARMLESS:
            instead = BLOCKING_LIBRARIES[library]
        if instead:
            plan.remark(
                happening.scope.source,
                call.lineno,
                f"{library or kind.name.removeprefix('builtins.')} blocks",
                instead,
                "blocking",
            )
            return


HARMLESS = {
    "register_converter",
    "register_adapter",
    "Column",
    "String",
    "Integer",
    "relationship",
    "ForeignKey",
    "list2cmdline",
}
"""What a blocking library offers that waits for nothing."""
