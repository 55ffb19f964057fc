"""Tests: classes of unittest, fakes in the place of what became async, and commands run from a test."""

import ast

from bakery.moving.knowledge import Kind
from bakery.moving.learning import Knowledge
from bakery.moving.plan import Plan
from bakery.moving.scopes import Class, Happening
from bakery.moving.spreading import Spread, fakes

SET_UPS = {"setUp": "asyncSetUp", "tearDown": "asyncTearDown"}
CASES = {"unittest.TestCase", "unittest.case.TestCase"}


def write_suites(spread: Spread, plan: Plan) -> None:
    """Make test classes able to await, and fakes able to be awaited."""
    for owner in spread.knowledge.classes:
        if _is_case(owner, spread.knowledge):
            _case(owner, spread, plan)
        else:
            _case_of_others(owner, spread, plan)
    for names in spread.knowledge.library:
        for happening in names.happenings:
            _after_the_client(happening, spread, plan)
            _response_entered(happening, spread, plan)
            _kept_open(happening, spread, plan)
            if isinstance(happening.node, ast.Call):
                _invoked(happening, happening.node, spread, plan)
                _super(happening, happening.node, spread, plan)
    for original, fake, node in fakes(spread.knowledge):
        if original in spread.asynced and isinstance(fake.node, ast.Lambda):
            source = fake.source
            plan.edits[source.path].wrap(source.span(node), "AsyncMock(side_effect=", ")")
            plan.needs_import(source, "from unittest.mock import AsyncMock")


def _is_case(owner: Class, knowledge: Knowledge) -> bool:
    return any(base.name in CASES for base in knowledge.bases(owner))


def _family(owner: Class, knowledge: Knowledge) -> list[Class]:
    """A class and those of the project that it is made from, or that are made from it."""
    above = [base.owner for base in knowledge.bases(owner) if base.owner is not None]
    below = [one for one in knowledge.classes if any(base.owner is owner for base in knowledge.bases(one))]
    return [owner, *above, *below]


def _case(owner: Class, spread: Spread, plan: Plan) -> None:
    """`unittest.TestCase` becomes `IsolatedAsyncioTestCase` where a method of it, or of its kin, awaits."""
    family = _family(owner, spread.knowledge)
    if not any(method in spread.asynced for one in family for method in one.methods.values()):
        return
    source, edits = owner.source, plan.edits[owner.source.path]
    for node in owner.node.bases:
        if any(kind.name in CASES for kind in spread.knowledge.of(node, owner.outer)):
            edits.replace(source.span(node), "unittest.IsolatedAsyncioTestCase")
            plan.needs_import(source, "import unittest")
    for name, renamed in SET_UPS.items():
        method = owner.methods.get(name)
        if method in spread.asynced and method is not None and isinstance(method.node, ast.FunctionDef):
            start = source.span(method.node)[0]
            at = source.text.index(name, start)
            edits.replace((at, at + len(name)), renamed)


def _case_of_others(owner: Class, spread: Spread, plan: Plan) -> None:
    """A test case of another library calls its tests without an `await`."""
    bases = [base for base in spread.knowledge.bases(owner) if base.sort in ("outside", "foreign")]
    tests = [
        method
        for name, method in owner.methods.items()
        if name.startswith("test") and method in spread.asynced
    ]
    strangers = [base.name for base in bases if base.name.rpartition(".")[2].endswith("Case")]
    if tests and strangers:
        reason = f"`{strangers[0]}` calls its tests without an `await`"
        plan.remark(
            owner.source,
            owner.node.lineno,
            reason,
            "`unittest.IsolatedAsyncioTestCase`, or functions for pytest",
        )


def _super(happening: Happening, call: ast.Call, spread: Spread, plan: Plan) -> None:
    """`super().setUp()`, and `Case.setUp(self)`, where that has another name now."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in SET_UPS:
        return
    source = happening.scope.source
    kinds = spread.knowledge.of(call.func, happening.scope)
    if any(
        kind.function in spread.asynced and isinstance(kind.function.node, ast.FunctionDef)
        for kind in kinds
        if kind.function
    ):
        end = source.span(call.func)[1]
        plan.edits[source.path].replace((end - len(call.func.attr), end), SET_UPS[call.func.attr])


def _invoked(happening: Happening, call: ast.Call, spread: Spread, plan: Plan) -> None:
    """A command makes a loop of its own: inside of another it needs a thread."""
    function, scope = happening.scope.function, happening.scope
    if (
        function not in spread.asynced
        or not isinstance(call.func, ast.Attribute)
        or call.func.attr != "invoke"
    ):
        return
    names = {kind.name for kind in spread.knowledge.of(call.func, scope)}
    if not names & {"QuartCliRunner.invoke", "click.testing.CliRunner.invoke"} or _awaited(
        call, plan, scope.source.path
    ):
        return
    source = scope.source
    start, end = source.span(call.func)
    opening = source.text.index("(", end) + 1
    comma = ", " if call.args or call.keywords else ""
    brackets = isinstance(plan.library.files[source.path].parents.get(call), (ast.Attribute, ast.Subscript))
    plan.edits[source.path].wrap(
        source.span(call), "(await " if brackets else "await ", ")" if brackets else ""
    )
    plan.edits[source.path].replace((start, opening), f"asyncio.to_thread({source.text[start:end]}{comma}")
    plan.needs_import(source, "import asyncio")


def _awaited(call: ast.Call, plan: Plan, path: str) -> bool:
    return isinstance(plan.library.files[path].parents.get(call), ast.Await)


def _after_the_client(happening: Happening, spread: Spread, plan: Plan) -> None:
    """`g` after a request inside of `with client:`: the context is gone on Quart, though the session is there."""
    node, scope = happening.node, happening.scope
    if not isinstance(node, ast.Name) or node.id != "g" or scope.function is None:
        return
    found = scope.find("g")
    if not found or not any(binding.target.partition(":")[2] == "g" for binding in found[1]):
        return
    names = plan.library.files[scope.source.path]
    for above in names.above(node):
        if not isinstance(above, ast.With):
            continue
        kinds = [kind.name for item in above.items for kind in spread.knowledge.of(item.context_expr, scope)]
        if {"AppContext", "RequestContext"} & set(kinds):
            return
        if "QuartClient" in kinds:
            plan.remark(
                scope.source,
                node.lineno,
                "`g` is empty after a request: on Quart the app's context ends with it, inside of `async with client:` too",
                "assert on the response's text, or on `session`, which is kept",
            )
            return


def _response_entered(happening: Happening, spread: Spread, plan: Plan) -> None:
    """`with client.get(…) as response`: a response is no context on Quart."""
    node, scope = happening.node, happening.scope
    for item in node.items if isinstance(node, ast.With) else ():
        if Kind("quart", "Response") in spread.knowledge.of(item.context_expr, scope):
            source = scope.source
            plan.edits[source.path].wrap(source.span(item.context_expr), "nullcontext(", ")", outside=True)
            plan.needs_import(source, "from contextlib import nullcontext")
            written = f"{ast.unparse(item.optional_vars)} = await …" if item.optional_vars else "await …"
            plan.remark(
                source,
                item.context_expr.lineno,
                "a response is no context on Quart: `nullcontext` stands around it",
                f"`{written}` says the same, without `with`",
                "look",
            )


def _kept_open(happening: Happening, spread: Spread, plan: Plan) -> None:
    """`with client:` keeps the last request's context, and Quart below 0.23 never tears it down."""
    node, scope = happening.node, happening.scope
    tears_down = any(".teardown_" in names.source.text for names in spread.knowledge.library)
    for item in node.items if isinstance(node, ast.With) and tears_down else ():
        if Kind("quart", "QuartClient") in spread.knowledge.of(item.context_expr, scope):
            plan.remark(
                scope.source,
                item.context_expr.lineno,
                "below Quart 0.23 no teardown runs after a request in this block",
                "`async with client.session_transaction() as session:` reads the session, and closes what it opens",
                "look",
            )
