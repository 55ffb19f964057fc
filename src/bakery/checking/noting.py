"""What else is worth saying of a wrong answer: dots that are still in it, a list that is filled by one call after the other."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from bakery.checking.describing import cell_of, dots_in, kind_name
from bakery.checking.virtual.lines import is_own

Boxes = dict[str, Any]
"""Lists, sets and dictionaries, by the names of the parameters whose defaults they are."""


def noting(given: Any) -> Callable[[Any], tuple[str, ...]]:
    """What to ask after a call of this answer, with its result: the sentences; it has to be made before the call."""
    before = {name: len(box) for name, box in _defaults(given).items()}
    outside = {name: len(box) for name, box in _lists_outside(given).items()}

    def told(result: Any) -> tuple[str, ...]:
        dots = dots_in(cell_of(given))
        still = (f"There is still a `...` in it ({dots}).",) if dots else ()
        return (*_kept(given, result, before, outside), *still)

    return told


def _kept(given: Any, result: Any, before: dict[str, int], outside: dict[str, int]) -> Iterator[str]:
    for name, box in _defaults(given).items():
        if 0 < before.get(name, 0) < len(box):
            kind = kind_name(type(box)).removeprefix("a ")
            yield (
                f"The default of `{name}` is one {kind} for all calls, made together with the `def`: what earlier calls have put "
                "into it is still there. Make it inside the function."
            )
    for name, box in _lists_outside(given).items():
        if box is result and outside.get(name, 0):
            yield (
                f"`{name}` is a list outside the function, and what earlier calls have put into it is still there. Make it inside "
                "the function."
            )


def _defaults(given: Any) -> Boxes:
    """The defaults of a function of the reader's that a call can change."""
    if not _is_own_function(given):
        return {}
    several = inspect.signature(given, follow_wrapped=False).parameters.values()
    return {one.name: one.default for one in several if isinstance(one.default, list | set | dict)}


def _lists_outside(given: Any) -> Boxes:
    """The lists of the notebook that such a function names."""
    if not _is_own_function(given):
        return {}
    outside = {name: given.__globals__.get(name) for name in given.__code__.co_names}
    return {name: box for name, box in outside.items() if isinstance(box, list)}


def _is_own_function(given: Any) -> bool:
    return inspect.isfunction(given) and is_own(given.__code__)
