"""The part of Markdown that a lesson may use, read line by line: headings, Python, list items and prose.

Strict: a line that is none of these is a fault with its number, and nothing is passed over but comments
(`<!-- … -->`). A library for all of Markdown would read such a line as prose, gives no line numbers, and is not there
where a lesson runs in the browser; that it sees the same headings, blocks and items is held by a test.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

HEADING = re.compile(r"(?P<marks>#{1,6}) +(?P<text>.*?)( +#+)? *")
FENCE = re.compile(r"(?P<ticks>`{3,})(?P<info>[^`]*)")
ITEM = re.compile(r"- +(?P<text>\S.*)")
STRANGE = (
    (re.compile(r"#"), "a heading has a space after its `#`"),
    (re.compile(r"~~~"), "a block of Python stands between lines of three backticks"),
    (re.compile(r"`{3}"), "a line of three backticks holds nothing else but `python`"),
    (re.compile(r"([-=_*] *){3,}$"), "a line across the page means nothing here; leave it out"),
    (re.compile(r"[*+] "), "a list item begins with `- `"),
    (re.compile(r"-"), "a list item begins with `- `, and has words"),
    (re.compile(r"\d+[.)] "), "a list item begins with `- `; the order is that of the lines"),
    (re.compile(r"[>|<]"), "quotations, tables and HTML mean nothing here; write prose"),
    (re.compile(r"\[[^]]+\]:"), "a link has its address beside it: `[words](address)`"),
)
"""How a line begins that Markdown knows and a lesson does not, and what to say to it."""


class Fault(NamedTuple):
    """What is wrong in a file; lines count from 1."""

    file: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.says}"


class PaperError(ValueError):
    """A file that cannot be read as it should; `faults` has them all."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, block of code, list item or paragraph, with its first line.

    `text` has the lines of code as they are, and those of words as one. `mark` has the marks of a heading (`##`) and
    the language of a block of code.
    """

    kind: Literal["heading", "code", "item", "prose"]
    line: int
    text: str
    mark: str = ""
    lines: tuple[str, ...] = ()
    """The lines of an item or a paragraph, without their indentation."""

    @property
    def told(self) -> str:
        """What it is, for a sentence about it."""
        return {"heading": "a heading", "code": "a block of code", "item": "a list item", "prose": "prose"}[
            self.kind
        ]


class Scan:
    """The blocks of a text, and what was not understood. `file` is its name for the faults."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.blocks: list[Block] = []
        self.faults: list[Fault] = []
        self._open: Block | None = None
        lines = enumerate(text.splitlines(), start=1)
        for number, line in lines:
            self._read(number, line.rstrip(), lines)
        self._close()

    def _read(self, number: int, line: str, rest: Iterator[tuple[int, str]]) -> None:
        if not line:
            self._close()
        elif fence := FENCE.fullmatch(line):
            self._close()
            self._code(number, fence, rest)
        elif line.startswith("<!--"):
            self._close()
            self._comment(number, line, rest)
        elif heading := HEADING.fullmatch(line):
            self._close()
            self.blocks.append(Block("heading", number, heading["text"], heading["marks"]))
        elif item := ITEM.fullmatch(line):
            self._close()
            self._open = Block("item", number, item["text"], lines=(item["text"],))
        else:
            self._words(number, line)

    def _words(self, number: int, line: str) -> None:
        indented, words = line[0].isspace(), line.strip()
        strange = next((says for begins, says in STRANGE if begins.match(line)), "")
        kind = self._open.kind if self._open else ""
        if strange:
            self._fault(number, strange)
        elif indented and kind != "item":
            self._fault(number, "an indented line goes on with a list item, and there is none above it")
        elif not indented and kind == "item":
            self._fault(
                number, "a list item goes on in lines that are indented; prose has an empty line above it"
            )
        elif self._open:
            self._open = Block(self._open.kind, self._open.line, "", lines=(*self._open.lines, words))
        else:
            self._open = Block("prose", number, "", lines=(words,))

    def _close(self) -> None:
        if self._open:
            block, self._open = self._open, None
            self.blocks.append(Block(block.kind, block.line, " ".join(block.lines), lines=block.lines))

    def _code(self, number: int, fence: re.Match[str], rest: Iterator[tuple[int, str]]) -> None:
        code: list[str] = []
        for _, line in rest:
            if re.fullmatch(f"{fence['ticks']}`*", line.rstrip()):
                text = "".join(f"{one}\n" for one in code)
                self.blocks.append(Block("code", number, text, fence["info"].strip()))
                return
            code.append(line)
        self._fault(number, f"this block has no end: a line with nothing but {fence['ticks']}")

    def _comment(self, number: int, line: str, rest: Iterator[tuple[int, str]]) -> None:
        while "-->" not in line:
            below = next(rest, None)
            if below is None:
                self._fault(number, "this comment has no end: `-->`")
                return
            _, line = below
        if not line.rstrip().endswith("-->"):
            self._fault(number, "a comment has its lines to itself")

    def _fault(self, number: int, says: str) -> None:
        self.faults.append(Fault(self.file, number, says))
