"""What lessons that ask for a formula say of one whose numbers and signs are right, and whose brackets are not."""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from bakery.checking.starters import nodes_of

Sign = Callable[[float, float], float]
Number = Callable[[Mapping[str, float]], float]
"""Works out a part of a formula, from the arguments by name."""

SIGNS: Mapping[type[ast.operator], Sign] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}

MOST_SIGNS = 5
"""Five signs can be bracketed in 42 ways; each more makes it about three times as many."""


def elsewhere(source: str, right: Callable[[Callable[..., float]], bool]) -> str:
    """A sentence on brackets in the wrong place; empty where no other place would make it right.

    `source` is the cell, with one function that ends in a formula; `right` says of another formula, with the same
    arguments in the same order, whether it is right in every case.
    """
    functions = [node for node in nodes_of(source) if isinstance(node, ast.FunctionDef)]
    last = functions[0].body[-1] if len(functions) == 1 else None
    if not isinstance(last, ast.Return) or last.value is None:
        return ""
    names = [one.arg for one in functions[0].args.args]
    operands, signs = _flat(last.value)
    if not 2 <= len(signs) <= MOST_SIGNS or not all(_is_simple(one, names) for one in operands):
        return ""
    for number in _bracketed(operands, signs):
        if right(partial(_formula, names, number)):
            return (
                f"All that stands in `{ast.unparse(last.value)}` is needed, and in this order; only what is worked out first is not "
                "right: the round brackets belong somewhere else."
            )
    return ""


def _formula(names: Sequence[str], number: Number, *case: float) -> float:
    return number(dict(zip(names, case, strict=True)))


def _flat(node: ast.expr) -> tuple[list[ast.expr], list[Sign]]:
    """The operands of a formula and the signs between them, in the order in which they stand there."""
    if not isinstance(node, ast.BinOp) or type(node.op) not in SIGNS:
        return [node], []
    (left, before), (right, after) = _flat(node.left), _flat(node.right)
    return left + right, [*before, SIGNS[type(node.op)], *after]


def _is_simple(node: ast.expr, names: Sequence[str]) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float)
    return isinstance(node, ast.Name) and node.id in names


def _bracketed(operands: Sequence[ast.expr], signs: Sequence[Sign]) -> Iterator[Number]:
    """Every way to put brackets round these operands, with the signs between them."""
    if not signs:
        yield partial(_operand, operands[0])
    for place, sign in enumerate(signs):
        for left in _bracketed(operands[: place + 1], signs[:place]):
            for right in _bracketed(operands[place + 1 :], signs[place + 1 :]):
                yield partial(_worked_out, sign, left, right)


def _operand(node: ast.expr, given: Mapping[str, float]) -> float:
    return given[node.id] if isinstance(node, ast.Name) else float(ast.literal_eval(node))


def _worked_out(sign: Sign, left: Number, right: Number, given: Mapping[str, float]) -> float:
    return sign(left(given), right(given))
