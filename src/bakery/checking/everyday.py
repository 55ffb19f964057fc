"""What a mistake means that has nothing to do with waiting: one kind of value is taken for another."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from bakery.checking.describing import kind_name
from bakery.checking.virtual.lines import line_of, own_frames_of, own_line_of
from bakery.trace import Trace

CACHED = type(lru_cache(len))
"""A function with a cache around it."""

ITEM = re.compile(r"\brange\((?P<name>\w+)\)")

NO_NUMBER = re.compile(
    r"can only concatenate (list|tuple) \(not \"(?:int|float)\"\)|'(list|tuple|set|dict)' and '(?:int|float)'"
    r"|'(?:int|float)' and '(list|tuple|set|dict)'|'(list|tuple|set|dict)' object cannot be interpreted as an integer"
)
"""Python's words where several things stand in the place of a number."""

NOT_SEVERAL = re.compile(
    r"'(int|float)' object is not (iterable|subscriptable)|of type '(int|float)' has no len"
)
"""Python's words where a number stands in the place of several things."""

GONE_THROUGH = re.compile(r"\bin (\w+)\b|\b(\w+)\[|\(\*?(\w+)\)")
"""Names in a line that several things are wanted of."""


def known_of_values(error: BaseException, said: str) -> Iterator[str]:
    """Sentences on a value that was taken for one of another kind; the first one is told."""
    line = own_line_of(error)
    names = _names_at(error)
    if isinstance(error, AttributeError):
        yield from _on_attribute(error, line, names)
    if isinstance(error, TypeError):
        yield from _on_kinds(said, line, names)
    if re.search(r"'(method|builtin_function_or_method|function)' object is not subscriptable", said):
        yield f"square brackets stand behind a function ({line}). A call has round ones; square ones look into what is kept."
    if "'in <string>' requires string as left operand, not bytes" in said:
        yield f"bytes are looked for in a text there ({line}): without the `b` before its quotation marks it is a text, too."
    if isinstance(error, IsADirectoryError):
        yield (
            f"a file is wanted there, and that is a folder ({line}). A file in it has the folder's name and its own: "
            '`folder / "cake.png"`.'
        )
    if isinstance(error, RuntimeError) and re.search(r"release unlocked lock|un-acquired lock", said):
        yield (
            f"a lock is let go that nobody holds ({line}). A `with` lets its lock go at the end of its block by itself, "
            "and only whoever has it can let it go."
        )


def _names_at(error: BaseException) -> dict[str, Any]:
    """The names in the reader's innermost function."""
    own = own_frames_of(error)
    return dict(own[-1].f_locals) if own else {}


def _outside(error: BaseException, name: str) -> object:
    """What a name means outside the reader's innermost function; None where it means nothing."""
    own = own_frames_of(error)
    return own[-1].f_globals.get(name) if own else None


def _on_attribute(error: AttributeError, line: str, names: dict[str, Any]) -> Iterator[str]:
    """On a dot behind something that has no such thing."""
    holder = next((name for name, value in names.items() if value is error.obj and _stands(name, line)), "")
    if isinstance(error.obj, int | float) and holder:
        outside = (
            f" The `{holder}` outside is another one."
            if error.name and hasattr(_outside(error, holder), error.name)
            else ""
        )
        yield f"`{holder}` is a number there, `{error.obj:g}`, and has no `.{error.name}`.{outside}"
    if isinstance(error.obj, dict) and error.name in error.obj:
        shown = holder or "wanted"
        yield (
            f"`{shown}` is a dictionary, and what is in one is looked up with square brackets: `{shown}['{error.name}']`. A "
            "dot is for attributes."
        )


def _on_kinds(said: str, line: str, names: dict[str, Any]) -> Iterator[str]:
    found = ITEM.search(line)
    if found and "cannot be interpreted as an integer" in said and _is_several(names.get(found["name"])):
        name = found["name"]
        yield (
            f"`range` counts up to a number, and `{name}` is a {type(names[name]).__name__} of things: go through the things "
            f"themselves, `for one in {name}`."
        )
    yield from _on_numbers(said, line, names)
    starred = re.search(r"\b(?P<function>\w+)\(\*(?P<name>\w+)\)", line)
    if starred and "positional argument" in said and f"{starred['function']}()" in said:
        function, name = starred["function"], starred["name"]
        yield (
            f"the star in `{function}(*{name})` hands everything in `{name}` to one single call of `{function}`. One call for "
            f"each is `{function}(one)`, `for one in {name}`."
        )
    texts = [
        name for name, value in names.items() if isinstance(value, str) and re.search(rf"\b{name}\b", line)
    ]
    if "can't multiply sequence by non-int of type 'float'" in said and len(texts) == 1:
        yield (
            f"`{texts[0]}` is a text there, `{names[texts[0]]!r:.40}`, where a number is reckoned with ({line}). It came with "
            "the call: look at the arguments."
        )
    if re.search(
        r"unsupported operand .*'(function|method)'|not \"(function|method)\"|, not (function|method)$", said
    ):
        yield f"a function stands there that nobody has called ({line}). With brackets behind its name it gives its result."
    if "byte indices must be integers" in said:
        yield (
            f"there are bytes, and no dictionary yet ({line}). `await request.form` reads a form in them, "
            "`await request.get_json()` JSON, and `json.loads(…)` the JSON in bytes of your own."
        )
    if "unsupported operand" in said and f"'{Trace.__name__}'" in said:
        yield f"a whole run is no number to reckon with ({line}). Its `.makespan` is one, in seconds."


def _on_numbers(said: str, line: str, names: dict[str, Any]) -> Iterator[str]:
    """On several things that are taken for a number, and on a number that is taken for several things."""
    if found := NO_NUMBER.search(said):
        kinds = set(found.groups())
        boxes = [
            name
            for name, value in names.items()
            if type(value).__name__ in kinds and re.search(rf"\b{re.escape(name)}\b", line)
        ]
        if len(boxes) == 1:
            [name] = boxes
            yield (
                f"`{name}` is {kind_name(type(names[name]))} there, and no number to reckon with ({line}). `for one in {name}` goes "
                f"through what is in it; `len({name})` is how many there are."
            )
    if NOT_SEVERAL.search(said):
        for gone in GONE_THROUGH.finditer(line):
            name = gone[1] or gone[2] or gone[3]
            if isinstance(value := names.get(name), int | float) and not isinstance(value, bool):
                yield f"`{name}` is a number there, `{value:g}`, and not several things ({line})."


def _stands(name: str, line: str) -> bool:
    return bool(re.search(rf"\b{re.escape(name)}\.", line))


def _is_several(value: object) -> bool:
    return isinstance(value, list | tuple | set | frozenset | dict)


def known_of_caches(error: BaseException, said: str) -> Iterator[str]:
    """A sentence on a coroutine that came out of a cache for a second time."""
    if "cannot reuse already awaited" not in said and "is being awaited already" not in said:
        return
    for name in _cached_at(error):
        yield (
            f"the same coroutine is awaited twice: `{name}` has a cache, which keeps what a call gives, and here that is a "
            "coroutine, which runs only once. Take the cache away."
        )


def _cached_at(error: BaseException) -> Iterator[str]:
    """The functions with a cache around them that a line of the reader's names, the innermost line first."""
    for frame in reversed(own_frames_of(error)):
        names = {**frame.f_globals, **frame.f_locals}
        kind = type(names.get("self"))
        for name in re.findall(r"\w+", line_of(frame)):
            if isinstance(getattr(kind, name, names.get(name)), CACHED):
                yield name
