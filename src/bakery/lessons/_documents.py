"""What a document says of an app whose orders are not judged as they should be, and why it says nothing."""

import ast
import json

from bakery.checking import Answer
from bakery.checking.describing import cell_of
from bakery.checking.mistakes import Wrong
from bakery.checking.openapi import Json, at, body_schema, bounds, document_of, operation_of, resolved
from bakery.checking.starters import nodes_of


def of_the_model(answer: Answer, path: str) -> str:
    """What the document says of the orders to a path, where that is nothing or of another place; else empty."""
    try:
        operation = at(document_of(answer), "paths", path, "post")
    except Wrong as wrong:
        return _of_no_document(str(wrong))
    if "requestBody" in operation:
        return ""
    if any(one.get("in") == "query" for one in operation.get("parameters", ())):
        return (
            " In the document its fields stand behind the `?` of the address, and an order comes as JSON, in the body: that is "
            "what `validate_request` looks at."
        )
    return " The document knows no model for it: it is `validate_request` that checks an order, and tells the document."


def _of_no_document(told: str) -> str:
    """What the document says where there is none."""
    if "msgspec.Meta" in told:
        return (
            " The document cannot be made: a `msgspec.Meta` stands where a default stands. A bound belongs to the type, as in "
            "`Annotated[int, msgspec.Meta(…)]`."
        )
    return " The document cannot be made any more."


def of_the_bounds(answer: Answer, path: str, name: str) -> str:
    """What the document says of a number in the orders to a path, of which the bounds were not kept."""
    if silent := of_the_model(answer, path):
        return silent
    document = document_of(answer)
    schema = body_schema(document, operation_of(document, path, "post"), "")
    rule = resolved(document, at(schema, "properties").get(name, {}))
    if bounds(rule) == (1, 8):
        return (
            " The document has the bounds, and nobody checks them: `ge` and `le` of `msgspec.Meta` do both."
        )
    return f" The document says of it: `{json.dumps(rule)}`."


def no_docstring(answer: Answer) -> str:
    """What looks like a docstring in the reader's functions, and is none, in words; empty where nothing does."""
    for node in nodes_of(cell_of(answer.given)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        values = [one.value for one in node.body if isinstance(one, ast.Expr)]
        if values and isinstance(node.body[0], ast.Expr) and isinstance(values[0], ast.JoinedStr):
            return f" An f-string, as in `{node.name}`, is none."
        texts = [one for one in values if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if texts and ast.get_docstring(node) is None:
            return f" It stands first in the function, and the text in `{node.name}` does not."
    return ""


def document_with_words(answer: Answer) -> Json:
    """The document, which quart-schema cannot make where a docstring has no words. Raises `Wrong`."""
    try:
        return document_of(answer)
    except Wrong as wrong:
        if "not enough values to unpack" not in str(wrong):
            raise
        raise Wrong(
            "there is a docstring with nothing in it, and its first line should be the summary: `/openapi.json` fails."
        ) from None


def annotated(answer: Answer, path: str) -> str:
    """What to say of the annotation of a route that stands in for what it answers; empty where it has none."""
    for rule in answer.given.url_map.iter_rules():
        if rule.rule.replace("<", "{").replace(">", "}") != path:
            continue
        view = answer.given.view_functions[rule.endpoint]
        model = getattr(view, "__annotations__", {}).get("return")
        if model is not None:
            name = getattr(model, "__name__", str(model))
            return (
                f" That `{view.__name__}` has `-> {name}` is not looked at: what is answered is said with "
                f"`@validate_response({name})`."
            )
    return ""


TOO_LATE = (
    "RequestSchemaValidationError",
    "SchemaValidationError",
    "BadRequest",
    "HTTPException",
    "Exception",
    "BaseException",
)


def caught_inside(answer: Answer) -> str:
    """What to say of a route that catches what is raised before it is called; empty where none does."""
    routes = {view.__name__ for view in answer.given.view_functions.values()}
    for node in nodes_of(cell_of(answer.given)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name not in routes:
            continue
        handlers = [one.type for one in ast.walk(node) if isinstance(one, ast.ExceptHandler)]
        caught = [one for kind in handlers for one in (kind.elts if isinstance(kind, ast.Tuple) else [kind])]
        if any(one is None or ast.unparse(one).split(".")[-1] in TOO_LATE for one in caught):
            return (
                f" The `except` in `{node.name}` comes too late: a wrong order is refused before the function is called, so "
                "nothing in there sees it. `errorhandler` does."
            )
    return ""
