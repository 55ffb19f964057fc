"""What the tool cannot follow: async functions that are handed on, and calls whose target it does not know."""

import ast

from bakery.moving.entries import registration
from bakery.moving.knowledge import Kind
from bakery.moving.plan import Plan
from bakery.moving.scopes import Function, Happening
from bakery.moving.spreading import Spread

TAKES_ASYNC = {
    "AsyncMock",
    "patch",
    "setattr",
    "object",
    "partial",
    "wraps",
    "update_wrapper",
    "iscoroutinefunction",
}
TAKES_ASYNC |= {
    "add_url_rule",
    "add_command",
    "as_view",
    "super",
    "isinstance",
    "issubclass",
    "hasattr",
    "print",
    "run",
}

OF_PYTHON = {name for kind in (dict, list, set, str, bytes) for name in dir(kind)}
"""Names that most objects have, of which nothing follows."""


def name_loose_ends(spread: Spread, plan: Plan) -> None:
    """Name the places where an async function goes out of sight."""
    entered = spread.entries.views | spread.entries.hooks
    known = {
        function.last for function in spread.asynced - entered if not _is_test(function, spread)
    } - OF_PYTHON
    for function in spread.asynced:
        _factory(function, spread, plan)
    for names in spread.knowledge.library:
        for happening in names.happenings:
            if isinstance(happening.node, ast.Call):
                _handed_on(happening, happening.node, spread, plan)
                _unresolved(happening, happening.node, known, spread, plan)


def _is_test(function: Function, spread: Spread) -> bool:
    return spread.knowledge.takes_fixtures(function) or function.last.startswith("test")


def _factory(function: Function, spread: Spread, plan: Plan) -> None:
    """Servers, and `quart run`, call a factory without an `await`."""
    gives = spread.knowledge.memory.returns.get(function, ())
    if Kind("quart", "Quart") in gives and not _is_test(function, spread):
        plan.remark(
            function.source,
            function.node.lineno,
            f"`{function.name}` makes the app and is async now: `quart run` and servers call it without an `await`",
            "keep it sync: what waits in it goes into an `async def` below `@app.before_serving`",
        )


def _handed_on(happening: Happening, call: ast.Call, spread: Spread, plan: Plan) -> None:
    """`Thread(target=f)`, `sorted(key=f)`: whoever takes it will call it, and get a coroutine."""
    last = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    kinds = spread.knowledge.of(call.func, happening.scope)
    ours = any(kind.sort in ("function", "bound", "class", "quart") or _quarts(kind) for kind in kinds)
    if (
        ours
        or last in TAKES_ASYNC
        or registration(call.func, happening.scope, spread.knowledge)
        or any(kind.name.startswith("asyncio.") for kind in kinds)
    ):
        return
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        if not isinstance(argument, (ast.Name, ast.Attribute)):
            continue
        for kind in spread.knowledge.of(argument, happening.scope):
            if kind.sort in ("function", "bound") and kind.function in spread.asynced:
                reason = f"`{ast.unparse(argument)}` is async now and is given to `{ast.unparse(call.func)}`, which will not await it"
                plan.remark(happening.scope.source, argument.lineno, reason, "something that awaits it")


def _quarts(kind: Kind) -> bool:
    return kind.sort == "method" and kind.name.partition(".")[0] in ("Quart", "Blueprint", "AppGroup")


def _unresolved(happening: Happening, call: ast.Call, known: set[str], spread: Spread, plan: Plan) -> None:
    """A call by a name that an async function of the project has, on something of which nothing is known."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in known:
        return
    parent = spread.knowledge.library.files[happening.scope.source.path].parents.get(call)
    if isinstance(parent, ast.Await) or spread.knowledge.of(call.func.value, happening.scope):
        return
    written = ast.unparse(call.func)
    plan.undecided += 1
    plan.remark(
        happening.scope.source,
        call.lineno,
        f"it is not known what `{ast.unparse(call.func.value)}` is, and a function `{call.func.attr}` of this project is async",
        f"`await {written}(…)`, if that is the one",
        "look",
    )
