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
    if isinstance(value, FunctionType):
        if value.__module__ == "__main__" or value.__globals__.get("__name__") == "__main__":
            for cell in value.__closure__ or ():
                try:
                    yield partial(setattr, cell, "cell_contents"), cell.cell_contents
                except ValueError:  # nothing in it yet
                    continue
    elif isinstance(value, dict) and len(value) <= MANY:
        for key, one in list(value.items()):
            yield partial(value.__setitem__, key), one
    elif isinstance(value, list) and len(value) <= MANY:
        for place, one in enumerate(value):
            yield partial(value.__setitem__, place), one
    elif _is_own(value):
        for name, one in list(vars(value).items()):
            if not name.startswith("__"):
                yield partial(setattr, value, name), one


def _is_own(value: Any) -> bool:
    """Whether it is a class of the reader's, one of its instances, or an app."""
    kind = value if isinstance(value, type) else type(value)
    if not hasattr(value, "__dict__"):
        return False
    return kind.__module__ == "__main__" or (kind.__name__ in {"Flask", "Quart"} and value is not kind)
