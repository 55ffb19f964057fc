"""Where a request enters: views, hooks and error handlers, and what Quart calls without awaiting it."""

import ast
from typing import NamedTuple

from bakery.moving.knowledge import Kind, Kinds
from bakery.moving.learning import Knowledge
from bakery.moving.scopes import Function, Scope

VIEWS = {"route", "get", "post", "put", "patch", "delete", "endpoint", "add_url_rule"}

HOOKS = {
    "before_request",
    "after_request",
    "teardown_request",
    "before_app_request",
    "after_app_request",
    "teardown_app_request",
    "teardown_appcontext",
    "context_processor",
    "app_context_processor",
    "errorhandler",
    "app_errorhandler",
    "register_error_handler",
}

SYNC = {
    "template_filter",
    "app_template_filter",
    "add_template_filter",
    "add_app_template_filter",
    "template_test",
    "app_template_test",
    "add_template_test",
    "add_app_template_test",
    "template_global",
    "app_template_global",
    "add_template_global",
    "add_app_template_global",
    "url_defaults",
    "app_url_defaults",
    "url_value_preprocessor",
    "app_url_value_preprocessor",
    "shell_context_processor",
    "record",
    "record_once",
    "force_user_locale",
}
"""Registered with Quart, and called by it, or by a template, without an `await`."""

SURE = (HOOKS | SYNC | {"route", "add_url_rule"}) - {"record", "record_once", "context_processor"}
"""Names that say enough where it is not known whose they are."""

VERBS = {"get", "post", "put", "patch", "delete", "head", "options", "trace"}

TEARDOWNS = {"after_request", "after_app_request"}
"""What is handed the response."""


class Entries(NamedTuple):
    """The functions that Quart calls, by how."""

    views: frozenset[Function]
    hooks: frozenset[Function]
    sync: frozenset[Function]
    commands: frozenset[Function]


class _Found(NamedTuple):
    views: set[Function]
    hooks: set[Function]
    sync: set[Function]
    commands: set[Function]

    def add(self, function: Function, name: str) -> None:
        if name in SYNC:
            self.sync.add(function)
        elif name in HOOKS:
            self.hooks.add(function)
        else:
            self.views.add(function)


def entries(knowledge: Knowledge) -> Entries:
    """The functions of a project that Quart or click calls."""
    found = _Found(set(), set(), set(), set())
    for function in knowledge.functions:
        for node in function.decorators:
            name = registration(node.func if isinstance(node, ast.Call) else node, function.outer, knowledge)
            if name:
                found.add(function, name)
            if is_command(node, function.outer, knowledge):
                found.commands.add(function)
    for names in knowledge.library:
        for happening in names.happenings:
            if isinstance(happening.node, ast.Call):
                _registered(happening.node, happening.scope, knowledge, found)
    found.views.update(_methods_of_views(knowledge))
    return Entries(*(frozenset(functions) for functions in found))


def registration(node: ast.expr, scope: Scope, knowledge: Knowledge) -> str:
    """The name of the method of an app or blueprint that an expression is, if it registers functions; else ""."""
    if not isinstance(node, ast.Attribute) or node.attr not in VIEWS | HOOKS | SYNC:
        return ""
    owners = knowledge.of(node.value, scope)
    if any(_registers(kind, knowledge) for kind in owners):
        return node.attr
    unknown = not owners or all(kind.sort == "outside" for kind in owners)
    return node.attr if unknown and node.attr in SURE else ""


def is_command(node: ast.expr, scope: Scope, knowledge: Knowledge) -> bool:
    """Whether a decorator makes a click command."""
    target = node.func if isinstance(node, ast.Call) else node
    kinds = knowledge.of(target, scope)
    if any(
        kind.name in ("click.command", "click.group", "AppGroup.command", "AppGroup.group") for kind in kinds
    ):
        return True
    return (
        isinstance(target, ast.Attribute)
        and target.attr == "command"
        and is_group(target.value, scope, knowledge)
    )


def is_group(node: ast.expr, scope: Scope, knowledge: Knowledge) -> bool:
    """Whether an expression is a click group: `app.cli`, one of the project, or an `AppGroup`."""
    if isinstance(node, ast.Attribute) and node.attr == "cli":
        return True
    for kind in knowledge.of(node, scope):
        if kind == Kind("quart", "AppGroup") or kind.name == "quart.cli.AppGroup":
            return True
        if kind.function is not None:
            return any(is_command(one, kind.function.outer, knowledge) for one in kind.function.decorators)
    return False


def _registers(kind: Kind, knowledge: Knowledge) -> bool:
    if kind.sort == "quart":
        return kind.name in ("Quart", "Blueprint")
    if kind.sort == "object" and kind.owner is not None:
        return any(base.name in ("quart.Quart", "quart.Blueprint") for base in knowledge.bases(kind.owner))
    return False


def _registered(call: ast.Call, scope: Scope, knowledge: Knowledge, found: _Found) -> None:
    """`app.before_request(f)`, `app.add_url_rule("/", view_func=f)`, `app.route("/")(f)`."""
    name = registration(call.func, scope, knowledge)
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    if isinstance(call.func, ast.Call):
        name = name or registration(call.func.func, scope, knowledge)
    for argument in arguments if name else ():
        for function in _functions(knowledge.of(argument, scope)):
            found.add(function, name)


def _functions(kinds: Kinds) -> set[Function]:
    return {
        kind.function for kind in kinds if kind.function is not None and kind.sort in ("function", "bound")
    }


def _methods_of_views(knowledge: Knowledge) -> set[Function]:
    found: set[Function] = set()
    for owner in knowledge.classes:
        bases = {base.name for base in knowledge.bases(owner)}
        if "quart.MethodView" in bases:
            found |= {method for name, method in owner.methods.items() if name in VERBS}
        if bases & {"quart.MethodView", "quart.View"} and "dispatch_request" in owner.methods:
            found.add(owner.methods["dispatch_request"])
    return found
