"""What an answer is, in words: its kind, its framework, the text of its cell."""

import ast
import asyncio
import functools
import inspect
import linecache
import reprlib
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from types import CodeType
from typing import Any, Literal

from bakery.checking.starters import functions_of, nodes_of
from bakery.checking.virtual.lines import is_own
from bakery.trace import Trace

LONGEST = 80
"""Characters of a value that are shown."""

MANY = 1000
"""Things in a value that are looked at; an answer may give a hundred million."""

_repr = reprlib.Repr()
_repr.maxlist = _repr.maxtuple = _repr.maxset = _repr.maxdict = 12
_repr.maxstring = _repr.maxother = _repr.maxlong = LONGEST


def codes_of(given: Any) -> Iterable[CodeType]:
    """The code that the reader wrote for an answer: of a function, a coroutine, a class, an app's handlers."""
    while isinstance(given, functools.partial):
        given = given.func
    given = inspect.unwrap(given) if callable(given) and not framework_of(given) else given
    for one in _functions_of(given):
        code = getattr(one, "__code__", None) or getattr(one, "cr_code", None)
        if isinstance(code, CodeType) and is_own(code):
            yield code


def _functions_of(given: Any) -> Iterable[Any]:
    """What has the code of an answer: an app's handlers, the methods of a class and of several, else the answer itself."""
    if isinstance(given, tuple):
        return [one for part in given for one in _functions_of(part)]
    handlers = getattr(given, "view_functions", None) if framework_of(given) else None
    if isinstance(handlers, dict):
        return [inspect.unwrap(one) for one in handlers.values()]
    if inspect.isclass(given):
        # A method of a class or of nobody is wrapped in something that has it as `__func__`.
        methods = [getattr(one, "__func__", one) for one in vars(given).values()]
        return [inspect.unwrap(one) for one in methods if callable(one)]
    return [given]


def cell_of(given: Any) -> str:
    """The text of the cell that the answer comes from; empty where there is none."""
    try:
        filenames = {code.co_filename for code in codes_of(given)}
    except Exception:  # an answer may be of any kind, with any attribute
        return ""
    # Handlers from several cells make no single text.
    return "".join(linecache.getlines(filenames.pop())) if len(filenames) == 1 else ""


def dots_in(source: str) -> str:
    """The line in which a text still has a `...`, in words; empty where there is none."""
    for node in nodes_of(source):
        if isinstance(node, ast.Constant) and node.value is ...:
            return f"line {node.lineno}"
    return ""


def uncalled_in(source: str) -> str:
    """A line of a function that only names a method, such as `pool.close`, in words; empty where there is none."""
    lines = source.splitlines()
    for node in (one for function in functions_of(source) for one in ast.walk(function)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Attribute):
            return f"line {node.lineno}: {lines[node.lineno - 1].strip()}"
    return ""


def names_around(filename: str, number: int) -> set[str]:
    """The names that the functions around the one in this line have of their own; `number` is its first line."""
    functions = functions_of("".join(linecache.getlines(filename)))
    inner = [node for node in functions if node.lineno <= number <= (node.end_lineno or 0)]
    own = {id(node) for node in ast.walk(inner[-1])} if inner else set()
    around = [part for node in inner[:-1] for part in ast.walk(node) if id(part) not in own]
    return {
        *(part.id for part in around if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)),
        *(part.arg for part in around if isinstance(part, ast.arg)),
    }


RETURN_IN_FINALLY = "A `return` in a `finally` throws away whatever was raised before."


def returns_in_finally(source: str) -> bool:
    """Whether a cell has a `return` inside of a `finally`."""
    last = [one for node in nodes_of(source) if isinstance(node, ast.Try) for one in node.finalbody]
    return any(isinstance(node, ast.Return) for one in last for node in ast.walk(one))


def made_in(source: str, kinds: Iterable[str]) -> list[str]:
    """The functions in a text in which something of these kinds is made, such as a lock: of each call the innermost one."""
    found = dict[int, str]()
    for node in nodes_of(source):  # the outer ones come first
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for one in ast.walk(node):
                name = (
                    getattr(one.func, "attr", getattr(one.func, "id", ""))
                    if isinstance(one, ast.Call)
                    else ""
                )
                if name in kinds:
                    found[id(one)] = node.name
    return list(found.values())


def plain_function_at(filename: str, number: int) -> str:
    """The name of the plain `def` that a line stands in, or "lambda"; empty where it is an `async def`, or none."""
    around = [
        node
        for node in nodes_of("".join(linecache.getlines(filename)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        and node.lineno <= number <= (node.end_lineno or node.lineno)
    ]
    inner = max(around, key=lambda node: (node.lineno, node.col_offset), default=None)
    if isinstance(inner, ast.Lambda):
        return "lambda"
    return inner.name if isinstance(inner, ast.FunctionDef) else ""


def framework_of(given: Any) -> Literal["flask", "quart"] | None:
    """Whose app, or class of apps, it is; None where it is neither."""
    kind = given if inspect.isclass(given) else type(given)
    modules = {part.__module__ for part in kind.__mro__ if part.__name__ in {"Flask", "Quart"}}
    if "quart.app" in modules:  # asked first: the two share a base
        return "quart"
    return "flask" if "flask.app" in modules else None


def described(given: object) -> str:
    """What was given or came back, in words."""
    if given is None:
        return "`None`"
    if inspect.iscoroutine(given):
        return f"a coroutine (`{given.__name__}` was called, but not awaited)"
    if isinstance(given, asyncio.Task):
        return "a task, and not its result"
    if isinstance(given, asyncio.Future):
        return "a future, and not its result"
    if isinstance(given, bool | int | float | str):
        shown = repr(given)
        return f"`{shown}`" if len(shown) <= LONGEST // 2 else f"a {type(given).__name__}"
    if inspect.isclass(given):
        return f"the class `{given.__name__}`"
    if inspect.isasyncgen(given):
        return "an async generator"
    if inspect.isgenerator(given):
        return "a generator"
    if inspect.isroutine(given):
        return f"the function `{getattr(given, '__name__', '?')}` (call it to have its result)"
    if of_wait := _of_wait(given):
        return of_wait
    several = given if isinstance(given, list | tuple | set) and len(given) < MANY else ()
    if several and all(isinstance(one, asyncio.Future) for one in several):
        return f"{kind_name(type(given))} of tasks, and not of their results"
    if isinstance(given, list | tuple | set | dict) and len(given) < MANY:
        return f"{kind_name(type(given))} ({short(given)})"
    return f"{'an' if type(given).__name__[0] in 'aeioAEIO' else 'a'} {type(given).__name__}"


def _of_wait(given: object) -> str:
    """What two sets of tasks are, in words, as `asyncio.wait` gives them; empty where there are none."""
    several = given if isinstance(given, list | tuple) and len(given) < MANY else ()
    sets = [part for part in several if isinstance(part, set)]
    tasks = [one for part in sets for one in part]
    if not tasks or len(sets) != 2 or not all(isinstance(one, asyncio.Future) for one in tasks):
        return ""
    inside = f"{kind_name(type(given))} with " if len(several) > len(sets) else ""
    return (
        f"{inside}what `asyncio.wait` gives: a set of the tasks that are done, and one of those that are not. The results are in "
        "the tasks"
    )


def on_nothing(given: object) -> str:
    """Where a `None` in the place of a value comes from; empty for anything else."""
    if given is not None:
        return ""
    return " That is what `print(…)` gives, which only shows a value, and a function without a `return`."


def as_number(given: Any) -> Any:
    """A fraction or a decimal number as Python's own kind of number; anything else as it is."""
    return float(given) if isinstance(given, Fraction | Decimal) else given


def kind_name(kind: type) -> str:
    """A kind of value in words."""
    return {
        int: "a whole number",
        float: "a number",
        str: "a text",
        bool: "`True` or `False`",
        list: "a list",
        tuple: "a tuple",
        set: "a set",
        dict: "a dictionary",
        Trace: "a trace",
    }.get(kind, f"a {kind.__name__}")


def short(value: object) -> str:
    """A value as code, as far as anybody would read it."""
    try:
        shown = _repr.repr(value) if _is_large(value) else repr(value)
    except Exception:  # a broken __repr__ is no reason to lose the sentence
        shown = f"a {type(value).__name__}"
    return f"`{shown}`" if len(shown) <= LONGEST else f"`{shown[: LONGEST - 1]}…`"


def shown(value: object) -> str:
    """A value as code; tasks, futures, generators and functions in words, since their code says little."""
    several = value if isinstance(value, list | tuple | set) and 0 < len(value) < MANY else [value]
    if inspect.isgenerator(value) or inspect.isasyncgen(value) or inspect.isroutine(value) or _of_wait(value):
        return described(value)
    return described(value) if all(isinstance(one, asyncio.Future) for one in several) else short(value)


def _is_large(value: object) -> bool:
    return isinstance(value, list | tuple | set | frozenset | dict | str | bytes) and len(value) > MANY


def listed(words: Iterable[str], last: str = "and") -> str:
    """Several words as a list in a sentence."""
    several = list(words)
    return f" {last} ".join([", ".join(several[:-1]), several[-1]] if len(several) > 1 else several)


def close_coroutines(result: object) -> bool:
    """Close the coroutines in a result; whether there were any."""
    several: list[object] = [result]
    if isinstance(result, list | tuple | set):
        several = [one for _, one in zip(range(MANY), result, strict=False)]
    elif isinstance(result, dict):
        several = [one for _, one in zip(range(MANY), result.values(), strict=False)]
    found = [one for one in several if inspect.iscoroutine(one)]
    for one in found:
        one.close()
    return bool(found)
