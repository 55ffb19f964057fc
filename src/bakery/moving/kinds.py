"""What an expression is: a request, a client, a response, which function of the project."""

import ast
from collections.abc import Callable

from bakery.moving import knowledge
from bakery.moving.awaits import RENAMED, exists
from bakery.moving.imports import Library
from bakery.moving.knowledge import NOTHING, Kind, Kinds
from bakery.moving.scopes import Binding, Class, Comprehension, Function, Names, Position, Scope

CONTEXT_MAKERS = {"contextlib.contextmanager", "contextlib.asynccontextmanager"}

PROPERTIES = {"builtins.property", "functools.cached_property", "werkzeug.utils.cached_property"}

PLAIN_NODES: dict[type[ast.expr], str] = {
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.List: "list",
    ast.ListComp: "list",
    ast.Set: "set",
    ast.JoinedStr: "str",
}


class Memory:
    """What is known so far of names, parameters, attributes, and of what functions give."""

    def __init__(self) -> None:
        self.bindings: dict[Binding, Kinds] = {}
        self.parameters: dict[tuple[Function, str], Kinds] = {}
        self.attributes: dict[tuple[object, str], Kinds] = {}
        self.returns: dict[Function, Kinds] = {}
        self.yields: dict[Function, Kinds] = {}
        self.generators: set[Function] = set()
        self.delegating: set[Function] = set()
        self.fixtures: set[Function] = set()


class Evaluator:
    """Says what an expression is, from what is known so far; it changes nothing."""

    def __init__(self, library: Library, memory: Memory) -> None:
        self.library = library
        self.memory = memory

    def of(self, node: ast.expr | None, scope: Scope) -> Kinds:
        """The kinds of an expression; none where nothing is known."""
        if type(node) in PLAIN_NODES:
            return frozenset({Kind("plain", PLAIN_NODES[type(node)])})  # type: ignore[index]
        match node:
            case ast.Name():
                return self._name(node, scope)
            case ast.Attribute():
                return self._each(self.of(node.value, scope), lambda kind: self.attribute(kind, node.attr))
            case ast.Call():
                return self._call(node, scope)
            case ast.Await() | ast.NamedExpr() | ast.Starred():
                return self.of(node.value, scope)
            case ast.Subscript():
                return self._each(self.of(node.value, scope), lambda kind: self._item(kind, node.slice))
            case ast.Tuple():
                return frozenset(
                    {Kind("tuple", "tuple", items=tuple(self._flat(one, scope) for one in node.elts))}
                )
            case ast.IfExp():
                return self.of(node.body, scope) | self.of(node.orelse, scope)
            case ast.BoolOp():
                return NOTHING.union(*(self.of(value, scope) for value in node.values))
            case ast.BinOp():
                sides = self.of(node.left, scope) | self.of(node.right, scope)
                return frozenset(kind for kind in sides if kind.sort == "plain")
            case ast.Constant(value=str() | bytes() as value):
                return frozenset({Kind("plain", type(value).__name__)})
            case ast.Lambda():
                return self._lambda(node, scope)
        return NOTHING

    def attribute(self, kind: Kind, name: str) -> Kinds:
        """What `.name` of something is."""
        if kind.sort == "module":
            return self.member(self.library.files[kind.name], name)
        if kind.sort == "outside":
            return frozenset({knowledge.outside(f"{kind.name}.{name}")})
        if kind.sort in ("class", "object") and kind.owner is not None:
            return self._of_class(kind.owner, name, bound=kind.sort == "object")
        if kind.sort == "quart":
            return self._of_quart(kind.name, name)
        if kind.sort in ("blocking", "foreign"):
            return frozenset({kind})
        if kind.sort == "plain":
            return frozenset({Kind("method", f"{kind.name}.{name}")})
        return NOTHING

    def member(self, names: Names, name: str) -> Kinds:
        """What a file of the project calls `name`."""
        if name in names.top.bindings:
            found = (self.memory.bindings.get(binding, NOTHING) for binding in names.top.bindings[name])
            if known := NOTHING.union(*found):
                return known
        inside = self.library.submodule(names, name)
        if inside is not None:
            return frozenset({Kind("module", inside.source.path)})
        return self._starred(names.top, name)

    def module(self, dotted: str, scope: Scope) -> Kind:
        """What the module of a dotted name is, seen from a file."""
        found = self.library.file(dotted, scope.source)
        return Kind("module", found.source.path) if found else knowledge.outside(dotted)

    def imported(self, binding: Binding) -> Kinds:
        """What an import names: `module`, or `module:name`."""
        module, colon, name = binding.target.partition(":")
        kind = self.module(module, binding.scope)
        if not colon:
            return frozenset({kind})
        if kind.sort == "module":
            return self.member(self.library.files[kind.name], name)
        return frozenset({knowledge.outside(f"{kind.name}.{name}")})

    def bases(self, owner: Class) -> list[Kind]:
        """The classes a class is made from, near ones first."""
        found: list[Kind] = []
        for node in owner.node.bases:
            for kind in self.of(node, owner.outer):
                found.append(kind)
                if kind.sort == "class" and kind.owner is not None and kind.owner is not owner:
                    found += self.bases(kind.owner)
        return found

    def annotated(self, node: ast.expr | None, scope: Scope) -> Kinds:
        """What an annotation says a value is."""
        match node:
            case ast.Constant(value=str() as text):
                try:
                    return self.annotated(ast.parse(text, mode="eval").body, scope)
                except SyntaxError:
                    return NOTHING
            case ast.BinOp(op=ast.BitOr()):
                return self.annotated(node.left, scope) | self.annotated(node.right, scope)
            case ast.Subscript():
                return self.annotated(node.slice, scope)
            case ast.Name() | ast.Attribute():
                return self._each(self.of(node, scope), self.made)
        return NOTHING

    def made(self, kind: Kind) -> Kinds:
        """What calling a class gives."""
        if kind.sort == "class" and kind.owner is not None:
            return frozenset({Kind("object", kind.owner.name, owner=kind.owner)})
        return knowledge.called(kind.name) if kind.sort == "outside" else NOTHING

    def entered(self, kind: Kind) -> Kinds:
        """What `as` names after `with`."""
        if kind.sort == "context" and kind.function is not None:
            return self.memory.yields.get(kind.function, NOTHING)
        if kind.sort == "object" and kind.owner is not None:
            enters = self._each(self._of_class(kind.owner, "__enter__", bound=True), self._given)
            return enters or frozenset({kind})
        return frozenset(
            {Kind("quart", knowledge.ENTERED.get(kind.name, kind.name)) if kind.sort == "quart" else kind}
        )

    def looped(self, kind: Kind) -> Kinds:
        """What a loop gives, one after the other."""
        if kind.sort == "each":
            return frozenset({Kind("quart", kind.name)})
        if kind.sort == "generator" and kind.function is not None:
            return self.memory.yields.get(kind.function, NOTHING)
        return NOTHING

    def is_context_maker(self, function: Function) -> bool:
        """Whether it stands below `@contextmanager`."""
        found = (self.of(node, function.outer) for node in function.decorators)
        return any(kind.name in CONTEXT_MAKERS for kinds in found for kind in kinds)

    def is_property(self, function: Function) -> bool:
        """Whether reading an attribute calls it."""
        found = (self.of(node, function.outer) for node in function.decorators)
        return any(kind.name in PROPERTIES for kinds in found for kind in kinds)

    # The parts

    @staticmethod
    def _each(kinds: Kinds, way: Callable[[Kind], Kinds]) -> Kinds:
        return NOTHING.union(*(way(kind) for kind in kinds))

    def _item(self, kind: Kind, place: ast.expr) -> Kinds:
        """What an item of something is: of a tuple, of the files of a request, of what the project has put there."""
        match place:
            case ast.Constant(value=int() as number) if kind.items and 0 <= number < len(kind.items):
                return kind.items[number]
        key = item(kind, place)
        known = self.memory.attributes.get(key, NOTHING) if key else NOTHING
        return known or (knowledge.called(f"{kind.name}.__getitem__") if kind.sort == "quart" else NOTHING)

    def _flat(self, node: ast.expr, scope: Scope) -> Kinds:
        """The kinds of an item, without tuples in it, which might hold themselves."""
        return frozenset(kind for kind in self.of(node, scope) if not kind.items)

    def _name(self, node: ast.Name, scope: Scope) -> Kinds:
        found = scope.find(node.id)
        if found is None:
            starred = self._starred(scope.top, node.id)
            return starred or frozenset({Kind("outside", f"builtins.{node.id}")})
        where, bindings = found
        if where.function is scope.function and not isinstance(where.node, Comprehension):
            bindings = self._visible(bindings, (node.lineno, node.col_offset), where)
        return NOTHING.union(*(self.memory.bindings.get(binding, NOTHING) for binding in bindings))

    def _visible(self, bindings: list[Binding], at: Position, where: Scope) -> list[Binding]:
        """The binding that holds at a position: the last one before it that says something, or all of them."""
        before = [binding for binding in bindings if binding.since <= at]
        for binding in reversed(before):
            always = binding.block is where.node
            if always or self.memory.bindings.get(binding):
                return [binding]
        return before or bindings

    def _starred(self, top: Scope, name: str) -> Kinds:
        for module in top.stars:
            kind = self.module(module, top)
            if kind.sort == "module" and self.library.files[kind.name].top is not top:
                found = self.member(self.library.files[kind.name], name)
                if found:
                    return found
            elif kind.name == "quart" and exists("quart", RENAMED.get(name, name)):
                return frozenset({knowledge.outside(f"quart.{name}")})
        return NOTHING

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Kinds:
        functions = self.library.files[scope.source.path].functions
        found = next((function for function in functions if function.node is node), None)
        return frozenset({Kind("function", "lambda", found)}) if found else NOTHING

    def _of_class(self, owner: Class, name: str, *, bound: bool) -> Kinds:
        """An attribute of a class of the project, or of one that it is made from."""
        known = self.memory.attributes.get((owner, name), NOTHING)
        if name in owner.methods:
            method = owner.methods[name]
            if bound and self.is_property(method):
                return known | self.memory.returns.get(method, NOTHING)
            return known | {Kind("bound" if bound else "function", method.name, method)}
        if name in owner.inner.bindings:
            found = (self.memory.bindings.get(binding, NOTHING) for binding in owner.inner.bindings[name])
            return known.union(*found)
        for base in self.bases(owner):
            if base.sort == "class" and base.owner is not None and base.owner is not owner:
                known |= self._of_class(base.owner, name, bound=bound)
            elif base.sort == "outside" and not known:
                made = knowledge.called(base.name)
                known |= self._each(made, lambda kind: self.attribute(kind, name))
        return known

    def _of_quart(self, owner: str, name: str) -> Kinds:
        known = self.memory.attributes.get((owner, name), NOTHING)
        label = f"{owner}.{name}"
        if label in knowledge.ATTRIBUTES:
            return known | {Kind("quart", knowledge.ATTRIBUTES[label])}
        if known or owner in knowledge.OPEN:
            return known
        return frozenset({Kind("method", label)})

    def _call(self, node: ast.Call, scope: Scope) -> Kinds:
        callees = self.of(node.func, scope)
        special = {kind.name for kind in callees if kind.sort == "outside"}
        if "builtins.super" in special:
            return self._super(scope)
        if "builtins.getattr" in special and len(node.args) >= 2:
            return self._getattr(node, scope)
        if "functools.partial" in special and node.args:
            return self.of(node.args[0], scope)
        known = self._each(callees, self._given)
        if (
            all(kind.sort == "foreign" for kind in callees)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in knowledge.DISTINCT
        ):
            return knowledge.called(f"{knowledge.DISTINCT[node.func.attr]}.{node.func.attr}")
        return known

    def _given(self, kind: Kind) -> Kinds:
        """What calling something gives."""
        if kind.sort in ("function", "bound") and kind.function is not None:
            function = kind.function
            if function in self.memory.generators and function not in self.memory.fixtures:
                sort = "context" if self.is_context_maker(function) else "generator"
                return frozenset({Kind(sort, function.name, function)})
            return self.memory.returns.get(function, NOTHING)
        if kind.sort == "class":
            return self.made(kind)
        if kind.sort in ("blocking", "foreign"):
            return frozenset({kind})
        return knowledge.called(kind.name) if kind.sort in ("outside", "method") else NOTHING

    def _super(self, scope: Scope) -> Kinds:
        owner = scope.owner
        if owner is None:
            return NOTHING
        found: set[Kind] = set()
        for base in self.bases(owner):
            found |= self.made(base)
        return frozenset(found)

    def _getattr(self, node: ast.Call, scope: Scope) -> Kinds:
        values = self.of(node.args[0], scope)
        match node.args[1]:
            case ast.Constant(value=str() as name):
                return self._each(values, lambda kind: self.attribute(kind, name))
        if any(kind == Kind("quart", "QuartClient") for kind in values):
            return frozenset({Kind("method", "QuartClient.open")})
        return NOTHING


def part(kinds: Kinds, path: tuple[int, ...]) -> Kinds:
    """What stands at a place inside of tuples."""
    for place in path:
        tuples = (kind.items for kind in kinds if place < len(kind.items))
        kinds = NOTHING.union(*(items[place] for items in tuples))
    return kinds


def item(kind: Kind, place: ast.expr) -> tuple[object, str] | None:
    """Under which key it is kept what `app.extensions["shop"]` is; None for what is no such thing."""
    match place:
        case ast.Constant(value=str() as name) if kind.sort in ("method", "quart", "outside"):
            return kind.name, f"[{name}]"
    return None
