"""Reading an OpenAPI document that an answer serves: its operations, its schemas, and what it says of a field.

A document may be written by hand, and so have anything anywhere. What is not as it should be is a `Wrong`, in words.
"""

import json
from collections.abc import Mapping
from difflib import get_close_matches
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
    body = resolved(document, operation["requestBody"])
    expect(
        "content" in body,
        f"the body has no `content`: it has {_named(body)}. Its kind, `application/json`, stands in `content`, and the schema "
        "in that.",
    )
    content = at(body, "content")
    expect(
        "application/json" in content,
        f"the `content` of the body has no `application/json`, and that is what the app takes. It has {_named(content)}.",
    )
    expect(
        at(content, "application/json", "schema"),
        "below `application/json` there is no `schema`, and that is where the fields stand.",
    )
    return resolved(document, content["application/json"]["schema"])


def _named(part: Any) -> str:
    """The names in a part of a document, in words."""
    return ", ".join(f"`{name}`" for name in part) if isinstance(part, dict) and part else "nothing in it"


_LISTED = """
$anchor $comment $defs $dynamicAnchor $dynamicRef $id $ref $schema additionalProperties allOf anyOf const
contains contentEncoding contentMediaType contentSchema default dependentRequired dependentSchemas deprecated
description discriminator else enum example examples exclusiveMaximum exclusiveMinimum externalDocs format if
items maxContains maxItems maxLength maxProperties maximum minContains minItems minLength minProperties
minimum multipleOf not nullable oneOf pattern patternProperties prefixItems properties propertyNames readOnly
required then title type unevaluatedItems unevaluatedProperties uniqueItems writeOnly xml
"""

WORDS = frozenset(_LISTED.split())
"""The words of JSON Schema and of OpenAPI's schemas, old and new ones; whatever else a schema has is passed over."""


def unknown_word(rule: Json) -> str:
    """What to say of a word in a rule that no reader of a schema knows; empty where there is none."""
    unknown = [str(name) for name in rule if name not in WORDS and not str(name).startswith("x-")]
    if not unknown:
        return ""
    word = unknown[0]
    meant = [one for one in ("minimum", "maximum") if word.lower().startswith(one[:3])]
    meant = meant or get_close_matches(word, sorted(WORDS), 1)
    more = f" Did you mean `{meant[0]}`?" if meant else ""
    return f" `{word}` is no word of JSON Schema, so nobody takes it for a rule.{more}"


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
