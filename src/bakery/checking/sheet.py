"""The sheet of an exercise: one text that both the starter cell and the shown solution are made from.

A lesson's sheets live in one Markdown file. Every exercise has a heading `## NAME`, one block of Python (the
solved cell, with markers) and, after it, the reason in prose:

    ## three_cakes

    ```python
    async def three_cakes():
        return await asyncio.gather(bake(), bake(), bake())  # starter: ...

    ex.three_cakes.check(three_cakes)
    ```

    `gather` starts all three before it waits for any of them.

There is one marker, with three uses:

- `code  # starter: other`: the solution has `code`, the starter has `other` in its place;
- `code  # starter:`: the line is missing from the starter;
- `# starter: other` on a line of its own: the line is missing from the solution.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

MARK = re.compile(r"^(?P<indent>\s*)(?P<code>.*?)\s*# starter:(?P<other>.*)$")
HEADING = re.compile(r"^## +(?P<name>\w+)\s*$", re.MULTILINE)
BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\s*$", re.MULTILINE | re.DOTALL)


def starter(text: str) -> str:
    """What the reader starts from, with a newline at its end."""
    return _made(text, for_starter=True)


def solution(text: str) -> str:
    """The solved cell, with a newline at its end."""
    return _made(text, for_starter=False)


def _made(text: str, *, for_starter: bool) -> str:
    lines: list[str] = []
    for line in text.splitlines():
        marked = MARK.match(line)
        if not marked:
            lines.append(line)
            continue
        kept = marked["other"].strip() if for_starter else marked["code"]
        if kept:
            lines.append(f"{marked['indent']}{kept}")
    return "\n".join(lines).strip("\n") + "\n"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One exercise on paper."""

    name: str
    text: str
    reason: str = ""

    @property
    def starter(self) -> str:
        """What the reader starts from."""
        return starter(self.text)

    @property
    def solution(self) -> str:
        """The solved cell."""
        return solution(self.text)

    @property
    def subject(self) -> str:
        """What the cell hands to its check, as an expression; the exercise's own name where it hands nothing."""
        return subject(self.solution, self.name) or self.name


def read(path: Path) -> dict[str, Sheet]:
    """The sheets in a file, by name.

    Raises `ValueError` for a sheet without a block of Python, with two, or whose starter equals its solution, and
    for a name that comes twice.
    """
    parts = HEADING.split(path.read_text(encoding="utf-8"))
    found: dict[str, Sheet] = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        blocks = BLOCK.findall(body)
        if len(blocks) != 1 or name in found:
            raise ValueError(
                f"{path.name}: {name} needs one heading and one block of Python, got {len(blocks)}"
            )
        sheet = Sheet(name, blocks[0], BLOCK.sub("", body).strip())
        if same(sheet.starter, sheet.solution):
            raise ValueError(
                f"{path.name}: the starter of {name} is solved already; mark a line with # starter:"
            )
        found[name] = sheet
    return found


def parse(text: str) -> ast.Module | None:
    """A cell's text as a syntax tree, or None where it is no Python; a cell may `await` at its top level."""
    try:
        tree = compile(text, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree if isinstance(tree, ast.Module) else None


def subject(text: str, name: str) -> str:
    """The expression in `ex.NAME.check(EXPRESSION)`, or nothing."""
    for node in ast.walk(parse(text) or ast.Module([], [])):
        if (
            isinstance(node, ast.Call)
            and node.args
            and _is_verb(node)
            and f".{name}." in ast.unparse(node.func)
        ):
            return ast.unparse(node.args[0])
    return ""


def same(one: str, other: str) -> bool:
    """Whether two cells say the same: spaces, comments and calls of the check itself do not count."""
    first, second = parse(one), parse(other)
    return first is not None and second is not None and _core(first) == _core(second)


def _core(tree: ast.Module) -> str:
    return "\n".join(
        ast.dump(node)
        for node in tree.body
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _is_verb(node.value))
    )


def _is_verb(call: ast.Call) -> bool:
    """`ex.NAME.check(…)` and its like."""
    return bool(re.match(r"ex\.\w+\.\w+$", ast.unparse(call.func)))
