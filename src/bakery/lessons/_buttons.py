"""Notebook 15's buttons: a document with a few of them, what pressing each should send, and what is said of anything else."""

import json

from bakery.checking import expect
from bakery.checking.openapi import Json
from bakery.checking.run import in_word
from bakery.checking.service import Asked

PARCELS: Json = {
    "paths": {
        "/cakes": {"get": {"operationId": "get_menu"}},
        "/cakes/{cake}": {"get": {"operationId": "get_price"}, "delete": {"operationId": "delete_cake"}},
        "/orders": {"post": {"operationId": "post_order"}},
        "/orders/{number}": {"put": {"operationId": "put_order"}},
    }
}
PRESSED: tuple[tuple[str, Json, str, str, Json | None], ...] = (
    ("get_menu", {}, "GET", "/cakes", None),
    ("get_price", {"cake": "black forest"}, "GET", "/cakes/black forest", None),
    ("post_order", {"cake": "plum", "pieces": 2}, "POST", "/orders", {"cake": "plum", "pieces": 2}),
    ("put_order", {"number": 7, "order": 3}, "PUT", "/orders/7", {"order": 3}),
    ("put_order", {"order": 3, "number": 7}, "PUT", "/orders/7", {"order": 3}),
    ("post_order", {"cake": "", "pieces": 0}, "POST", "/orders", {"cake": "", "pieces": 0}),
    ("delete_cake", {"cake": "nut"}, "DELETE", "/cakes/nut", None),
)
"""The name of a button, its words, and the method, the path and the body that are to come of it."""


def _place_of(name: str) -> tuple[str, str]:
    """The method and the path of a button in the document."""
    return next(
        (way, path)
        for path, ways in PARCELS["paths"].items()
        for way, about in ways.items()
        if name in about.values()
    )


def in_no_braces(name: str, body: Json | None) -> str:
    """What to say of a word of the body whose letters stand in the path of this button, and not in braces."""
    _, path = _place_of(name)
    alike = [word for word in body or {} if word in path]
    if not alike:
        return ""
    return f" In `{path}` there is “{alike[0]}”, too, as a part of the address. A word that is to be filled in stands in braces there."


def failing(name: str, what: str) -> str:
    """A button in the case in which it was pressed: where it stands in the document."""
    way, path = _place_of(name)
    ways = [one.upper() for one in PARCELS["paths"][path]]
    more = f", a path with {in_word(len(ways))} methods, {' and '.join(ways)}" if len(ways) > 1 else ""
    return f"{what} is `{way.upper()} {path}` in the document{more}"


def must_send(asked: Asked, body: Json | None, what: str, alike: str) -> None:
    """Expect this JSON in the request, or nothing at all; `alike` is what to say where nothing was sent."""
    text, behind = asked.body, " ".join(f"{name}={value}" for name, value in asked.query.items())
    if body is None:
        expect(not text, f"{what} needs no body, and `{text}` was sent.")
        return
    more = f" It stands in the address, behind the `?`: {behind}." if behind else ""
    expect(text, f"{what} should send {json.dumps(body)}, and nothing was sent.{more or alike}")
    try:
        sent = json.loads(text)
    except ValueError:
        sent = None
    expect(sent is not None, f"{what} should send JSON, and sent `{text}`.")
    expect(sent == body, f"{what} should send {json.dumps(body)}, and sent {json.dumps(sent)}.")
