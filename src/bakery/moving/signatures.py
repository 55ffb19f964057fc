"""Calls that Quart would take in another sense than Flask, or not at all: its signatures say so."""

import ast

from bakery.moving.arguments import NOT_THERE, VERBS
from bakery.moving.awaits import accepted, required
from bakery.moving.learning import Knowledge
from bakery.moving.plan import Plan
from bakery.moving.reading import Source

WRITTEN = {"Quart.test_request_context"}
"""What is handed what it lacks by another room."""

COOKIES = {"QuartClient.set_cookie": 2, "QuartClient.delete_cookie": 1}
"""Methods that begin with the server's name on Quart, and how many arguments Flask's have at most."""

OTHERWISE = {"data", "content_type", "mimetype", "buffered", "domain", "path", *NOT_THERE}
"""Named arguments that another room, or the cookies below, write in another way."""


def check_signatures(knowledge: Knowledge, plan: Plan) -> None:
    """Write or name what a call would have to be given on Quart."""
    for names in knowledge.library:
        for happening in names.happenings:
            if isinstance(happening.node, ast.Call):
                labels = {
                    kind.name
                    for kind in knowledge.of(happening.node.func, happening.scope)
                    if kind.sort == "method"
                }
                for label in sorted(labels):
                    _check(label, happening.node, names.source, plan)


def _check(label: str, call: ast.Call, source: Source, plan: Plan) -> None:
    if any(isinstance(one, ast.Starred) for one in call.args) or any(
        one.arg is None for one in call.keywords
    ):
        return
    if label in COOKIES:
        _cookie(label, call, source, plan)
        return
    given = {one.arg for one in call.keywords}
    lacking = [name for name in required(label)[len(call.args) :] if name not in given]
    if lacking and label not in WRITTEN:
        reason = f"`{label.partition('.')[2]}` has to be given `{', '.join(lacking)}` on this Quart"
        plan.remark(source, call.lineno, reason, "ask the app with its test client instead")
    takes = accepted("QuartClient.open" if label in VERBS else label)
    for keyword in call.keywords:
        if takes and keyword.arg not in takes | OTHERWISE:
            reason = f"`{label.partition('.')[2]}` takes no `{keyword.arg}` on Quart"
            plan.remark(source, keyword.value.lineno, reason, f"one of {', '.join(sorted(takes))}")


def _cookie(label: str, call: ast.Call, source: Source, plan: Plan) -> None:
    """`client.set_cookie("a", "b")` would take "a" for the server."""
    most = COOKIES[label]
    if not 0 < len(call.args) <= most or any(one.arg == "server_name" for one in call.keywords):
        return
    start = source.span(call.args[0])[0]
    domain = next((one for one in call.keywords if one.arg == "domain"), None)
    server = source.words(domain.value) if domain else '"localhost"'
    if domain is not None:
        before = source.text[: source.span(domain)[0]].rstrip()
        plan.edits[source.path].replace((len(before) - before.endswith(","), source.span(domain)[1]), "")
    plan.edits[source.path].insert(start, f"{server}, ")
