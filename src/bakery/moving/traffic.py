"""What views do with a request and a response, and what Quart wants otherwise: the WSGI environment, `.data`, streams."""

import ast
import re
from typing import NamedTuple

from bakery.moving.knowledge import Kind
from bakery.moving.plan import Plan
from bakery.moving.reading import Source
from bakery.moving.scopes import Names, Scope
from bakery.moving.spreading import Spread, is_streaming
from bakery.moving.waiting import is_test_file

REQUEST, RESPONSE, APP = Kind("quart", "Request"), Kind("quart", "Response"), Kind("quart", "Quart")

OF_REQUEST = {
    "REMOTE_ADDR": "remote_addr",
    "REQUEST_METHOD": "method",
    "PATH_INFO": "path",
    "SCRIPT_NAME": "root_path",
    "wsgi.url_scheme": "scheme",
}
"""Keys of the WSGI environment that are attributes of the request."""

ENVIRON = "`request.scope` holds the ASGI scope: `request.scope['client']`; and there are `request.headers`, `request.scheme`"


class Place(NamedTuple):
    """Where something stands."""

    names: Names
    scope: Scope
    spread: Spread
    plan: Plan

    @property
    def source(self) -> Source:
        """The file."""
        return self.names.source

    def is_a(self, node: ast.expr, kind: Kind) -> bool:
        """Whether an expression is of a kind."""
        return kind in self.spread.knowledge.of(node, self.scope)

    def replace(self, span: tuple[int, int], text: str) -> None:
        """Edit the file."""
        self.plan.edits[self.source.path].replace(span, text)


def write_requests(spread: Spread, plan: Plan) -> None:
    """Say it in Quart's way, in every file."""
    for names in spread.knowledge.library:
        for happening in names.happenings:
            place = Place(names, happening.scope, spread, plan)
            match happening.node:
                case ast.Attribute(attr="environ") as node if place.is_a(node.value, REQUEST):
                    _environ(node, place)
                case ast.Assign(targets=[ast.Attribute(attr="data") as target]) as node if place.is_a(
                    target.value, RESPONSE
                ):
                    _set_data(target, node, place)
                case ast.Attribute(attr="close") as node if place.is_a(node.value, RESPONSE):
                    _closed(node, place)
                case ast.Call() as node if place.is_a(node.func, APP):
                    plan.remark(
                        names.source,
                        node.lineno,
                        "the app is called as WSGI; Quart speaks ASGI",
                        "the test client",
                    )
                case ast.Call(args=[ast.expr() as first]) as node if is_streaming(
                    node.func, happening.scope, spread.knowledge
                ):
                    _streamed(node, first, place)


JSON = (
    "a body that is not called JSON is None on Quart, and was an error 415 on Flask",
    "`if data is None: abort(415)`, where that matters",
)
LENGTH = (
    "a header `Content-Length` of your own is sent as it is by Quart's test client; Flask's counted itself",
    "leave it out",
)
CODE = re.compile(r"\b(from|import) flask\b|\btest_client\(")


def name_differences(spread: Spread, plan: Plan) -> None:
    """Name what runs on Quart, but not in the same way, and code that stands inside of a text."""
    for need in spread.needs:
        if need.what in ("Request.json", "Request.get_json"):
            plan.remark(need.scope.source, need.line, *JSON, "look")
    for names in spread.knowledge.library:
        docstrings = {one.value for one in ast.walk(names.source.tree) if isinstance(one, ast.Expr)}
        for node in ast.walk(names.source.tree):
            match node:
                case ast.Constant(value=str() as text) if node not in docstrings and CODE.search(text):
                    plan.remark(
                        names.source,
                        node.lineno,
                        "a text that is code, and speaks of Flask",
                        "move it by hand",
                    )
                case ast.Constant(value="Content-Length") if is_test_file(names.source.path):
                    if isinstance(names.parents.get(node), ast.Dict):
                        plan.remark(names.source, node.lineno, *LENGTH, "look")


def _environ(node: ast.Attribute, place: Place) -> None:
    """`request.environ["HTTP_ACCEPT"]` is a header, and some other keys are attributes."""
    parent = place.names.parents.get(node)
    above = place.names.parents.get(parent) if parent is not None else None
    match parent, above:
        case ast.Subscript(slice=ast.Constant(value=str() as key), ctx=ast.Load()), _:
            written = _read(key, place.source.words(node.value))
            if written:
                place.replace(place.source.span(parent), written)
                return
        case ast.Attribute(attr="get"), ast.Call(args=[ast.Constant(value=str() as key) as first, *_]) if (
            key.startswith("HTTP_")
        ):
            end = place.source.span(node)[1]
            place.replace((end - len("environ"), end), "headers")
            place.replace(place.source.span(first), f'"{_header(key)}"')
            return
        case ast.Attribute(attr="get"), ast.Call(args=[ast.Constant(value=str() as key)]) if (
            key in OF_REQUEST
        ):
            place.replace(place.source.span(above), f"{place.source.words(node.value)}.{OF_REQUEST[key]}")
            return
    place.plan.remark(place.source, node.lineno, "`request.environ` does not exist on Quart", ENVIRON)


def _read(key: str, request: str) -> str:
    if key.startswith("HTTP_"):
        return f'{request}.headers["{_header(key)}"]'
    return f"{request}.{OF_REQUEST[key]}" if key in OF_REQUEST else ""


def _header(key: str) -> str:
    return key.removeprefix("HTTP_").replace("_", "-").title()


def _closed(node: ast.Attribute, place: Place) -> None:
    """`response.close()`: nothing is open, so a line that says only that goes."""
    above = list(place.names.above(node))[:3]
    match above:
        case [ast.Call(), ast.Expr() as line, parent] if len(getattr(parent, "body", ())) > 1:
            source = place.source
            start, end = source.at(line.lineno, 0), source.span(line)[1]
            rest = source.text[end:].partition("\n")[0]
            if not source.text[start : source.span(line)[0]].strip() and not rest.strip():
                place.replace((start, min(end + len(rest) + 1, len(source.text))), "")
                return
    place.plan.remark(place.source, node.lineno, "`response.close` does not exist on Quart", "leave it out")


def _set_data(target: ast.Attribute, node: ast.Assign, place: Place) -> None:
    """`response.data = x` is `response.set_data(x)`."""
    start, value = place.source.span(target.value)[1], place.source.span(node.value)
    place.replace((start, value[0]), ".set_data(")
    place.plan.edits[place.source.path].wrap((value[1], place.source.span(node)[1]), ")", "")


def _streamed(node: ast.Call, first: ast.expr, place: Place) -> None:
    """`stream_with_context(rows(3))` is `stream_with_context(rows)(3)`: it takes the function."""
    kinds = place.spread.knowledge.of(first, place.scope)
    ours = [kind for kind in kinds if kind.function in place.spread.asynced]
    if not isinstance(first, ast.Call) and ours:
        return
    if isinstance(first, ast.Call) and ours:
        end, last = place.source.span(first.func)[1], place.source.span(node)[1]
        opening = place.source.text.index("(", end)
        place.replace((opening, opening + 1), ")(")
        place.replace((place.source.span(first)[1], last), "")
        return
    place.plan.remark(
        place.source,
        node.lineno,
        "`stream_with_context` takes a function on Quart, an async generator",
        "`async def rows(): …`, and `stream_with_context(rows)()`",
    )
