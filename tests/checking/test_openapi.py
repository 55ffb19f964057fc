"""A document that an answer serves is read, and whatever stands in the wrong place is told in words."""

from typing import Any

import pytest
from answering import refused, run_of

from bakery.checking.mistakes import Wrong
from bakery.checking.openapi import at, body_schema, bounds, document_of, operation_of, resolved, unknown_word

ORDER = {"type": "object", "properties": {"cake": {"type": "string"}}}
DOCUMENT: dict[str, Any] = {
    "paths": {"/orders": {"post": {"requestBody": {"$ref": "#/components/requestBodies/Order"}}}},
    "components": {
        "requestBodies": {
            "Order": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}
        },
        "schemas": {
            "Order": ORDER,
            "Other": {"$ref": "#/components/schemas/Order"},
            "Round": {"$ref": "#/components/schemas/About"},
            "About": {"$ref": "#/components/schemas/Round"},
        },
    },
}


def test_the_schema_of_a_body_is_found_behind_its_references() -> None:
    operation = operation_of(DOCUMENT, "/orders", "post")
    assert body_schema(DOCUMENT, operation, "no body") == ORDER


@pytest.mark.parametrize(
    "part",
    [
        ORDER,
        {"$ref": "#/components/schemas/Order"},
        {"$ref": "#/components/schemas/Other"},
    ],
)
def test_a_reference_leads_to_what_it_names_and_anything_else_is_itself(part: dict[str, Any]) -> None:
    assert resolved(DOCUMENT, part) == ORDER


def test_a_reference_to_a_path_has_its_slashes_written_otherwise() -> None:
    found = resolved(DOCUMENT, {"$ref": "#/paths/~1orders/post"})
    assert list(found) == ["requestBody"]


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"$ref": "#/components/schemas/Cake"}, "`#/components/schemas/Cake` leads nowhere"),
        ({"$ref": "order.json"}, "`order.json` leads nowhere"),
        ({"$ref": 3}, "`3` leads nowhere"),
        ({"$ref": "#/components/schemas/Round"}, "leads back to itself"),
        ("string", 'the document has "string"'),
        ([], r"the document has \[\]"),
    ],
)
def test_a_reference_that_leads_nowhere_and_a_part_that_is_no_object_are_wrong(
    part: object, told: str
) -> None:
    with pytest.raises(Wrong, match=told):
        resolved(DOCUMENT, part)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (None, "no body"),
        ({}, "no body"),
        ([1], "an object should be"),
        ({"schema": ORDER}, "no `content`: it has `schema`"),
        ({"content": [ORDER]}, "no `application/json`"),
        ({"content": {"text/plain": {}}}, "no `application/json`.*It has `text/plain`"),
        ({"content": {"application/json": ORDER}}, "there is no `schema`"),
        ({"content": {"application/json": "object"}}, "there is no `schema`"),
        ({"content": {"application/json": {"schema": "object"}}}, "an object should be"),
    ],
)
def test_a_body_in_the_wrong_place_is_told_where_it_should_be(body: object, told: str) -> None:
    with pytest.raises(Wrong, match=told):
        body_schema(DOCUMENT, {"requestBody": body}, "no body")


@pytest.mark.parametrize(
    "document", [{}, {"paths": []}, {"paths": {"/orders": "post"}}, {"paths": {"/orders": {"post": 1}}}]
)
def test_a_route_that_is_not_in_the_document_is_missed(document: dict[str, Any]) -> None:
    with pytest.raises(Wrong, match="does not know `POST /orders`"):
        operation_of(document, "/orders", "post")


@pytest.mark.parametrize(
    ("rule", "both"),
    [
        ({"minimum": 1, "maximum": 8}, (1, 8)),
        ({"exclusiveMinimum": 0, "exclusiveMaximum": 9}, (1, 8)),
        ({"enum": [3, 1, 2]}, (1, 3)),
        ({"type": "integer"}, (None, None)),
        ({"minimum": 1}, (1, None)),
        ({"exclusiveMinimum": True, "exclusiveMaximum": "9"}, (None, None)),
        ({"enum": ["few", 8]}, (None, None)),
    ],
)
def test_bounds_are_read_however_they_are_written(rule: dict[str, Any], both: tuple[object, object]) -> None:
    assert bounds(rule) == both


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"type": "integer", "min": 1}, "`min` is no word of JSON Schema, so nobody takes it for a rule. Did you mean `minimum`?"),
        ({"type": "integer", "minimal": 1}, "Did you mean `minimum`?"),
        ({"type": "integer", "max": 8}, "Did you mean `maximum`?"),
        ({"typ": "integer"}, "Did you mean `type`?"),
        ({"greater": 0}, "`greater` is no word of JSON Schema"),
        ({"type": "integer", "minimum": 1, "x-cake": "plum", "description": "guests"}, ""),
    ],
)  # fmt: skip
def test_a_word_that_no_reader_of_a_schema_knows_is_told(rule: dict[str, Any], told: str) -> None:
    said = unknown_word(rule)
    assert told in said if told else said == ""


def test_what_is_not_there_is_an_empty_object() -> None:
    assert at({"a": {"b": 1}}, "a", "b") == 1
    assert at({"a": [1]}, "a", "b") == at({}, "a") == at(None, "a", "b") == {}


SERVES = """
from flask import Flask, jsonify
answer = Flask("bakery")

@answer.get("/openapi.json")
def document():
    return jsonify({})
"""


def test_the_document_is_what_the_app_serves() -> None:
    served = SERVES.replace("{}", '{"openapi": "3.1.0"}')
    assert run_of(served, document_of) == {"openapi": "3.1.0"}


@pytest.mark.parametrize("value", ["[1]", '"text"', "None"])
def test_a_document_that_is_no_object_is_wrong(value: str) -> None:
    assert "no JSON object" in refused(SERVES.replace("{}", value), document_of)
