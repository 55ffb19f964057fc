"""Reading an OpenAPI document that an answer serves: its operations, its schemas, and what it says of a field.

A document may be written by hand, and so have anything anywhere. What is not as it should be is a `Wrong`, in words.
"""

import json
from collections.abc import Mapping
from typing import Any

from bakery.checking.answers import Answer
from bakery.checking.run import expect

Json = Mapping[str, Any]


def document_of(answer: Answer) -> Json:
    """What an app says of itself at `/openapi.json`."""
    document = answer.visit("/openapi.json").replies[0].json
    expect(isinstance(document, dict), "`/openapi.json` is no JSON object.")
    found: Json = document
    return found


def at(value: Any, *names: str) -> Any:
    """What stands below these names in some JSON; an empty object where there is nothing, or no object on the way."""
    for name in names:
        value = value.get(name, {}) if isinstance(value, dict) else {}
    return value


def operation_of(document: Json, path: str, method: str) -> Json:
    """What it says of one route, such as `operation_of(document, "/orders/{number}", "get")`."""
    found = at(document, "paths", path, method)
    expect(
        found and isinstance(found, dict), f"the document does not know `{method.upper()} {path}` any more."
    )
    operation: Json = found
    return operation


def resolved(document: Json, part: Any) -> Json:
    """A part of a document, or what it refers to in the same document."""
    found, followed = part, list[str]()
    while isinstance(found, dict) and "$ref" in found:
        target = str(found["$ref"])
        expect(target not in followed, f"`{target}` leads back to itself in the document.")
        followed.append(target)
        names = target.removeprefix("#/").split("/")
        found = at(document, *(name.replace("~1", "/").replace("~0", "~") for name in names))
        expect(found, f"`{target}` leads nowhere in the document.")
    expect(isinstance(found, dict), f"where an object should be, the document has {json.dumps(found)}.")
    return found  # type: ignore[no-any-return]  # expected above


def body_schema(document: Json, operation: Json, silent: str) -> Json:
    """The schema of a JSON body; `silent` is said where the document has none."""
    expect(operation.get("requestBody"), silent)
    content = at(resolved(document, operation["requestBody"]), "content")
    expect(
        "application/json" in content,
        "the `content` of the body has no `application/json`, and that is what the app takes.",
    )
    expect(
        at(content, "application/json", "schema"),
        "below `application/json` there is no `schema`, and that is where the fields stand.",
    )
    return resolved(document, content["application/json"]["schema"])


def bounds(rule: Json) -> tuple[Any, Any]:
    """The smallest and the largest whole number that a rule allows; None where it does not say."""
    listed = rule.get("enum")
    if isinstance(listed, list) and listed and all(type(one) is int for one in listed):
        return min(listed), max(listed)
    low, high = rule.get("minimum"), rule.get("maximum")
    under, over = rule.get("exclusiveMinimum"), rule.get("exclusiveMaximum")
    if low is None and type(under) is int:
        low = under + 1
    if high is None and type(over) is int:
        high = over - 1
    return low, high
