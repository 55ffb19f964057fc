"""Notebook 15's letter by hand: whether a document says of a party what the handler takes."""

import json

from bakery.checking import expect
from bakery.checking.openapi import Json, at, bounds, resolved, unknown_word


def must_fit_the_handler(document: Json, operation: Json, schema: Json) -> None:
    """Expect a day and at least one guest, both required, and a body that is required as well. Raises `Wrong`."""
    rules = at(schema, "properties")
    for name, kind in (("day", "string"), ("guests", "integer")):
        expect(name in rules, f"`invite` wants a `{name}`, and the letter has no such property.")
        rule = resolved(document, rules[name])
        _must_be_of(kind, name, rule)
        strict = [one for one in ("minLength", "maxLength", "pattern", "const", "enum") if one in rule]
        expect(
            not strict,
            f"the letter has a rule for `{name}`, {', '.join(strict)}, and the handler has none.",
        )
    required = schema.get("required", [])
    expect(
        isinstance(required, list) and all(name in required for name in ("day", "guests")),
        "both the day and the guests are required. In JSON Schema that is a list of names, beside the properties: "
        f"`required` is {json.dumps(required)}.",
    )
    expect(
        schema.get("additionalProperties", True) is not False,
        "the letter allows nothing but a day and guests (`additionalProperties`), and the handler takes a party with more in it.",
    )
    more = [name for name in required if name not in ("day", "guests")]
    expect(
        not more,
        f"the letter says that {json.dumps(more)} is required as well, and the handler does not look for it.",
    )
    _must_begin_at_one(resolved(document, rules["guests"]))
    expect(
        resolved(document, operation["requestBody"]).get("required") is True,
        "the body itself may be left out, says the letter: a `requestBody` is optional unless its `required` is true.",
    )


def _must_begin_at_one(guests: Json) -> None:
    low, high = bounds(guests)
    expect(high is None, f"the letter allows {high} guests at most, and the handler takes more.")
    expect(
        low is not None,
        f"the handler refuses a party with 0 guests, and the letter allows it.{unknown_word(guests)}",
    )
    expect(
        not isinstance(low, str),
        f"the smallest number of guests in the letter is the text {json.dumps(low)}, and a number is wanted.",
    )
    expect(low == 1, f"the letter wants {low} guests at least, and the handler is content with 1.")


def _must_be_of(kind: str, name: str, rule: Json) -> None:
    """Expect the type of a property; a Python name for it is called by its own."""
    found = rule.get("type")
    pythons = {"str": "string", "int": "integer", "float": "number", "dict": "object", "list": "array"}
    expect(
        found not in pythons,
        f"`{name}` is of type `{found}` in the letter. That is Python's name; JSON Schema says `{pythons.get(str(found))}`.",
    )
    if kind == "integer" and found == "number":
        expect(
            False, f"`{name}` may be any number in the letter, such as 2.5. A whole number is an `integer`."
        )
    expect(found == kind, f"`{name}` is of type `{found}` in the letter, and the handler wants a `{kind}`.")
