"""Notebook 15, API docs: a page where anybody can press the buttons."""
# ruff: noqa: ANN401  # replies of a framework, and values of JSON

import json
import re
from collections.abc import Sequence
from typing import Any

from bakery.checking import Answer, Lesson, expect
from bakery.checking.openapi import (
    Json,
    at,
    body_schema,
    bounds,
    document_of,
    operation_of,
    resolved,
    unknown_word,
)
from bakery.checking.replying import must_be_good
from bakery.checking.run import Reply
from bakery.checking.service import Says, Service
from bakery.checking.virtual.lines import own_line_of
from bakery.lessons._buttons import PARCELS, PRESSED, failing, in_no_braces, must_send
from bakery.lessons._cases import in_case
from bakery.lessons._documents import (
    annotated,
    caught_inside,
    document_with_words,
    no_docstring,
    of_the_bounds,
    of_the_model,
    own_mistake_told,
    refused_by_model,
)
from bakery.lessons._letters import must_fit_the_handler

ex = Lesson("15_api_docs", __file__)


# Predictions


@ex.prediction
def forgotten(answer: Any) -> str:
    """The status of an order that lacks a field, where nobody checks it."""
    return str(answer.status_code)


@ex.prediction
def in_quotes(answer: Any) -> str:
    """The status of an order with a number between quotation marks."""
    return str(answer.status_code)


@ex.prediction
def knows_the_rule(text: str) -> str:
    """Whether a document has the number of a rule that stands in a function."""
    return "yes" if "8" in text else "no"


@ex.prediction
def own_mistake(answer: Any) -> str:
    """The status of an answer that does not fit its model."""
    return str(answer.status_code)


@ex.prediction
def other_hosts(html: str) -> int:
    """How many links in a page lead to another machine."""
    return html.count("https://")


@ex.prediction
def leads_to(address: str) -> str:
    """Whether an address is below a reader's own part of a hub."""
    return "shop" if "/user/" in address else "hub"


@ex.prediction
def who_reads_it(answer: Any) -> str:
    """The status of an order that a document forbids and nobody checks."""
    return str(answer.status_code)


@ex.prediction
def misfit(wrong: Sequence[str]) -> int:
    """In how many fields an answer does not fit."""
    return len(wrong)


# Exercises


def _posted(answer: Answer, path: str, bodies: Sequence[Json]) -> tuple[Reply, ...]:
    """The replies to these bodies; an error in a handler is told as it is anywhere else."""
    return answer.visit(path, method="POST", each=[{"json": body} for body in bodies], may_fail=True).replies


def _accepted(answer: Answer, reply: Reply, what: str, why: str = "") -> Any:
    """The JSON of a reply that should be a 201."""
    if reply.error is not None or reply.status in (404, 405):
        must_be_good(answer.given, (reply,), "POST")
    expect(reply.status == 201, f"{what} is answered with status {reply.status}, and 201 is wanted.{why}")
    return reply.json


def _refused(reply: Reply, what: str, why: str = "") -> None:
    """Expect a 400; `why` is what else was seen where it is accepted, or fails."""
    kind = ""
    if reply.error:
        line = own_line_of(reply.error)
        kind = f", for a handler raised {type(reply.error).__name__}: {reply.error!s:.80}{f', {line}' if line else ''}"
    expect(
        reply.status != 500,
        f"{what} is answered with 500{kind}. It is the customer's mistake, so a 400 is wanted.{why}",
    )
    expect(reply.status >= 400, f"{what} is accepted, with status {reply.status}. A 400 is wanted.{why}")
    expect(reply.status == 400, f"{what} is answered with status {reply.status}, and 400 is wanted.")


PARTIES: tuple[Json, ...] = (
    {"cake": "nut", "guests": 3, "note": "no candles"},
    {"cake": "plum", "guests": 12},
)
NO_PARTIES: tuple[tuple[str, Json], ...] = (
    ("a party without guests", {"cake": "plum"}),
    ("a party without a cake", {"guests": 12}),
    ("a party with “many” as its guests", {"cake": "plum", "guests": "many"}),
    ("a party with a list as its cake", {"cake": ["plum"], "guests": 12}),
)


@ex.exercise
def taken(answer: Answer) -> None:
    """A check by hand is enough, and a default makes no difference."""
    answer.must_be("quart")
    fields = " The cake and the note are texts, and the guests are a whole number."
    optional = " The note may be left out: a field with a default may."
    for body, reply in zip(PARTIES, _posted(answer, "/parties", PARTIES), strict=True):
        what = f"the party {json.dumps(body)}"
        _must_take_data(reply)
        why = fields if "note" in body else optional
        if reply.status == 400:
            why = of_the_model(answer, "/parties") or refused_by_model(answer, "/parties", body) + why
        told = _accepted(answer, reply, what, why if reply.status == 400 else "")
        wanted = {"note": "", **body}
        expect(
            told == wanted,
            f"{what} is answered with {reply.text.strip()}, and not with {json.dumps(wanted)}.",
        )
    for (what, _), reply in zip(
        NO_PARTIES, _posted(answer, "/parties", [body for _, body in NO_PARTIES]), strict=True
    ):
        _refused(reply, what, of_the_model(answer, "/parties") if reply.status != 400 else "")
    document = document_of(answer)
    schema = body_schema(
        document,
        operation_of(document, "/parties", "post"),
        "all parties are judged rightly, but the document does not say what a party has: nobody can know before they "
        "ask. Let a model with `validate_request` do the check.",
    )
    expect(
        set(schema.get("required", ())) == {"cake", "guests"},
        f"in the document these fields are required: {', '.join(schema.get('required', ())) or 'none'}. The cake and the "
        "guests should be.",
    )


def _must_take_data(reply: Reply) -> None:
    """Tell of a handler that does not get the checked body, or does not take it."""
    said = str(reply.error) if isinstance(reply.error, TypeError) else ""
    expect(
        "missing 1 required positional argument: 'data'" not in said,
        "nobody hands over `data`. `validate_request` stands below the route, so that what the route calls is checked.",
    )
    expect(
        "unexpected keyword argument 'data'" not in said,
        "`validate_request` hands over the body under the name `data`, and the function has no such argument.",
    )
    made = re.match(r"'(\w+)' object is not subscriptable", said)
    expect(
        not made,
        f"`data` is a `{made[1] if made else ''}` that was made of the body, and no dictionary: its fields stand behind a dot, as in "
        "`data.cake`.",
    )


ODD: tuple[Json, ...] = ({}, {"pralines": 2.5})


@ex.exercise
def one_to_eight(answer: Answer) -> None:
    """A rule in a handler is a rule that customers know."""
    answer.must_be("quart")
    numbers = (1, 2, 7, 8, 0, 9, -1, 100)
    replies = _posted(answer, "/boxes", [{"pralines": number} for number in numbers])
    for number, reply in zip(numbers, replies, strict=True):
        what = f"a box with {number}"
        if 1 <= number <= 8:
            why = refused_by_model(answer, "/boxes", {"pralines": number}) if reply.status == 400 else ""
            expect(
                _accepted(answer, reply, what, why) == {"pralines": number},
                f"{what} is answered with {reply.text.strip()}.",
            )
        else:
            more = of_the_bounds(answer, "/boxes", "pralines") if reply.status < 400 else ""
            more = of_the_model(answer, "/boxes") if reply.status == 500 else more
            _refused(reply, what, more)
    document = document_of(answer)
    schema = body_schema(
        document,
        operation_of(document, "/boxes", "post"),
        "the document does not say any more what a box has.",
    )
    for what, odd in zip(("an empty order", "a box with 2.5"), _posted(answer, "/boxes", ODD), strict=True):
        _refused(odd, what)
    rule = resolved(document, schema.get("properties", {}).get("pralines", {}))
    low, high = bounds(rule)
    expect(
        low is not None or high is not None,
        "all boxes are judged rightly, and the document knows nothing of the bounds: it says only "
        f"`{json.dumps(rule)}`. They belong in the type of the field.{unknown_word(rule)}",
    )
    expect(
        (low, high) == (1, 8),
        f"the document says that the smallest box has {low} and the largest {high}. 1 and 8 are wanted.",
    )


WRONG_ORDERS: tuple[tuple[str, Json], ...] = (
    ("pieces", {"cake": "plum"}),
    ("cake", {"pieces": 2}),
    ("pieces", {"cake": "plum", "pieces": "two"}),
    ("pieces", {"cake": "plum", "pieces": 9}),
)


@ex.exercise
def says_why(answer: Answer) -> None:
    """Any error may be told as the customer's."""
    answer.must_be("quart")
    good, broken = _posted(answer, "/orders", [{"cake": "plum", "pieces": 2}, {"cake": "nut", "pieces": 2}])
    told = _accepted(answer, good, "an order for two pieces of plum cake")
    expect(
        told == {"cents": 600}, f"an order for two pieces of plum cake is answered with {good.text.strip()}."
    )
    replies = _posted(answer, "/orders", [body for _, body in WRONG_ORDERS])
    for (name, body), reply in zip(WRONG_ORDERS, replies, strict=True):
        what = f"the order {json.dumps(body)}"
        _must_handle(reply)
        why = of_the_model(answer, "/orders") if reply.status != 400 else ""
        if isinstance(reply.json, dict) and "error" in reply.json:
            why = " The answer tells of an error, and its status says that all is well."
        _refused(reply, what, why)
        _must_name(reply, what, name, caught_inside(answer))
    expect(
        replies[0].json != replies[1].json,
        f"a missing cake and missing pieces get the same answer, {replies[0].text.strip()}. Which of the two is wrong?",
    )
    expect(
        broken.status == 500,
        "a nut cake has no price, which is the bakery's own mistake, and it is answered with status "
        f"{broken.status}, {own_mistake_told(answer, broken.status)}",
    )


def _must_handle(reply: Reply) -> None:
    """Tell of an error handler that fails itself."""
    said = str(reply.error) if isinstance(reply.error, TypeError) else ""
    expect(
        "takes 0 positional arguments" not in said,
        "an error handler is called with the error, and this one takes no argument.",
    )
    expect(
        "cannot be None" not in said and "returned None" not in said,
        "the error handler gives back nothing (`None`). Is there a `return`?",
    )
    expect(
        not ("JSON serializable" in said or "of type ValidationError" in said),
        "`validation_error` is an exception, and JSON knows none. `str(…)` makes a text of it.",
    )


def _must_name(reply: Reply, what: str, name: str, late: str) -> None:
    """Expect JSON with an `error` that names the field; `late` is what to say where no error handler was called."""
    said: Any = reply.json if reply.kind == "application/json" else None
    expect(
        isinstance(said, dict),
        f"{what} is answered with 400, and the answer is no JSON object: `{reply.kind}`."
        + (
            f" It is Quart's own page: no error handler for a `RequestSchemaValidationError` was called.{late}"
            if "<title>400 Bad Request" in reply.text
            else ""
        ),
    )
    expect("error" in said, f"{what} is answered with {reply.text.strip()}, where `error` is missing.")
    expect(
        name in json.dumps(said["error"]),
        f"{what} is answered with {reply.text.strip()}, which does not name the field `{name}`. The error has a "
        "`validation_error`, and its text has the field in it.",
    )


@ex.exercise
def documented(answer: Answer) -> None:
    """A page explains a route by itself."""
    answer.must_be("quart")
    document = document_with_words(answer)
    for path, operations in at(document, "paths").items():
        expect(
            "requestBody" not in at(operations, "get"),
            f"in the document, whoever asks `GET {path}` has to send a body: `validate_request` is for what comes in. For what "
            "goes out there is `validate_response`.",
        )
    answer.visit("/cakes").gets_json({"cakes": ["lemon", "plum"]})
    answer.visit("/cakes/plum").gets_json({"cents": 300})
    for path, field in (("/cakes", "cakes"), ("/cakes/{cake}", "cents")):
        operation = operation_of(document, path, "get")
        expect(
            operation.get("summary", "").strip(),
            f"`GET {path}` has no summary in the document. The first line of the function's docstring is taken for it."
            + no_docstring(answer),
        )
        answers = operation.get("responses", {})
        expect(
            "200" in answers,
            f"`GET {path}` answers with status 200, and in the document "
            + (
                f"it answers with {', '.join(answers)}."
                if answers
                else f"it answers nothing at all.{annotated(answer, path)}"
            ),
        )
        content = answers["200"].get("content", {}).get("application/json", {})
        schema = resolved(document, content.get("schema", {}))
        expect(
            field in schema.get("properties", {}),
            f"`GET {path}` answers with `{field}`, and the document says that it answers with "
            f"{', '.join(schema.get('properties', {})) or 'something'}.",
        )


@ex.exercise
def same_for_flask(answer: Answer) -> None:
    """A document by hand needs only the names."""
    answer.must_be("flask")
    party, without = {"day": "Friday", "guests": 12}, {"day": "Friday"}
    good, bad = _posted(answer, "/parties", [party, without])
    expect(
        _accepted(answer, good, "a party with a day and guests") == party,
        "the handler answers something else now.",
    )
    _refused(bad, "a party without guests")
    document = document_of(answer)
    operation = operation_of(document, "/parties", "post")
    schema = body_schema(document, operation, "the letter does not say yet what is in the body.")
    must_fit_the_handler(document, operation, schema)


@ex.exercise
def press(answer: Answer) -> None:
    """A client has to be written for each API."""
    for name, words, method, path, body in PRESSED:
        service = Service(Says({"pressed": name}))
        what = f"`{name}`" + (f" with {json.dumps(words)}" if words else "")
        with in_case(failing(name, what)):
            run = answer.run(service.httpx(), PARCELS, name, **words)
        expect(service.asked, f"{what}: nobody was asked.")
        asked = service.asked[0]
        expect(len(service.asked) == 1, f"{what}: the service was asked {len(service.asked)} times.")
        expect(
            (asked.method, asked.path) == (method, path),
            f"{what} is `{method} {path}` in the document, and it asked `{asked.method} {asked.path}`.",
        )
        must_send(asked, body, f"{what}, `{method} {path}`,", in_no_braces(name, body))
        run.gives({"pressed": name})
