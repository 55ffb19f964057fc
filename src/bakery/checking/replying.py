"""Whether an app has served its visitors at all: what is wrong with a reply, whatever the exercise."""

from typing import Any

from bakery.checking.mistakes import NotAttempted, Wrong
from bakery.checking.run import Reply
from bakery.checking.soundness import told_of


def must_be_good(app: Any, replies: tuple[Reply, ...], method: str) -> None:
    """Go on if every visitor was served; raises `Wrong` with the first who was not, and why."""
    for number, reply in enumerate(replies, start=1):
        if reply.error is not None:
            if isinstance(reply.error, NotImplementedError):
                raise NotAttempted
            raise Wrong(f"the handler of `{reply.path}` fails: {told_of(reply.error)}")
        if reply.status == 404:
            raise Wrong(
                f"`{method} {reply.path}` gets 404: the app has no such route. It has {_routes(app)}."
            )
        if reply.status == 405:
            taken = ", ".join(f"`{one}`" for one in sorted(_methods(app, reply.path)))
            raise Wrong(
                f"`{method} {reply.path}` gets 405: there is such a route, but it takes only {taken or 'other methods'}, "
                f'and not `{method}`. `@app.{method.lower()}("{reply.path}")` takes it.'
            )
        if reply.status == 400:
            raise Wrong(
                f"order {number} to `{reply.path}` gets 400, a bad request: the handler looks for something that did not "
                "come with it, or not in that place. JSON, a form and the arguments behind a `?` are three places."
            )
        if reply.status >= 400:
            raise Wrong(f"order {number} to `{reply.path}` gets {reply.status}.")


def _routes(app: Any) -> str:
    known = ", ".join(f"`{rule}`" for rule in app.url_map.iter_rules() if rule.endpoint != "static")
    return known or "no routes at all"


def _methods(app: Any, path: str) -> set[str]:
    rules = [rule for rule in app.url_map.iter_rules() if str(rule) == path.partition("?")[0]]
    return {one for rule in rules for one in rule.methods or ()} - {"HEAD", "OPTIONS"}
