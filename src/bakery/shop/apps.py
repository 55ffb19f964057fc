"""What is an app: a WSGI or ASGI app is recognised by how it can be called, and a mistake by what it is instead."""

import inspect
import re
from collections.abc import Callable
from types import FunctionType, MethodType, ModuleType
from typing import Any, Literal, NamedTuple

from bakery.asking import a, kind_of, refusal, takes

FACTORY = re.compile("(?i)^(create|make|build|get)_.*app|app_?factory")
"""How functions that make an app are called; some take two arguments, as a WSGI app does."""

FRAMEWORKS = ("flask.app", "quart.app")
ANY_APP = "serve(app)   where app = Quart(__name__) or app = Flask(__name__)"

CALLED = {2: ("env", "start", "response"), 3: ("scope", "receive", "send")}
"""Parts of the names that the arguments of an app have, for each number of them."""

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
            ANY_APP,
        )
    framework = next((base.__name__ for base in type(app).__mro__ if base.__module__ in FRAMEWORKS), "")
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
        return kind_of(app), _an_app_of(app)
    if isinstance(app, str) and "://" in app:
        return f"the address {app!r}, where something is served already", f"await order({app!r})"
    if isinstance(app, str):
        module, _, variable = app.partition(":")
        variable = variable or "app"
        return f"the text {app!r}", f"from {module or 'shop'} import {variable}; serve({variable})"
    if isinstance(app, ModuleType):
        return f"the module {app.__name__}", f"serve({app.__name__}.app)"
    if app is None:
        return "None", "serve(app)   (if a function makes the app, does it end with `return app`?)"
    if isinstance(app, FunctionType | MethodType):
        return _mistaken_function(app)
    return None


def _an_app_of(kind: type) -> str:
    if any(base.__module__ in FRAMEWORKS for base in kind.__mro__):
        return f"serve({kind.__name__}(__name__))"
    return f"serve({kind.__name__}())" if "__call__" in vars(kind) else ANY_APP


def _mistaken_function(function: FunctionType | MethodType) -> tuple[str, str] | None:
    """What a function is that no server could call: one that makes an app, or a view of one."""
    name = "a lambda" if function.__name__ == "<lambda>" else f"the function {function.__name__}"
    if FACTORY.search(function.__name__) or (takes(function, 0) and "app" in function.__name__.lower()):
        waits = "await " if inspect.iscoroutinefunction(function) else ""
        return name, f"serve({waits}{function.__name__}())"
    if any(takes(function, number) and _called_as(function, marks) for number, marks in CALLED.items()):
        return None
    taken = list(inspect.signature(function).parameters)
    arguments = f"the argument{'s' * (len(taken) > 1)} {', '.join(taken)}" if taken else "no arguments"
    what = (
        f"{name} with {arguments}: a server calls app(environ, start_response) or app(scope, receive, send)"
    )
    return what, "serve(app)   where app is the app that this function is a view of"


def _called_as(function: FunctionType | MethodType, marks: tuple[str, ...]) -> bool:
    """Whether its arguments are called as those of an app are; any others would take what they are given."""
    names = " ".join(inspect.signature(function).parameters).lower()
    return any(mark in names for mark in marks)


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
