"""Whether an app has served its visitors at all: what is wrong with a reply, whatever the exercise."""

import inspect
from dataclasses import replace
from typing import Any

from bakery.checking.describing import cell_of, framework_of
from bakery.checking.mistakes import NotAttempted, Wrong, wrong_because
from bakery.checking.run import Reply
from bakery.checking.sightings import HANDED_OVER, on_coroutine


def explained(reply: Reply) -> Reply:
    """The same reply, with words for what its handler raised."""
    return replace(reply, why=wrong_because(reply.error)) if reply.error is not None else reply


def must_be_good(app: Any, replies: tuple[Reply, ...], method: str) -> None:
    """Go on if every visitor was served; raises `Wrong` with the first who was not, and why."""
    for number, reply in enumerate(replies, start=1):
        if reply.error is not None:
            if isinstance(reply.error, NotImplementedError):
                raise NotAttempted
            raise Wrong(_on_failure(app, reply, method))
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


def _on_failure(app: Any, reply: Reply, method: str) -> str:
    """Why a handler failed, in words."""
    assert reply.error is not None  # noqa: S101 - asked before
    gave = "(coroutine) is not valid" in str(reply.error)
    if gave and HANDED_OVER.search(cell_of(app)):
        return on_coroutine(f"the handler of `{reply.path}`", cell_of(app))
    said = f"the handler of `{reply.path}` fails: {reply.why or wrong_because(reply.error)}"
    view = _view(app, reply.path, method)
    plain = inspect.isfunction(view) and not inspect.iscoroutinefunction(view)
    if plain and framework_of(app) == "quart" and "coroutine" in str(reply.error):
        name = view.__code__.co_name
        said += f"\n`await` stands only in an `async def`, and `{name}` is a plain `def`: write `async def {name}`."
    return said


def _view(app: Any, path: str, method: str) -> Any:
    """The handler of a path; None where it is not found."""
    try:
        endpoint, _ = app.url_map.bind("localhost").match(path.partition("?")[0], method)
        return app.view_functions[endpoint]
    except Exception:  # routes of any kind, with converters of the reader's own
        return None


def _routes(app: Any) -> str:
    known = ", ".join(f"`{rule}`" for rule in app.url_map.iter_rules() if rule.endpoint != "static")
    return known or "no routes at all"


def _methods(app: Any, path: str) -> set[str]:
    rules = [rule for rule in app.url_map.iter_rules() if str(rule) == path.partition("?")[0]]
    return {one for rule in rules for one in rule.methods or ()} - {"HEAD", "OPTIONS"}
