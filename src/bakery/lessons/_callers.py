"""Notebook 11's callers: who calls whom, who waits, and who becomes async, over all levels and in circles."""

import ast
from itertools import pairwise

from bakery.checking import Answer, described, expect
from bakery.checking.describing import short
from bakery.checking.starters import nodes_of
from bakery.counting import counted
from bakery.lessons._cases import in_case

CALLS = {
    "init_db": {"open_resource"},
    "init_command": {"init_db"},
    "edit": {"wanted", "price"},
    "wanted": {"flash", "price"},
    "price": set(),
    "ask_again": {"edit", "ask_again"},
    "health": set(),
}
"""Who calls whom: two chains, one who calls himself, and two whom it does not concern."""

SMALL: tuple[tuple[dict[str, set[str]], set[str], set[str], str], ...] = (
    ({"a": {"b"}, "b": set()}, {"b"}, {"a", "b"}, "`a` calls `b`, and `b` waits: both become async."),
    ({"a": {"b"}, "b": set()}, {"a"}, {"a"}, "`a` calls `b`, and only `a` waits: `b` stays as it is."),
    (
        {"a": {"b", "c"}, "b": set(), "c": set()},
        {"b"},
        {"a", "b"},
        "`a` calls `b`, which waits, and `c`, which does not: one that waits is enough, and `a` becomes async.",
    ),
    (
        {"a": {"a"}, "b": {"a"}, "c": {"b"}, "d": set()},
        {"d"},
        {"d"},
        "`a` calls itself, and nobody calls `d`, which waits: the others stay as they are.",
    ),
    (
        {"get": {"fetch"}, "budget": {"getter"}, "getter": set(), "fetch": set()},
        {"fetch"},
        {"fetch", "get"},
        "`get` calls `fetch`, which waits; `budget` calls `getter`, which does not, although `get` is in its name.",
    ),
)
"""Who calls whom, who waits, who becomes async, and what to say to somebody who finds others."""

UPWARDS = ("price", "health", "init_db", "init_command", "wanted", "edit", "ask_again")
"""The same functions, each behind all that it calls."""

MANY_NAMES = 40
"""Pairs of names of one check: in half of them the first comes first in a set, whichever these are today."""

LEVELS = 12
"""Functions of one check that call one another in a row."""

CAUGHT = {"open_resource", "flash", "init_db", "init_command", "wanted", "edit", "ask_again"}


def must_catch(answer: Answer) -> None:
    """Expect everybody who becomes async, and nobody else."""
    few = {name: set(called) for name, called in CALLS.items()}
    names = [f"level_{level}" for level in range(LEVELS)]
    tower = {name: {below} for name, below in pairwise(names)} | {names[-1]: set[str]()}
    for calls, waits, wanted, says in SMALL:
        with in_case(f"`calls` is {calls} and `waits` is {waits}".replace("set()", "{}")):
            got = answer.call(calls, waits).result
        sound = isinstance(got, set | frozenset | list | tuple)
        more = " Does it `return` its result?" if got is None else ""
        expect(sound, f"the set of all who become async is wanted, and it gives {described(got)}.{more}")
        expect(set(got) == wanted, f"{says} It gives {short(got)}.")
    with in_case("`ask_again` calls itself, and one that becomes async"):
        found = set(answer.call(few, {"open_resource", "flash"}).result)
    missing = ", ".join(sorted(CAUGHT - found))
    expect(
        not missing, f"{missing} should be there too: {_why_missing(answer, few, found) if missing else ''}."
    )
    too_many = ", ".join(sorted(found - CAUGHT))
    expect(not too_many, f"{too_many} stays as it is: nobody it calls has to be awaited.")
    _must_undo_knots(answer)
    for several in (tower, dict(reversed(tower.items()))):
        got = answer.call(several, {names[-1]}).result
        expect(
            set(got) == set(names),
            f"{LEVELS} functions call one another in a row, and the last one waits: it finds {counted(len(set(got)), 'function')} "
            "of them. Go on until nobody new is found, however many levels there are.",
        )


def _why_missing(answer: Answer, few: dict[str, set[str]], found: set[str]) -> str:
    """What was seen of a search that has not found everybody."""
    waits = {"open_resource", "flash"}
    upwards = {name: few[name] for name in UPWARDS}
    if set(answer.call(upwards, waits).result) == CAUGHT:
        return (
            "where each function stands behind all that it calls, they are found, and in another order they are not. Go through all "
            "of them again, until nobody new is found"
        )
    first_round = waits | {name for name, called in few.items() if waits & called}
    if found == first_round and any(isinstance(one, ast.While) for one in nodes_of(answer.source)):
        return "the search ended after its first round, as if that had found nobody new"
    return "a caller's callers have to await as well"


def _must_undo_knots(answer: Answer) -> None:
    """Expect both of two functions that call each other, where one of them has to be awaited."""
    knots = _knots()
    waits = {f"waits_{number}" for number in range(MANY_NAMES)}
    with in_case("there are pairs of functions that call each other"):
        left_out = sorted(set(knots) - set(answer.call(knots, waits).result))
    expect(
        not left_out,
        f"`{left_out[0] if left_out else ''}` should be there too: it stands in a pair of functions that call each other, and one of "
        "them calls one that waits, so both become async. Most likely a “no” was kept of a function that was still being "
        "looked at, and such a “no” is not final.",
    )


def _knots() -> dict[str, set[str]]:
    """Pairs of functions that call each other, of which one calls one that waits.

    Each set gives its pair's other function before the one that waits: who looks at one after the other comes round in a
    circle first.
    """
    knots: dict[str, set[str]] = {}
    for number in range(MANY_NAMES):
        called = {f"ask_{number}", f"waits_{number}"}
        if next(iter(called)) == f"ask_{number}":
            knots |= {f"edit_{number}": called, f"ask_{number}": {f"edit_{number}"}}
    return knots
