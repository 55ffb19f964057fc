"""A call that Quart would take in another sense, or not at all, is written or named."""

import pytest
from moves import moved, reasons

HEAD = "from flask import Flask\napp = Flask('')\nc = app.test_client()\ndef t():\n    "


def call(text: str) -> str:
    """One call inside of a test, moved."""
    return moved(f"{HEAD}{text}\n").rpartition("    ")[2].strip()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("c.set_cookie('a', 'b')", "c.set_cookie(\"localhost\", 'a', 'b')"),
        ("c.set_cookie('a', 'b', domain='x.org')", "c.set_cookie('x.org', 'a', 'b')"),
        ("c.delete_cookie('a')", "c.delete_cookie(\"localhost\", 'a')"),
        ("c.set_cookie('localhost', 'a', 'b')", "c.set_cookie('localhost', 'a', 'b')"),
        ("r.set_cookie('a', 'b')", "r.set_cookie('a', 'b')"),
    ],
)
def test_a_cookie_of_the_client_begins_with_the_server(before: str, after: str) -> None:
    assert call(before) == after


def test_a_method_that_has_to_be_given_more_on_this_quart_is_named() -> None:
    said = reasons(
        f"{HEAD}app.process_response()\n    app.preprocess_request(*a)\n    app.test_request_context()\n"
    )
    assert "5: `process_response` has to be given" in said
    assert said.count("has to be given") == 1


def test_a_named_argument_that_quart_does_not_take_is_named() -> None:
    said = reasons(f"{HEAD}c.get('/', multithread2=1)\n    c.get('/', follow_redirects=True, headers={{}})\n")
    assert "5: `get` takes no `multithread2` on Quart" in said
    assert said.count("takes no") == 1


def test_arguments_that_are_handed_on_are_not_guessed_at() -> None:
    assert reasons(f"{HEAD}c.get('/', **more)\n") == ""
