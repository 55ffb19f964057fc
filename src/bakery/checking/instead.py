"""Another function in the place of one of the notebook's, for a while: slower than that one, or with other values."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import iscoroutinefunction
from types import CodeType, FunctionType
from typing import Any

from bakery.checking.virtual.players import player

Other = Callable[..., Any]
"""What is called in its place: it gets the real function first, then the arguments of the call."""


# The code of these two runs with the names of the notebook: what they need comes as an argument.


def _plain(*args: Any, _other: Other, **named: Any) -> Any:
    return _other(*args, **named)


async def _awaited(*args: Any, _other: Other, **named: Any) -> Any:
    return await _other(*args, **named)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A function that does something else until it is put back."""

    code: CodeType | None
    """What runs where it is called; None where only its name leads elsewhere."""
    put_back: Callable[[], None]
    """Gives the function back what it was; may be called twice."""


def exchange(names: dict[str, Any], name: str, other: Other) -> Exchanged:
    """Let the function `names[name]` do what `other` does, whatever name it is called by, for players of a check only.

    In the place of an `async def` it has to be one as well.
    A function that closes over something, and whatever else can be called, is exchanged under its name alone.
    Raises `KeyError` where nothing has that name.
    """
    function = names[name]
    if not isinstance(function, FunctionType) or function.__code__.co_freevars:
        names[name] = _under_its_name(function, other)
        return Exchanged(None, lambda: names.__setitem__(name, function))
    before = function.__code__, function.__defaults__, function.__kwdefaults__
    theirs = _twin(function)

    def dispatched(*args: Any, **named: Any) -> Any:
        return other(theirs, *args, **named) if player() else theirs(*args, **named)

    template = _awaited if iscoroutinefunction(function) else _plain
    code = template.__code__.replace(co_name=name)
    _become(function, code, None, {"_other": dispatched})
    return Exchanged(code, lambda: _become(function, *before))


def _become(
    function: FunctionType, code: CodeType, defaults: tuple[Any, ...] | None, named: dict[str, Any] | None
) -> None:
    function.__code__, function.__defaults__, function.__kwdefaults__ = code, defaults, named


def _twin(function: FunctionType) -> FunctionType:
    """The same function, of which a call is not taken for a call of the one in the notebook."""
    code = function.__code__
    other = code.replace(co_consts=(*code.co_consts, ("theirs",)))
    twin = FunctionType(other, function.__globals__, function.__name__, function.__defaults__)
    twin.__kwdefaults__ = function.__kwdefaults__
    return twin


def _under_its_name(function: Any, other: Other) -> Other:
    if iscoroutinefunction(function):

        async def awaited(*args: Any, **named: Any) -> Any:
            return await other(function, *args, **named)

        return awaited
    return lambda *args, **named: other(function, *args, **named)


@contextmanager
def exchanged(names: dict[str, Any], name: str, other: Other) -> Iterator[Exchanged]:
    """The same for a `with` block, and put back after it, whatever happens there."""
    one = exchange(names, name, other)
    try:
        yield one
    finally:
        one.put_back()
