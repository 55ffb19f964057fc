"""Names of one file: which scopes there are, what binds a name in each, and where things happen."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from bakery.moving.reading import Source

How = Literal["value", "enter", "each", "parameter", "import", "function", "class", "other"]
Position = tuple[int, int]
Definition = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Placed = ast.expr | ast.stmt


@dataclass(eq=False)
class Binding:
    """One place that gives a name a value: `value` is the expression it comes from, `part` the way into a tuple."""

    name: str
    how: How
    scope: "Scope"
    since: Position
    value: ast.expr | None = None
    part: tuple[int, ...] = ()
    target: str = ""
    function: "Function | None" = None
    owner: "Class | None" = None
    block: ast.AST | None = None


@dataclass(eq=False)
class Scope:
    """A file, a function, a class or a comprehension, with what is bound in it."""

    source: Source
    node: ast.AST
    parent: "Scope | None" = None
    function: "Function | None" = None
    owner: "Class | None" = None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)

    @property
    def top(self) -> "Scope":
        """The scope of the file."""
        return self if self.parent is None else self.parent.top

    def find(self, name: str) -> "tuple[Scope, list[Binding]] | None":
        """The scope whose `name` is meant here, with its bindings; classes are skipped from inside their methods."""
        scope: Scope | None = self.top if self.elsewhere.get(name) == "global" else self
        if self.elsewhere.get(name) == "nonlocal":
            scope = self.parent
        while scope is not None:
            if name in scope.bindings and (scope is self or not isinstance(scope.node, ast.ClassDef)):
                return scope, scope.bindings[name]
            scope = scope.parent
        return None


@dataclass(eq=False)
class Function:
    """A function of the project, or a lambda; `owner` is the class it is a method of."""

    source: Source
    node: Definition | ast.Lambda
    name: str
    outer: Scope
    inner: Scope
    owner: "Class | None" = None

    @property
    def last(self) -> str:
        """Its name without what stands before the dot."""
        return self.name.rpartition(".")[2]

    @property
    def decorators(self) -> list[ast.expr]:
        """The expressions above its `def`."""
        return [] if isinstance(self.node, ast.Lambda) else self.node.decorator_list

    @property
    def parameters(self) -> list[ast.arg]:
        """What it takes by position or name, without stars."""
        arguments = self.node.args
        return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]

    def __repr__(self) -> str:
        return f"{self.source.path}:{self.node.lineno} {self.name}"


@dataclass(eq=False)
class Class:
    """A class of the project."""

    source: Source
    node: ast.ClassDef
    name: str
    outer: Scope
    inner: Scope
    methods: dict[str, Function] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"{self.source.path}:{self.node.lineno} {self.name}"


@dataclass(frozen=True, eq=False)
class Happening:
    """A node of the tree that may matter, with the scope it stands in."""

    node: ast.AST
    scope: Scope


@dataclass(eq=False)
class Names:
    """All that was found in one file."""

    source: Source
    top: Scope
    functions: list[Function] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node stands in, from the inside outwards."""
        while node in self.parents:
            node = self.parents[node]
            yield node


def names(source: Source) -> Names:
    """The scopes and happenings of one file."""
    top = Scope(source, source.tree)
    found = Names(source, top)
    for parent in ast.walk(source.tree):
        for child in ast.iter_child_nodes(parent):
            if not isinstance(child, (ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)):
                found.parents[child] = parent
    _Walk(found).body(source.tree.body, top)
    return found


MATTERS = (
    ast.Call,
    ast.Attribute,
    ast.Return,
    ast.Yield,
    ast.YieldFrom,
    ast.Assign,
    ast.AnnAssign,
    ast.With,
    ast.For,
    ast.Name,
    ast.comprehension,
)


class _Walk:
    """One walk through a tree; what stands in the head of a function or comprehension belongs to the scope around."""

    def __init__(self, found: Names) -> None:
        self.found = found

    def body(self, nodes: list[ast.stmt], scope: Scope) -> None:
        for node in nodes:
            self.visit(node, scope)

    def visit(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, MATTERS):
            self.found.happenings.append(Happening(node, scope))
        special = getattr(self, f"on_{type(node).__name__.lower()}", None)
        if special is not None:
            special(node, scope)
        else:
            self.children(node, scope)

    def children(self, node: ast.AST, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            self.visit(child, scope)

    # What has a scope of its own

    def on_functiondef(self, node: Definition, scope: Scope) -> None:
        for head in (*node.decorator_list, *_defaults(node.args), *_annotations(node)):
            self.visit(head, scope)
        function = self.function(node, node.name, scope)
        self.bind(scope, node.name, "function", node, function=function)
        self.body(node.body, function.inner)

    on_asyncfunctiondef = on_functiondef

    def on_lambda(self, node: ast.Lambda, scope: Scope) -> None:
        for default in _defaults(node.args):
            self.visit(default, scope)
        self.visit(node.body, self.function(node, "lambda", scope).inner)

    def on_classdef(self, node: ast.ClassDef, scope: Scope) -> None:
        for head in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(head, scope)
        inner = Scope(scope.source, node, scope, scope.function)
        owner = Class(scope.source, node, _within(scope, node.name), scope, inner)
        inner.owner = owner
        self.found.classes.append(owner)
        self.bind(scope, node.name, "class", node, owner=owner)
        self.body(node.body, inner)

    def on_listcomp(self, node: Comprehension, scope: Scope) -> None:
        inner = Scope(scope.source, node, scope, scope.function)
        for place, generator in enumerate(node.generators):
            self.found.happenings.append(Happening(generator, inner if place else scope))
            self.visit(generator.iter, inner if place else scope)
            self.target(generator.target, inner, "each", generator.iter, generator.target)
            for condition in generator.ifs:
                self.visit(condition, inner)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for part in parts:
            self.visit(part, inner)

    on_setcomp = on_dictcomp = on_generatorexp = on_listcomp

    # What binds a name

    def on_assign(self, node: ast.Assign, scope: Scope) -> None:
        for target in node.targets:
            self.target(target, scope, "value", node.value, node)
        self.children(node, scope)

    def on_annassign(self, node: ast.AnnAssign, scope: Scope) -> None:
        self.target(node.target, scope, "value", node.value or node.annotation, node)
        self.children(node, scope)

    def on_augassign(self, node: ast.AugAssign, scope: Scope) -> None:
        self.children(node, scope)

    def on_namedexpr(self, node: ast.NamedExpr, scope: Scope) -> None:
        around = scope
        while isinstance(around.node, Comprehension) and around.parent is not None:
            around = around.parent
        self.target(node.target, around, "value", node.value, node)
        self.visit(node.value, scope)

    def on_for(self, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
        self.target(node.target, scope, "each", node.iter, node.target)
        self.children(node, scope)

    on_asyncfor = on_for

    def on_with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self.target(item.optional_vars, scope, "enter", item.context_expr, item.optional_vars)
        self.children(node, scope)

    on_asyncwith = on_with

    def on_excepthandler(self, node: ast.ExceptHandler, scope: Scope) -> None:
        if node.name:
            self.bind(scope, node.name, "other", node)
        self.children(node, scope)

    def on_import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            target = alias.name if alias.asname else alias.name.partition(".")[0]
            self.bind(scope, alias.asname or target, "import", node, target=target)

    def on_importfrom(self, node: ast.ImportFrom, scope: Scope) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                scope.stars.append(module)
            else:
                self.bind(scope, alias.asname or alias.name, "import", node, target=f"{module}:{alias.name}")

    def on_global(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        scope.elsewhere |= dict.fromkeys(node.names, type(node).__name__.lower())

    on_nonlocal = on_global

    # The work of it

    def function(self, node: Definition | ast.Lambda, name: str, scope: Scope) -> Function:
        """A new function, its parameters bound."""
        inner = Scope(scope.source, node, scope)
        owner = scope.owner if isinstance(scope.node, ast.ClassDef) else None
        found = Function(scope.source, node, _within(scope, name), scope, inner, owner)
        inner.function = found
        inner.owner = scope.owner
        if owner is not None and name != "lambda":
            owner.methods.setdefault(name, found)
        self.found.functions.append(found)
        for argument in found.parameters:
            self.bind(inner, argument.arg, "parameter", argument, value=argument.annotation)
        for star in (node.args.vararg, node.args.kwarg):
            if star is not None:
                self.bind(inner, star.arg, "other", star)
        return found

    def target(
        self, target: ast.expr, scope: Scope, how: How, value: ast.expr, since: Placed, *part: int
    ) -> None:
        """Bind the names in a target; attributes and items are no names."""
        if isinstance(target, ast.Name):
            self.bind(scope, target.id, how, since, value=value, part=part)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for place, element in enumerate(target.elts):
                self.target(element, scope, how, value, since, *part, place)
        elif isinstance(target, ast.Starred):
            self.target(target.value, scope, "other", value, since)

    def bind(
        self,
        scope: Scope,
        name: str,
        how: How,
        since: Placed | ast.arg | ast.excepthandler,
        *,
        value: ast.expr | None = None,
        part: tuple[int, ...] = (),
        target: str = "",
        function: Function | None = None,
        owner: Class | None = None,
    ) -> None:
        if scope.elsewhere.get(name) == "global":
            scope = scope.top
        ends = isinstance(since, (ast.Assign, ast.AnnAssign, ast.NamedExpr))
        place = (
            (since.end_lineno or 0, since.end_col_offset or 0) if ends else (since.lineno, since.col_offset)
        )
        block = self.found.parents.get(since)
        scope.bindings.setdefault(name, []).append(
            Binding(name, how, scope, place, value, part, target, function, owner, block)
        )


def _within(scope: Scope, name: str) -> str:
    return f"{scope.owner.name}.{name}" if isinstance(scope.node, ast.ClassDef) and scope.owner else name


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [*arguments.defaults, *(default for default in arguments.kw_defaults if default is not None)]


def _annotations(node: Definition) -> Iterator[ast.expr]:
    arguments = node.args
    stars = [star for star in (arguments.vararg, arguments.kwarg) if star is not None]
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *stars):
        if argument.annotation is not None:
            yield argument.annotation
    if node.returns is not None:
        yield node.returns
