"""Where the reader's notebook keeps things: in names, attributes, dictionaries, and in what functions have closed over."""

from collections.abc import Callable, Iterator
from functools import partial
from types import FunctionType
from typing import Any

DEEP = 3
"""How many steps from a name of the notebook."""

MANY = 100
"""Things in one dictionary or list that are looked at."""

Place = tuple[Callable[[Any], None], Any]
"""How to put something there, and what is there."""


def places(names: dict[str, Any], deep: int = DEEP, seen: set[int] | None = None) -> Iterator[Place]:
    """Every place that can be reached from these names, through the reader's own classes, functions and apps."""
    seen = set() if seen is None else seen
    for name, value in list(names.items()):
        if not name.startswith("__"):
            yield partial(names.__setitem__, name), value
            yield from _inside(value, deep, seen)


def _inside(value: Any, deep: int, seen: set[int]) -> Iterator[Place]:
    if deep == 0 or id(value) in seen:
        return
    seen.add(id(value))
    for put, one in _children(value):
        yield put, one
        yield from _inside(one, deep - 1, seen)


def _children(value: Any) -> Iterator[Place]:
    kind = type(
        value
    )  # asked first: a proxy, such as a framework's `request`, says that it is something else
    if kind is FunctionType:
        if value.__module__ == "__main__" or value.__globals__.get("__name__") == "__main__":
            for cell in value.__closure__ or ():
                try:
                    yield partial(setattr, cell, "cell_contents"), cell.cell_contents
                except ValueError:  # nothing in it yet
                    continue
    elif issubclass(kind, dict) and len(value) <= MANY:
        for key, one in list(value.items()):
            yield partial(value.__setitem__, key), one
    elif issubclass(kind, list) and len(value) <= MANY:
        for place, one in enumerate(value):
            yield partial(value.__setitem__, place), one
    elif _is_own(value):
        for name, one in _names_of(value).items():
            if not name.startswith("__"):
                yield partial(setattr, value, name), one


def _names_of(value: Any) -> dict[str, Any]:
    """What an object or a class has, without asking itself: it may answer as it likes."""
    look = type.__getattribute__ if issubclass(type(value), type) else object.__getattribute__
    try:
        return dict(look(value, "__dict__"))
    except AttributeError:
        return {}


def _is_own(value: Any) -> bool:
    """Whether it is a class of the reader's, one of its instances, or an app."""
    if issubclass(type(value), type):
        return bool(value.__module__ == "__main__")
    kind = type(value)
    return kind.__module__ == "__main__" or any(one.__name__ in {"Flask", "Quart"} for one in kind.__mro__)
