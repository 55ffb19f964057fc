"""What a document says of an app whose orders are not judged as they should be, and why it says nothing."""
# ruff: noqa: ANN401  # models of the reader's

import ast
import json
from collections.abc import Iterator
from typing import Any, get_type_hints

from bakery.checking import Answer
from bakery.checking.describing import cell_of, short
from bakery.checking.mistakes import Wrong
from bakery.checking.openapi import Json, at, body_schema, bounds, document_of, operation_of, resolved
from bakery.checking.starters import functions_of, nodes_of


def of_the_model(answer: Answer, path: str) -> str:
    """What the document says of the orders to a path, where that is nothing or of another place; else empty."""
    try:
        operation = at(document_of(answer), "paths", path, "post")
    except Wrong as wrong:
        return _of_no_document(str(wrong), answer.source)
    if "requestBody" in operation:
        taken = list(operation["requestBody"].get("content", ()))
        if not taken or "application/json" in taken:
            return ""
        return (
            f" In the document the body is {taken[0]}, as of a form, and an order comes as JSON: `validate_request` looks "
            "at that where no `source` says otherwise."
        )
    if any(one.get("in") == "query" for one in operation.get("parameters", ())):
        return (
            " In the document its fields stand behind the `?` of the address, and an order comes as JSON, in the body: that is "
            "what `validate_request` looks at."
        )
    said = " The document knows no model for it: it is `validate_request` that checks an order, and tells the document."
    if any("content" in one for one in at(operation, "responses").values() if isinstance(one, dict)):
        return f"{said} It knows one for what is answered: that is all that `validate_response` looks at."
    return said


def _of_no_document(told: str, source: str) -> str:
    """What the document says where there is none."""
    if "msgspec.Meta" in told:
        return (
            " The document cannot be made: a `msgspec.Meta` stands where a default stands. A bound belongs to the type, as in "
            "`Annotated[int, msgspec.Meta(…)]`."
        )
    if plain := [one.name for one in nodes_of(source) if isinstance(one, ast.ClassDef) and _is_plain(one)]:
        return (
            f" The document cannot be made: `{plain[0]}` is a plain class, which says nothing of its fields. A model is a "
            f"`msgspec.Struct`: `class {plain[0]}(msgspec.Struct):`."
        )
    return " The document cannot be made any more."


def _is_plain(one: ast.ClassDef) -> bool:
    """Whether a class with fields is made neither a struct nor a dataclass."""
    return (
        not one.bases and not one.decorator_list and any(isinstance(line, ast.AnnAssign) for line in one.body)
    )


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
    return f" The document says of it: `{json.dumps(rule)}`.{_not_read(answer, path, name)}"


def model_of(answer: Answer, path: str) -> Any:
    """The model that `validate_request` has for the orders to a path; None where it has none."""
    from quart_schema.validation import QUART_SCHEMA_REQUEST_ATTRIBUTE  # late: only this notebook needs it

    made = getattr(next(_views_of(answer, path), None), QUART_SCHEMA_REQUEST_ATTRIBUTE, None)
    return made[0] if made else None


def _views_of(answer: Answer, path: str) -> Iterator[Any]:
    """The functions behind a path as the document has it, with braces; several where its methods have one each."""
    for rule in answer.given.url_map.iter_rules():
        if rule.rule.replace("<", "{").replace(">", "}") == path:
            yield answer.given.view_functions[rule.endpoint]


def _not_read(answer: Answer, path: str, name: str) -> str:
    """What to say of something in the `Annotated[…]` of a field that msgspec passes over; empty where there is none."""
    import msgspec

    try:
        kind = get_type_hints(model_of(answer, path), include_extras=True).get(name)
    except (TypeError, NameError):  # no class, or one whose words for types have no meaning
        return ""
    strange = [one for one in getattr(kind, "__metadata__", ()) if not isinstance(one, msgspec.Meta)]
    return (
        f" In its `Annotated[…]` stands {short(strange[0])}, and msgspec reads nothing there but a `msgspec.Meta(…)`."
        if strange
        else ""
    )


def refused_by_model(answer: Answer, path: str, body: Json) -> str:
    """What msgspec says of an order that its model refuses, in words; empty where it says nothing."""
    import msgspec

    model = model_of(answer, path)
    if model is None or hasattr(model, "__pydantic_validator__"):  # Pydantic checks its own models
        return ""
    try:
        msgspec.convert(body, model, strict=False)
    except msgspec.ValidationError as error:
        return f" msgspec says: {error}."
    except TypeError as error:
        if "is invalid" in str(error) or "Can only set" in str(error):
            return f" The model takes no order at all. msgspec says: {error}."
    return ""


def no_docstring(answer: Answer) -> str:
    """What looks like a docstring in the reader's functions, and is none, in words; empty where nothing does."""
    for node in functions_of(cell_of(answer.given)):
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
    for view in _views_of(answer, path):
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
    for node in functions_of(cell_of(answer.given)):
        if node.name not in routes:
            continue
        handlers = [one.type for one in ast.walk(node) if isinstance(one, ast.ExceptHandler)]
        caught = [one for kind in handlers for one in (kind.elts if isinstance(kind, ast.Tuple) else [kind])]
        if any(one is None or ast.unparse(one).split(".")[-1] in TOO_LATE for one in caught):
            return (
                f" The `except` in `{node.name}` comes too late: a wrong order is refused before the function is called, so "
                "nothing in there sees it. `errorhandler` does."
            )
    return ""


def own_mistake_told(answer: Answer, status: int) -> str:
    """What to say of a mistake of the bakery's own, a `TypeError`, that is answered with another status than 500."""
    if status < 400:
        return "as if there were none. It should stay a 500: only the answers to wrong orders are to be made."
    kinds = [kind for each in answer.given.error_handler_spec[None].values() for kind in each]
    wide = [
        kind.__name__
        for kind in kinds
        if issubclass(TypeError, kind) or kind.__name__ == "InternalServerError"
    ]
    if wide:
        return (
            f"as if it were something else: the error handler for `{wide[0]}` gets its `TypeError`, too. Answer for one kind of "
            "error only."
        )
    return "by the route itself, as if it were the customer's. Let the error come out: that is the 500."
