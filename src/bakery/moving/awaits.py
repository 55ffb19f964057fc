"""What has to be awaited, asked of the installed Quart itself, so that a newer Quart needs no newer list."""

import inspect
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import FunctionType
from typing import Any, NamedTuple

CLASSES = {
    "Quart": "quart",
    "Blueprint": "quart",
    "Request": "quart",
    "Response": "quart",
    "QuartClient": "quart.testing",
    "QuartCliRunner": "quart.testing",
    "TestApp": "quart.testing",
    "AppContext": "quart.ctx",
    "RequestContext": "quart.ctx",
    "FileStorage": "quart.datastructures",
    "SessionInterface": "quart.sessions",
    "SecureCookieSessionInterface": "quart.sessions",
    "View": "quart.views",
    "MethodView": "quart.views",
    "AsyncFile": "aiofiles.threadpool.binary",
}
"""The classes whose objects an app handles, and where they stand."""

NAMED_OTHERWISE = {"AsyncFile": "AsyncBufferedReader", "RequestContext": "AppContext"}
"""What a class is called where it has no name of its own: Quart 0.23 made one context of the two."""

FLASK_CLASSES = {"Quart": "Flask", "QuartClient": "FlaskClient", "QuartCliRunner": "FlaskCliRunner"}
"""Flask's names for the classes that are called otherwise there."""

RENAMED = {
    **{flask: quart for quart, flask in FLASK_CLASSES.items()},
    "FlaskGroup": "QuartGroup",
    "EnvironBuilder": "make_test_scope",
}


class Surface(NamedTuple):
    """What of Quart is awaited. A method is written `Class.name`."""

    functions: frozenset[str]
    """Functions of the module `quart` that give a coroutine."""
    methods: frozenset[str]
    """Methods that give a coroutine, of every class in `CLASSES`."""
    properties: frozenset[str]
    """Attributes whose mere reading gives a coroutine."""
    contexts: frozenset[str]
    """Classes whose objects are entered with `async with`, and methods that make one."""
    gone: frozenset[str]
    """What a class of Flask has and Quart's lacks; empty where Flask is not installed."""


@cache
def surface() -> Surface:
    """The surface of the Quart that is installed. Raises `ImportError` where there is none."""
    quart = import_module("quart")
    functions = {name for name, member in vars(quart).items() if _gives_a_coroutine(member)}
    methods: set[str] = set()
    properties: set[str] = set()
    contexts = {"AsyncFile"}
    for label in CLASSES:
        found = _class(label)
        methods |= {f"{label}.{name}" for name in _coroutines(found)}
        properties |= {f"{label}.{name}" for name in _awaited_properties(found)}
        contexts |= {f"{label}.{name}" for name in _context_makers(found)}
        if hasattr(found, "__aenter__"):
            contexts.add(label)
    return Surface(
        frozenset(functions), frozenset(methods), frozenset(properties), frozenset(contexts), _gone()
    )


@cache
def required(label: str) -> tuple[str, ...]:
    """What a method, written `Class.name`, has to be given, in the Quart that is installed; nothing for what is none."""
    owner, _, name = label.partition(".")
    method = inspect.getattr_static(_class(owner), name, None) if owner in CLASSES else None
    if not isinstance(method, FunctionType):
        return ()
    wanted = list(inspect.signature(method).parameters.values())[1:]
    by_place = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(one.name for one in wanted if one.default is one.empty and one.kind in by_place)


@cache
def accepted(label: str) -> frozenset[str]:
    """The named arguments of a method, written `Class.name`; none where it takes any, or is no method of Quart's."""
    owner, _, name = label.partition(".")
    method = inspect.getattr_static(_class(owner), name, None) if owner in CLASSES else None
    if not isinstance(method, FunctionType):
        return frozenset()
    found = inspect.signature(method).parameters.values()
    takes_any = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in found)
    return frozenset() if takes_any else frozenset(one.name for one in found if one.name != "self")


def exists(module: str, name: str) -> bool:
    """Whether the module of Quart with this dotted name is there and has `name`, or holds a module of that name."""
    try:
        found = import_module(module)
    except ImportError:
        return False
    if hasattr(found, name):
        return True
    try:
        import_module(f"{module}.{name}")
    except ImportError:
        return False
    return True


def _class(label: str) -> type[Any]:
    module = import_module(CLASSES[label])
    name = label if hasattr(module, label) else NAMED_OTHERWISE[label]
    found: type[Any] = getattr(module, name)
    return found


def _gives_a_coroutine(member: object) -> bool:
    """Whether calling it does; the proxies of Quart cannot be asked outside of a request, and are no functions."""
    return type(member) is FunctionType and inspect.iscoroutinefunction(member)


def _members(found: type[Any]) -> Iterator[tuple[str, Any]]:
    for name in dir(found):
        if not name.startswith("_"):
            yield name, inspect.getattr_static(found, name)


def _coroutines(found: type[Any]) -> Iterator[str]:
    for name, member in _members(found):
        function = member.__func__ if isinstance(member, (staticmethod, classmethod)) else member
        if _gives_a_coroutine(function):
            yield name


def _awaited_properties(found: type[Any]) -> Iterator[str]:
    for name, member in _members(found):
        if isinstance(member, property) and _gives_a_coroutine(member.fget):
            yield name


def _context_makers(found: type[Any]) -> Iterator[str]:
    for name, member in _members(found):
        if inspect.isasyncgenfunction(getattr(member, "__wrapped__", None)):
            yield name


def _gone() -> frozenset[str]:
    pairs = {"Quart": "flask", "Blueprint": "flask", "Request": "flask", "Response": "flask"}
    try:
        modules = {label: import_module(module) for label, module in pairs.items()}
        testing = import_module("flask.testing")
        test_response = import_module("werkzeug.test").TestResponse
    except ImportError:
        return frozenset()
    of_flask = {label: getattr(modules[label], FLASK_CLASSES.get(label, label)) for label in pairs}
    of_flask["QuartClient"] = testing.FlaskClient
    gone = {
        f"{label}.{name}"
        for label, known in of_flask.items()
        for name in {*dir(known), *_set_by_init(label)} - {*dir(_class(label)), *_set_by_init(label)}
        if not name.startswith("_")
    }
    answers = {name for name in dir(test_response) if not name.startswith("_")} - {*dir(_class("Response"))}
    return frozenset(gone | {f"Response.{name}" for name in answers})


def _set_by_init(label: str) -> frozenset[str]:
    """Attributes that exist only on objects, not on their class."""
    if label != "Quart":
        return frozenset()
    return frozenset(vars(import_module("quart").Quart("a")))
