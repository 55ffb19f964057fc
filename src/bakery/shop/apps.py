"""What is an app: a WSGI or ASGI app is recognised by how it can be called, and a mistake by what it is instead."""

import inspect
import re
from collections.abc import Callable
from types import FunctionType, MethodType, ModuleType
from typing import Any, Literal, NamedTuple

from bakery.asking import a, kind_of, refusal, takes

FACTORY = re.compile("(?i)^(create|make|build|get)_.*app|app_?factory")
"""How functions that make an app are called; some take two arguments, as a WSGI app does."""

Interface = Literal["wsgi", "asgi"]


class AppKind(NamedTuple):
    """What sort of app it is: its framework as people write it, its interface, and its own name."""

    title: str
    interface: Interface
    own: str


def recognise(app: object) -> AppKind:
    """Look at the app. Raises `TypeError`, with the corrected call, for what is none."""
    if mistake := _mistake(app):
        what, repair = mistake
        raise refusal(TypeError, f"serve() needs an app, but got {what}", repair)
    interface = _interface(app)
    if interface is None:
        raise refusal(
            TypeError,
            f"serve() needs an app, but got {kind_of(app)}",
            "serve(app)   where app = Quart(__name__) or app = Flask(__name__)",
        )
    framework = next(
        (base.__name__ for base in type(app).__mro__ if base.__module__ in ("flask.app", "quart.app")), ""
    )
    if framework:
        own = str(getattr(app, "import_name", "")).rpartition(".")[2]
        return AppKind(framework, interface, "bakery" if own in ("", "__main__") else own)
    if isinstance(app, FunctionType | MethodType):
        return AppKind(interface.upper(), interface, app.__name__)
    if type(app).__module__ in ("builtins", "functools"):
        return AppKind(interface.upper(), interface, "bakery")
    return AppKind(type(app).__name__, interface, "bakery")


def _mistake(app: Any) -> tuple[str, str] | None:  # noqa: ANN401  # whatever it is
    """What it is instead of an app, and the call that was probably meant."""
    if _is_a_shop(app):
        return f'the shop "{app.name}", which serves one already', "serve(shop.app)"
    if inspect.iscoroutine(app):
        app.close()  # or Python would complain that it was never awaited
        call = f"{app.__name__}()"
        return f"a coroutine from {call}", f"serve(await {call})"
    if inspect.isawaitable(app):
        return f"{kind_of(app)} that is still to be awaited", "serve(await app)"
    if isinstance(app, type):
        return kind_of(app), f"serve({app.__name__}(__name__))"
    if isinstance(app, str):
        module, _, variable = app.partition(":")
        variable = variable or "app"
        return f"the text {app!r}", f"from {module or 'shop'} import {variable}; serve({variable})"
    if isinstance(app, ModuleType):
        return f"the module {app.__name__}", f"serve({app.__name__}.app)"
    if app is None:
        return "None", "serve(app)   (if a function makes the app, does it end with `return app`?)"
    if isinstance(app, FunctionType | MethodType) and (takes(app, 0) or FACTORY.search(app.__name__)):
        waits = "await " if inspect.iscoroutinefunction(app) else ""
        return f"the function {app.__name__}", f"serve({waits}{app.__name__}())"
    return None


def _is_a_shop(app: object) -> bool:
    return not callable(app) and all(hasattr(app, name) for name in ("app", "url", "closed", "name"))


def _interface(app: object) -> Interface | None:
    """How the app wants to be called: `await app(scope, receive, send)` or `app(environ, start_response)`."""
    if not callable(app):
        return None
    two, three = takes(app, 2), takes(app, 3)
    if two and three:
        return "asgi" if _is_async(app) else "wsgi"
    return "asgi" if three else "wsgi" if two and not _is_async(app) else None


def _is_async(app: Callable[..., object]) -> bool:
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(getattr(app, "__call__", None))  # noqa: B004


def with_article(kind: AppKind) -> str:
    """The app in words: "a Quart app"."""
    return a(f"{kind.title} app")
