"""Async is catching: what has to be awaited, who has to become async for it, and all their callers, to a fixpoint."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from bakery.moving.awaits import surface
from bakery.moving.entries import Entries, entries
from bakery.moving.knowledge import Kind
from bakery.moving.learning import Knowledge
from bakery.moving.needs import Need, needs
from bakery.moving.scopes import Function, Scope

SYNC_METHODS = {"__init__", "__new__", "__repr__", "__str__", "__len__", "__bool__", "__eq__", "__hash__"}
SYNC_METHODS |= {
    "__lt__",
    "__getattr__",
    "__getitem__",
    "__setitem__",
    "__contains__",
    "__iter__",
    "__next__",
}
SYNC_METHODS |= {
    "__enter__",
    "__exit__",
    "__del__",
    "__get__",
    "__set__",
    "__set_name__",
    "__init_subclass__",
}
CLASS_FIXTURES = {
    "setUpClass",
    "tearDownClass",
    "setup_class",
    "teardown_class",
    "setUpModule",
    "tearDownModule",
}
CLASS_FIXTURES |= {"setup_module", "teardown_module", "setup_method", "teardown_method", "setup_function"}
CACHES = {
    "functools.lru_cache",
    "functools.cache",
    "functools.cached_property",
    "werkzeug.utils.cached_property",
}


@dataclass(eq=False)
class Spread:
    """What becomes async in a project, and why some of what should cannot."""

    knowledge: Knowledge
    entries: Entries
    needs: list[Need]
    asynced: set[Function] = field(default_factory=set)
    pinned: dict[Function, str] = field(default_factory=dict)

    def due(self, need: Need) -> bool:
        """Whether it has to be awaited."""
        return need.always or any(callee in self.asynced for callee in need.callees)


def spread(knowledge: Knowledge) -> Spread:
    """What becomes async in a project."""
    found = Spread(knowledge, entries(knowledge), list(needs(knowledge)))
    found.pinned = {
        function: reason for function in knowledge.functions if (reason := _pinned(function, knowledge))
    }
    for function in found.entries.sync:
        found.pinned.setdefault(function, "Quart calls it without an await")
    first = {*found.entries.views, *found.entries.hooks, *_overriding(knowledge), *_streamed(knowledge)}
    first |= {function for function in knowledge.functions if isinstance(function.node, ast.AsyncFunctionDef)}
    waiting = [function for function in first if function not in found.pinned]
    waiting += [one for need in found.needs if need.always and (one := need.scope.function) is not None]
    _Spreading(found).run(waiting)
    return found


class _Spreading:
    """From every async function to whoever has to be async for it."""

    def __init__(self, found: Spread) -> None:
        self.found = found
        self.callers: dict[Function, set[Function]] = {}
        for need in found.needs:
            for callee in need.callees:
                if need.scope.function is not None:
                    self.callers.setdefault(callee, set()).add(need.scope.function)
        self.together = _together(found.knowledge)

    def run(self, waiting: list[Function]) -> None:
        while waiting:
            function = waiting.pop()
            if function in self.found.asynced or function in self.found.pinned:
                continue
            self.found.asynced.add(function)
            waiting += self.callers.get(function, ())
            waiting += self.together.get(function, ())


def _together(knowledge: Knowledge) -> dict[Function, set[Function]]:
    """Functions that are async if another is: overriding methods, what a wrapper wraps, and a fake of it."""
    found: dict[Function, set[Function]] = {}

    def both(one: Function, other: Function) -> None:
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)

    for owner in knowledge.classes:
        for base in knowledge.bases(owner):
            for name, method in owner.methods.items():
                if base.owner is not None and name in base.owner.methods and not name.startswith("__"):
                    both(method, base.owner.methods[name])
    for function in knowledge.functions:
        for node in function.decorators:
            for wrapper in wrappers(node, function.outer, knowledge):
                found.setdefault(wrapper, set()).add(function)
    for original, fake, _ in fakes(knowledge):
        found.setdefault(original, set()).add(fake)
    return found


def wrappers(decorator: ast.expr, scope: Scope, knowledge: Knowledge) -> Iterator[Function]:
    """The inner functions that a decorator of the project puts in the place of what it decorates."""
    for kind in knowledge.of(decorator, scope):
        for given in knowledge.memory.returns.get(kind.function, ()) if kind.function else ():
            if given.function is not None and given.function.outer.function is kind.function:
                yield given.function


def fakes(knowledge: Knowledge) -> Iterator[tuple[Function, Function, ast.expr]]:
    """A function, what a test puts in its place with `monkeypatch.setattr` or `mock.patch`, and where that is said."""
    for names in knowledge.library:
        for happening in names.happenings:
            if not isinstance(happening.node, ast.Call):
                continue
            for original, node in _replaced(happening.node, happening.scope, knowledge):
                for kind in knowledge.of(node, happening.scope):
                    if original.function is not None and kind.function is not None:
                        yield original.function, kind.function, node


def _replaced(call: ast.Call, scope: Scope, knowledge: Knowledge) -> Iterator[tuple[Kind, ast.expr]]:
    """What a call replaces, if it does, and with what."""
    last = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = [*call.args, *(one.value for one in call.keywords if one.arg in ("new", "side_effect"))]
    match given:
        case [target, ast.Constant(value=str() as name), fake, *_] if last in ("setattr", "object"):
            for kind in knowledge.of(target, scope):
                yield from ((one, fake) for one in knowledge.attribute(kind, name))
        case [ast.Constant(value=str() as dotted), fake, *_] if last in ("setattr", "patch"):
            yield from ((one, fake) for one in _dotted(dotted, scope, knowledge))


def _dotted(dotted: str, scope: Scope, knowledge: Knowledge) -> Iterator[Kind]:
    module, _, name = dotted.rpartition(".")
    kind = knowledge.module(module, scope)
    if kind.sort == "module":
        yield from knowledge.attribute(kind, name)
    elif "." in module:
        for owner in _dotted(module, scope, knowledge):
            yield from knowledge.attribute(owner, name)


def _streamed(knowledge: Knowledge) -> Iterator[Function]:
    """Generators that are streamed with the request's context, which takes async ones on Quart."""
    for names in knowledge.library:
        for happening in names.happenings:
            if isinstance(happening.node, ast.Call) and is_streaming(
                happening.node.func, happening.scope, knowledge
            ):
                for argument in happening.node.args:
                    kinds = knowledge.of(argument, happening.scope)
                    yield from (
                        kind.function
                        for kind in kinds
                        if kind.function in knowledge.memory.generators and kind.function
                    )
    for function in knowledge.memory.generators:
        if any(is_streaming(node, function.outer, knowledge) for node in function.decorators):
            yield function


def is_streaming(node: ast.expr, scope: Scope, knowledge: Knowledge) -> bool:
    """Whether an expression is `stream_with_context`."""
    return any(kind.name == "quart.stream_with_context" for kind in knowledge.of(node, scope))


def _overriding(knowledge: Knowledge) -> Iterator[Function]:
    """Methods of the project that stand in the place of a coroutine of Quart's."""
    methods = surface().methods
    for owner in knowledge.classes:
        for base in knowledge.bases(owner):
            label = base.name.removeprefix("quart.")
            for name, method in owner.methods.items():
                if base.sort == "outside" and f"{label}.{name}" in methods:
                    yield method


def _pinned(function: Function, knowledge: Knowledge) -> str:
    """Why a function cannot become async, or ""."""
    if isinstance(function.node, ast.Lambda):
        return "a lambda cannot await: write an `async def`"
    if function.owner is not None and function.last in SYNC_METHODS:
        return f"`{function.last}` cannot be async: move what waits into an async method that is awaited"
    if function in knowledge.memory.delegating:
        return "`yield from` cannot stand in an async generator: write a loop with `yield`"
    if function.last in CLASS_FIXTURES:
        return f"`{function.last}` cannot be async: use an async fixture, or `asyncSetUp`"
    for node in function.decorators:
        for kind in knowledge.of(node.func if isinstance(node, ast.Call) else node, function.outer):
            if kind.name in CACHES:
                return "a cache would keep the coroutine, which can be awaited once: cache the value instead"
    return ""
