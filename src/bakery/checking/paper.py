"""The sheets of a lesson: one Markdown file that starter cells, shown solutions and quizzes are made from.

The file begins with the lesson's title. Every exercise and every prediction has a heading `## NAME`, one block of
Python (the solved cell, with markers) and, after it, the reason in prose:

    # Waiting

    ## three_cakes

    ```python
    async def three_cakes():
        return await asyncio.gather(bake(), bake(), bake())  # starter: return ...

    ex.three_cakes.check(three_cakes)
    ```

    `gather` starts all three before it waits for any of them.

    ## standing

    ```python
    ex.standing.say(3)  # starter: ex.standing.say(...)
    ```

    Each call waits for the one before.

There is one marker, with three uses:

- `code  # starter: other`: the solution has `code`, the starter has `other` in its place;
- `code  # starter:`: the line is missing from the starter;
- `# starter: other` on a line of its own: the line is missing from the solution.

A quiz has a question and, in place of Python, its choices; the feedback of each stands below it, indented:

    ## who_waits

    Three cakes are gathered. Which of these is true?

    - [ ] Each of them bakes faster.
      No: each bar is as long as before.
    - [x] Their waits overlap.
      So three take the time of one.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MARK = re.compile(r"^(?P<indent>\s*)(?P<code>.*?)\s*# starter:(?P<other>.*)$")
HEADING = re.compile(r"^## +(?P<name>\w+)\s*$", re.MULTILINE)
TITLE = re.compile(r"^# +(?P<title>.+?)\s*$", re.MULTILINE)
CHOICE = re.compile(r"^- \[(?P<mark>[ x])\] (?P<text>.+)\n(?P<feedback>(?: {2,}.+\n?)*)", re.MULTILINE)
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


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the things that may be said to a question."""

    text: str
    feedback: str
    right: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One quiz on paper; its choices are called a, b, c and so on."""

    name: str
    text: str
    choices: dict[str, Choice]

    @property
    def right(self) -> str:
        """The letter of the right choice."""
        return next(letter for letter, choice in self.choices.items() if choice.right)

    @property
    def starter(self) -> str:
        """The cell that shows the question."""
        return f"ex.{self.name}\n"

    @property
    def solution(self) -> str:
        """The cell that answers it."""
        return f'ex.{self.name}.check("{self.right}")\n'


def title(path: Path) -> str:
    """The lesson's title: the first heading of its file.

    Raises `ValueError` where there is none.
    """
    found = TITLE.search(path.read_text(encoding="utf-8"))
    if not found:
        raise ValueError(f"{path.name}: begins with `# Title`")
    return found["title"]


def questions(path: Path) -> dict[str, Question]:
    """The quizzes in a file, by name.

    Raises `ValueError` for a quiz without a question, with fewer than two choices, with a choice that has no
    feedback, or with none or several that are right.
    """
    found: dict[str, Question] = {}
    for name, body in sections(path):
        if BLOCK.search(body) or not CHOICE.search(body):
            continue
        choices = [
            Choice(choice["text"].strip(), " ".join(choice["feedback"].split()), choice["mark"] == "x")
            for choice in CHOICE.finditer(body)
        ]
        text = " ".join(body[: body.index("- [")].split())
        sound = text and len(choices) > 1 and all(choice.feedback for choice in choices)
        if not sound or sum(choice.right for choice in choices) != 1:
            raise ValueError(
                f"{path.name}: the quiz {name} needs a question, two or more choices, feedback for each, and one [x]"
            )
        found[name] = Question(name, text, dict(zip("abcdefgh", choices, strict=False)))
    return found


def sections(path: Path) -> Iterator[tuple[str, str]]:
    """The headings of a file, each with what stands below it; a name that comes twice is a `ValueError`."""
    parts = HEADING.split(path.read_text(encoding="utf-8"))
    names = parts[1::2]
    if len(set(names)) < len(names):
        raise ValueError(f"{path.name}: a heading comes twice")
    return zip(names, parts[2::2], strict=True)


def read(path: Path) -> dict[str, Sheet]:
    """The sheets of exercises and predictions in a file, by name.

    Raises `ValueError` for a sheet with no block of Python or with two, and for one whose starter is its solution.
    """
    found: dict[str, Sheet] = {}
    for name, body in sections(path):
        if CHOICE.search(body) and not BLOCK.search(body):
            continue  # a quiz
        blocks = BLOCK.findall(body)
        if len(blocks) != 1:
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
    """`ex.NAME.check(…)` and its like; `ex.NAME.say(…)` is an answer, not a verb."""
    return bool(re.match(r"ex\.\w+\.(?!say$)\w+$", ast.unparse(call.func)))
