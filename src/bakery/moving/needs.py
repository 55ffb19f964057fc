"""What has to be awaited: calls, attributes, contexts and loops, each with the functions of the project it may call."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bakery.moving.awaits import surface
from bakery.moving.knowledge import DISTINCT, Kind
from bakery.moving.learning import Knowledge
from bakery.moving.scopes import Class, Function, Happening, Names, Scope

COLLECT = {
    "list",
    "tuple",
    "set",
    "frozenset",
    "sorted",
    "dict",
    "any",
    "all",
    "sum",
    "min",
    "max",
    "enumerate",
}
"""What loops over its argument by itself."""

Form = Literal["await", "with", "for"]


@dataclass(frozen=True, eq=False)
class Need:
    """Something that is awaited on Quart: always, or once one of the functions it calls is async."""

    node: ast.expr | ast.With | ast.For | ast.comprehension
    scope: Scope
    form: Form
    what: str
    always: bool = True
    callees: frozenset[Function] = frozenset()

    @property
    def line(self) -> int:
        """The line it stands in."""
        return self.node.iter.lineno if isinstance(self.node, ast.comprehension) else self.node.lineno


def needs(knowledge: Knowledge) -> Iterator[Need]:
    """Everything in a project that is awaited on Quart, or once it calls something async."""
    for names in knowledge.library:
        for happening in names.happenings:
            for need in _need(happening, knowledge):
                if not _handed_on(need, names, knowledge):
                    yield need


def _handed_on(need: Need, names: Names, knowledge: Knowledge) -> bool:
    """Whether it is awaited already, or given to asyncio as a coroutine: then its function may stay what it is."""
    inside: ast.AST = need.node
    for above in names.above(inside):
        if isinstance(above, ast.Await):
            return True
        if isinstance(above, ast.Call):
            kinds = knowledge.of(above.func, need.scope)
            return inside is not above.func and any(kind.name.startswith("asyncio.") for kind in kinds)
        if not isinstance(above, (ast.List, ast.ListComp, ast.GeneratorExp, ast.Starred)):
            return False
        inside = above
    return False


def _need(happening: Happening, knowledge: Knowledge) -> Iterator[Need]:
    scope = happening.scope
    match happening.node:
        case ast.Call() as node:
            yield from _call(node, scope, knowledge)
        case ast.Attribute(ctx=ast.Load()) as node:
            yield from _attribute(node, scope, knowledge)
        case ast.With() as node:
            yield from _with(node, scope, knowledge)
        case ast.For() | ast.comprehension() as node:
            yield from _for(node, scope, knowledge)


def _call(node: ast.Call, scope: Scope, knowledge: Knowledge) -> Iterator[Need]:
    known = surface()
    kinds = knowledge.of(node.func, scope)
    callees: set[Function] = set()
    for kind in kinds:
        if (
            kind.sort == "outside"
            and kind.name.removeprefix("quart.") in known.functions
            and kind.name[:6] == "quart."
        ):
            yield Need(node, scope, "await", kind.name)
            return
        method = kind.sort == "method" and (kind.name in known.methods or kind.name == "Template.render")
        if method or kind == Kind("quart", "Ensured"):
            yield Need(node, scope, "await", kind.name)
            return
        if kind.sort in ("function", "bound") and kind.function is not None:
            callees.add(kind.function)
        if kind.sort in ("object", "class") and kind.owner is not None:
            name = "__call__" if kind.sort == "object" else "__init__"
            callees |= {kind.owner.methods[name]} if name in kind.owner.methods else set()
    if callees - knowledge.memory.generators:
        yield Need(node, scope, "await", next(iter(callees)).name, always=False, callees=frozenset(callees))
    yield from _collected(node, scope, knowledge)
    if not callees and all(kind.sort == "foreign" for kind in kinds) and isinstance(node.func, ast.Attribute):
        label = f"{DISTINCT.get(node.func.attr, '')}.{node.func.attr}"
        if label in known.methods:
            yield Need(node, scope, "await", label)


def _collected(node: ast.Call, scope: Scope, knowledge: Knowledge) -> Iterator[Need]:
    """`list(rows())`, where `rows` is a generator of the project: its argument is looped over."""
    if len(node.args) != 1 or not isinstance(node.func, ast.Name) or node.func.id not in COLLECT:
        return
    for kind in knowledge.of(node.args[0], scope):
        if kind.sort == "generator" and kind.function is not None:
            callees = frozenset({kind.function})
            yield Need(node.args[0], scope, "for", kind.function.name, always=False, callees=callees)


def _attribute(node: ast.Attribute, scope: Scope, knowledge: Knowledge) -> Iterator[Need]:
    for kind in knowledge.of(node.value, scope):
        label = f"{kind.name}.{node.attr}"
        if kind.sort == "quart" and (label in surface().properties or label == "Response.text"):
            yield Need(node, scope, "await", label)
            return
        if kind.sort == "object" and kind.owner is not None:
            getters = frozenset(one for one in _getters(kind.owner, node.attr, knowledge))
            if getters:
                yield Need(node, scope, "await", node.attr, always=False, callees=getters)
                return


def _getters(owner: Class, name: str, knowledge: Knowledge) -> Iterator[Function]:
    """The function behind a property of a class of the project."""
    owners = [owner, *(base.owner for base in knowledge.bases(owner) if base.owner is not None)]
    found = next((one.methods[name] for one in owners if name in one.methods), None)
    if found is not None and knowledge.is_property(found):
        yield found


def _with(node: ast.With, scope: Scope, knowledge: Knowledge) -> Iterator[Need]:
    functions: set[Function] = set()
    for item in node.items:
        for kind in knowledge.of(item.context_expr, scope):
            if is_async_context(kind):
                yield Need(node, scope, "with", kind.name)
                return
            if kind.sort == "context" and kind.function is not None:
                functions.add(kind.function)
    if functions:
        yield Need(
            node, scope, "with", next(iter(functions)).name, always=False, callees=frozenset(functions)
        )


def is_response(kind: Kind) -> bool:
    """What was a context on Flask and is none on Quart."""
    return kind == Kind("quart", "Response")


def is_async_context(kind: Kind) -> bool:
    """Whether an object is entered with `async with` on Quart."""
    return kind.sort == "quart" and (kind.name in surface().contexts or kind.name == "SessionTransaction")


def _for(node: ast.For | ast.comprehension, scope: Scope, knowledge: Knowledge) -> Iterator[Need]:
    for kind in knowledge.of(node.iter, scope):
        if kind == Kind("quart", "AsyncFile"):
            yield Need(node, scope, "for", kind.name)
        elif kind.sort == "generator" and kind.function is not None:
            callees = frozenset({kind.function})
            yield Need(node, scope, "for", kind.function.name, always=False, callees=callees)
