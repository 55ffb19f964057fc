"""Click commands: click calls them without an `await`, and on Quart without the app's context."""

import ast

from bakery.moving.plan import Plan
from bakery.moving.scopes import Definition, Function, Scope
from bakery.moving.spreading import Spread

HELPER = '''def in_app_context(command):
    """Let click run an async command, in the app's context."""

    @click.pass_context
    @functools.wraps(command)
    def run(context, /, *args, **kwargs):
        async def inside():
            async with context.ensure_object(ScriptInfo).load_app().app_context():
                return await command(*args, **kwargs)

        return asyncio.run(inside())

    return run
'''
IMPORTS = ("import asyncio", "import functools", "import click", "from quart.cli import ScriptInfo")


def write_commands(spread: Spread, plan: Plan) -> None:
    """Give every command of the project a loop and a context, if it needs one."""
    for function in spread.entries.commands:
        if not isinstance(function.node, ast.Lambda):
            if function in spread.asynced:
                _async(function, function.node, plan)
            elif _needs_context(function, spread):
                _with_context(function, function.node, plan)


def _async(function: Function, node: Definition, plan: Plan) -> None:
    """Below its other decorators, in the place of `with_appcontext`."""
    source, edits = function.source, plan.edits[function.source.path]
    own = [one for one in node.decorator_list if _is_with_appcontext(one)]
    if any(isinstance(one, ast.Name) and one.id == "in_app_context" for one in node.decorator_list):
        return
    if own:
        edits.replace(source.span(own[0]), "in_app_context")
    else:
        start = source.span(node)[0]
        indent = source.text[source.at(node.lineno, 0) : start]
        edits.insert(start, f"@in_app_context{source.newline}{indent}")
    for one in node.decorator_list:
        _without_keyword(function, one, plan)
    if function.owner is not None:
        plan.remark(
            source, node.lineno, f"the command `{function.last}` is a method", "a function of its own", "look"
        )
    for line in IMPORTS:
        plan.needs_import(source, line)
    plan.needs_helper(source, HELPER)


def _is_with_appcontext(node: ast.expr) -> bool:
    target = node.func if isinstance(node, ast.Call) else node
    return getattr(target, "id", getattr(target, "attr", "")) == "with_appcontext"


def _without_keyword(function: Function, node: ast.expr, plan: Plan) -> None:
    """`with_appcontext=True` would run a loop around the loop."""
    for keyword in node.keywords if isinstance(node, ast.Call) else ():
        if keyword.arg == "with_appcontext":
            plan.edits[function.source.path].replace(function.source.span(keyword.value), "False")


def _needs_context(function: Function, spread: Spread) -> bool:
    """Whether a command, or what it calls, uses the app's context."""
    seen: set[Function] = set()
    waiting = [function]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        for happening in spread.knowledge.library.files[one.source.path].happenings:
            if happening.scope.function is not one:
                continue
            if isinstance(happening.node, ast.Name) and _is_of_context(happening.node, happening.scope):
                return True
            if isinstance(happening.node, ast.Call):
                called = spread.knowledge.of(happening.node.func, happening.scope)
                waiting += [kind.function for kind in called if kind.function]
    return False


def _is_of_context(node: ast.Name, scope: Scope) -> bool:
    found = scope.find(node.id)
    bindings = found[1] if found else []
    return any(binding.target.partition(":")[2] in ("current_app", "g") for binding in bindings)


def _with_context(function: Function, node: Definition, plan: Plan) -> None:
    """Flask gives every command of `app.cli` a context; Quart gives it where it is told to."""
    names = {getattr(one, "id", getattr(one, "attr", "")) for one in node.decorator_list}
    if "with_appcontext" in names or _has_true_keyword(node):
        return
    source = function.source
    start = source.span(node)[0]
    indent = source.text[source.at(node.lineno, 0) : start]
    plan.edits[source.path].insert(start, f"@with_appcontext{source.newline}{indent}")
    plan.needs_import(source, "from quart.cli import with_appcontext")


def _has_true_keyword(node: Definition) -> bool:
    calls = [one for one in node.decorator_list if isinstance(one, ast.Call)]
    return any(keyword.arg == "with_appcontext" for call in calls for keyword in call.keywords)
