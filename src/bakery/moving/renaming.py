"""Imports and names: `flask` becomes `quart`, `Flask` becomes `Quart`, and what is missing there is said."""

import ast
import re

from bakery.moving.awaits import RENAMED, exists, surface
from bakery.moving.knowledge import Kind
from bakery.moving.learning import Knowledge
from bakery.moving.plan import Plan
from bakery.moving.reading import Source
from bakery.moving.scopes import Happening, Names, Scope

WORD = re.compile(r"\bflask\b")
PATCHES = {"patch", "setattr", "object", "delattr"}

INSTEAD = {
    "wsgi_app": "`app.asgi_app`, and ASGI middleware in the place of WSGI middleware",
    "ensure_sync": "`await current_app.ensure_async(f)(…)`",
    "get_cookie": "read the header `Set-Cookie` of the response",
    "stream": "`async for chunk in request.body`",
    "input_stream": "`await request.get_data()`",
    "request": "keep the path in the test itself",
    "history": "ask without `follow_redirects`, and look at each `Location`",
    "call_on_close": "`after_this_request`, or a background task",
    "close": "leave it out",
    "response": "`await response.get_data()`",
    "iter_encoded": "`async for chunk in response.iter_encode()`",
    "_request_ctx_stack": "`request`, `session` and `g` themselves",
    "_app_ctx_stack": "`current_app` and `g` themselves",
    "before_first_request": "`before_serving`",
}
"""What to write in the place of what Quart lacks."""

WRITTEN = {"Response.text", "Response.close"}
"""What Quart lacks, and another room writes in another way."""

METHODS = {"Quart.ensure_sync": "ensure_async", "Template.render": "render_async"}
"""Methods that have another name where they are awaited; Quart's templates are all made for `await`."""

ONLY_ON_OBJECTS = {"Response.request", "Response.history"}
"""Missing in Quart, and not to be seen in Flask's classes."""


def write_names(knowledge: Knowledge, plan: Plan) -> None:
    """Rename in every file, and name what Quart does not have."""
    for names in knowledge.library:
        for node in ast.walk(names.source.tree):
            if isinstance(node, ast.Import):
                _import(node, names, plan)
            elif isinstance(node, ast.ImportFrom) and _of_flask(node.module) and not node.level:
                _import_from(node, names, plan)
        for happening in names.happenings:
            _used(happening, names, knowledge, plan)


def _of_flask(module: str | None) -> bool:
    return (module or "").partition(".")[0] == "flask"


def _word(source: Source, start: int, plan: Plan) -> None:
    """The next word `flask` from a place on becomes `quart`."""
    found = WORD.search(source.text, start)
    if found:
        plan.edits[source.path].replace(found.span(), "quart")


def _import(node: ast.Import, names: Names, plan: Plan) -> None:
    for alias in node.names:
        if _of_flask(alias.name):
            _word(names.source, names.source.span(alias)[0], plan)
            package, _, last = alias.name.rpartition(".")
            if package and not exists(package.replace("flask", "quart", 1), last):
                _missing(names.source, node.lineno, alias.name, plan)


def _import_from(node: ast.ImportFrom, names: Names, plan: Plan) -> None:
    """`from flask.testing import FlaskClient`."""
    source = names.source
    _word(source, source.span(node)[0], plan)
    module = (node.module or "").replace("flask", "quart", 1)
    for alias in node.names:
        if alias.name in RENAMED:
            start, _ = source.span(alias)
            plan.edits[source.path].replace((start, start + len(alias.name)), RENAMED[alias.name])
        if alias.name != "*" and not exists(module, RENAMED.get(alias.name, alias.name)):
            _missing(source, node.lineno, f"{node.module}.{alias.name}", plan)


def _missing(source: Source, line: int, name: str, plan: Plan) -> None:
    write = INSTEAD.get(name.rpartition(".")[2], "")
    plan.remark(source, line, f"Quart has no `{name.replace('flask', 'quart', 1)}`", write)


def _used(happening: Happening, names: Names, knowledge: Knowledge, plan: Plan) -> None:
    scope = happening.scope
    match happening.node:
        case ast.Name() as node:
            _name(node, scope, names.source, knowledge, plan)
        case ast.Attribute() as node:
            _attribute(node, scope, names.source, knowledge, plan)
        case ast.Call(
            func=ast.Attribute(attr=last) | ast.Name(id=last),
            args=[ast.Constant(value=str() as text) as first, *_],
        ):
            if last in PATCHES and _of_flask(text):
                start = names.source.span(first)[0]
                _word(names.source, start, plan)


def _name(node: ast.Name, scope: Scope, source: Source, knowledge: Knowledge, plan: Plan) -> None:
    """A name that an import from Flask binds, and that is another on Quart."""
    if node.id != "flask" and node.id not in RENAMED:
        return
    found = scope.find(node.id)
    if found is None:
        starred = knowledge.of(node, scope)
        ours = any(kind.name == f"quart.{RENAMED.get(node.id)}" for kind in starred)
    else:
        targets = [binding.target for binding in found[1]]
        ours = any(
            _of_flask(target.partition(":")[0]) and target.rpartition(":")[2] in (node.id, target)
            for target in targets
        )
    if ours:
        plan.edits[source.path].replace(source.span(node), RENAMED.get(node.id, "quart"))


def _attribute(node: ast.Attribute, scope: Scope, source: Source, knowledge: Knowledge, plan: Plan) -> None:
    """`flask.Flask`, and what the objects of Quart lack."""
    end = source.span(node)[1]
    for kind in knowledge.of(node.value, scope):
        is_flask = kind.sort == "outside" and kind.name.partition(".")[0] == "quart"
        if is_flask and node.attr in RENAMED:
            plan.edits[source.path].replace((end - len(node.attr), end), RENAMED[node.attr])
        elif is_flask and kind.name == "quart" and not exists("quart", node.attr):
            _missing(source, node.end_lineno or node.lineno, f"flask.{node.attr}", plan)
        elif kind.sort == "quart":
            _lacking(node, kind, source, plan)


def _lacking(node: ast.Attribute, kind: Kind, source: Source, plan: Plan) -> None:
    label = f"{kind.name}.{node.attr}"
    line = node.end_lineno or node.lineno
    if label in METHODS:
        end = source.span(node)[1]
        plan.edits[source.path].replace((end - len(node.attr), end), METHODS[label])
    elif label == "Request.stream":
        plan.remark(
            source,
            line,
            "`request.stream` is not there: a request's body comes in pieces, awaited",
            INSTEAD["stream"],
        )
    elif label not in WRITTEN and (label in surface().gone or label in ONLY_ON_OBJECTS):
        owner = {"Quart": "app", "Request": "request", "Response": "response"}.get(kind.name, "client")
        write = INSTEAD.get(node.attr, "")
        plan.remark(source, line, f"`{owner}.{node.attr}` does not exist on Quart", write)
