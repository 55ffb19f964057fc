"""What a whole project tells about its values, carried from call to call until nothing new is learned."""

import ast
from collections.abc import Iterator
from typing import TypeVar

from bakery.moving.imports import Library
from bakery.moving.kinds import Evaluator, Memory, item, part
from bakery.moving.knowledge import NOTHING, Kind, Kinds
from bakery.moving.scopes import Binding, Class, Function, Happening, Names, Scope

ROUNDS = 15
"""More than the longest chain of calls that carries a client from where it is made to where it is used."""

MOST = 60
"""Kinds of one value; what would have more is a helper of everything, and no more is learned of it."""

Key = TypeVar("Key")


class Knowledge(Evaluator):
    """What is known of a project, once every round has taught nothing new."""

    def __init__(self, library: Library) -> None:
        super().__init__(library, Memory())
        self.functions = [function for names in library for function in names.functions]
        self.classes = [owner for names in library for owner in names.classes]
        self._changed = False
        self._prepare()
        for _ in range(ROUNDS):
            self._changed = False
            self._round()
            if not self._changed:
                break

    def fixture(self, name: str, wanted_by: Function) -> Function | None:
        """The pytest fixture of a name, as a test or fixture would find it: class, file, then every conftest above."""
        inside = wanted_by.owner.methods.get(name) if wanted_by.owner else None
        if inside in self.memory.fixtures:
            return inside
        folder = wanted_by.source.path.split("/")[:-1]
        above = ["/".join([*folder[:depth], "conftest.py"]) for depth in range(len(folder), -1, -1)]
        for path in (wanted_by.source.path, *above):
            for found in self._fixtures_of(path, name):
                if found is not wanted_by:
                    return found
        return None

    def takes_fixtures(self, function: Function) -> bool:
        """Whether pytest fills in its parameters."""
        name = function.source.path.rpartition("/")[2]
        in_tests = name.startswith("test") or name.endswith("_test.py") or name == "conftest.py"
        return function in self.memory.fixtures or (in_tests and function.last.startswith("test"))

    # One round

    def _round(self) -> None:
        for names in self.library:
            for scope in _scopes(names):
                for bindings in scope.bindings.values():
                    for binding in bindings:
                        self._learn(self.memory.bindings, binding, self._bound(binding))
            for happening in names.happenings:
                self._happened(happening)
            for function in names.functions:
                self._decorated(function)

    def _learn(self, memory: dict[Key, Kinds], key: Key, kinds: Kinds) -> None:
        before = memory.get(key, NOTHING)
        if not kinds <= before and len(before) < MOST:
            memory[key] = before | kinds
            self._changed = True

    def _happened(self, happening: Happening) -> None:
        scope = happening.scope
        match happening.node:
            case ast.Call() as call:
                self._called(call, scope)
            case ast.Return(value=value) if scope.function is not None:
                self._learn(self.memory.returns, scope.function, self.of(value, scope))
            case ast.Yield(value=value) if scope.function is not None:
                self._learn(self.memory.yields, scope.function, self.of(value, scope))
            case ast.YieldFrom(value=value) if scope.function is not None:
                found = NOTHING.union(*(self.looped(kind) for kind in self.of(value, scope)))
                self._learn(self.memory.yields, scope.function, found)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._assigned(target, value, scope)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assigned(target, value, scope)

    def _assigned(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        """What is kept as an attribute: of a class, of `g`, of the app."""
        if isinstance(target, ast.Attribute):
            kinds = self.of(value, scope)
            for owner in self.of(target.value, scope):
                key = owner.owner if owner.sort in ("class", "object") else owner.name
                if owner.sort in ("class", "object", "quart") and key is not None:
                    self._learn(self.memory.attributes, (key, target.attr), kinds)
        elif isinstance(target, ast.Subscript):
            kinds = self.of(value, scope)
            for owner in self.of(target.value, scope):
                if place := item(owner, target.slice):
                    self._learn(self.memory.attributes, place, kinds)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, its_value in zip(target.elts, value.elts, strict=False):
                self._assigned(one, its_value, scope)

    def _called(self, call: ast.Call, scope: Scope) -> None:
        """Tell the parameters of what is called about the arguments."""
        for kind in self.of(call.func, scope):
            function: Function | None = kind.function
            skip = kind.sort == "bound"
            if kind.sort == "class" and kind.owner is not None:
                function, skip = self._initializer(kind.owner), True
            if function is None:
                continue
            names = [argument.arg for argument in function.parameters][1 if skip else 0 :]
            for name, value in zip(names, call.args, strict=False):
                if isinstance(value, ast.Starred):
                    break
                self._learn(self.memory.parameters, (function, name), self.of(value, scope))
            for keyword in call.keywords:
                if keyword.arg is not None:
                    self._learn(
                        self.memory.parameters, (function, keyword.arg), self.of(keyword.value, scope)
                    )

    def _initializer(self, owner: Class) -> Function | None:
        if "__init__" in owner.methods:
            return owner.methods["__init__"]
        inherited = (base.owner for base in self.bases(owner) if base.owner is not None)
        return next((base.methods["__init__"] for base in inherited if "__init__" in base.methods), None)

    def _decorated(self, function: Function) -> None:
        """A decorator of the project is called with what stands below it."""
        for node in function.decorators:
            for kind in self.of(node, function.outer):
                if kind.function is not None and kind.function.parameters:
                    place = 1 if kind.sort == "bound" and len(kind.function.parameters) > 1 else 0
                    name = kind.function.parameters[place].arg
                    value = frozenset({Kind("function", function.name, function)})
                    self._learn(self.memory.parameters, (kind.function, name), value)
        if isinstance(function.node, ast.Lambda):
            self._learn(self.memory.returns, function, self.of(function.node.body, function.inner))
        else:
            said = self.annotated(function.node.returns, function.outer)
            self._learn(self.memory.returns, function, said)

    # What a name is bound to

    def _bound(self, binding: Binding) -> Kinds:
        if binding.how == "parameter":
            return self._parameter(binding)
        if binding.how == "import":
            return self.imported(binding)
        if binding.function is not None:
            return frozenset({Kind("function", binding.function.name, binding.function)})
        if binding.owner is not None:
            return frozenset({Kind("class", binding.owner.name, owner=binding.owner)})
        if binding.how == "other" or binding.value is None:
            return NOTHING
        scope = _around(binding)
        kinds = self.of(binding.value, scope)
        if binding.how == "enter":
            kinds = self._each(kinds, self.entered)
        elif binding.how == "each":
            kinds = self._each(kinds, self.looped)
        return part(kinds, binding.part)

    def _parameter(self, binding: Binding) -> Kinds:
        known = self.annotated(binding.value, binding.scope.parent or binding.scope)
        function = binding.scope.function
        if function is None:
            return known
        known |= self.memory.parameters.get((function, binding.name), NOTHING)
        if function.owner is not None and binding.name == function.parameters[0].arg:
            sort = "class" if _has(function, "classmethod") else "object"
            if not _has(function, "staticmethod"):
                return known | {Kind(sort, function.owner.name, owner=function.owner)}
        if self.takes_fixtures(function):
            fixture = self.fixture(binding.name, function)
            if fixture is not None:
                gives = self.memory.yields if fixture in self.memory.generators else self.memory.returns
                known |= gives.get(fixture, NOTHING)
        return known

    # Before the first round

    def _prepare(self) -> None:
        for function in self.functions:
            if any(_called_name(node).endswith("fixture") for node in function.decorators):
                self.memory.fixtures.add(function)
        for names in self.library:
            for happening in names.happenings:
                inside = happening.scope.function
                if inside is not None and isinstance(happening.node, (ast.Yield, ast.YieldFrom)):
                    self.memory.generators.add(inside)
                if inside is not None and isinstance(happening.node, ast.YieldFrom):
                    self.memory.delegating.add(inside)

    def _fixtures_of(self, path: str, name: str) -> Iterator[Function]:
        names = self.library.files.get(path)
        for function in names.functions if names else ():
            if function in self.memory.fixtures and name == (_fixture_name(function) or function.last):
                yield function


def _around(binding: Binding) -> Scope:
    """The scope in which the value of a binding is looked up: the first loop of a comprehension stands outside of it."""
    node = binding.scope.node
    generators = getattr(node, "generators", None)
    if generators and binding.value is generators[0].iter and binding.scope.parent is not None:
        return binding.scope.parent
    return binding.scope


def _scopes(names: Names) -> Iterator[Scope]:
    yield names.top
    seen = {names.top}
    for happening in names.happenings:
        if happening.scope not in seen:
            seen.add(happening.scope)
            yield happening.scope
    for function in names.functions:
        if function.inner not in seen:
            seen.add(function.inner)
            yield function.inner
    for owner in names.classes:
        if owner.inner not in seen:
            seen.add(owner.inner)
            yield owner.inner


def _has(function: Function, decorator: str) -> bool:
    return any(_called_name(node) == decorator for node in function.decorators)


def _called_name(node: ast.expr) -> str:
    """The last name of a decorator, with or without arguments."""
    if isinstance(node, ast.Call):
        return _called_name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _fixture_name(function: Function) -> str:
    """What `@pytest.fixture(name=…)` says."""
    for node in function.decorators:
        if isinstance(node, ast.Call) and _called_name(node).endswith("fixture"):
            for keyword in node.keywords:
                if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                    return str(keyword.value.value)
    return ""
