"""What a check says: one of a few outcomes, in words that show themselves in the notebook."""

from dataclasses import dataclass, field
from html import escape
from typing import Literal

from bakery.counting import counted
from bakery.trace import Trace

Outcome = Literal["not attempted", "wrong", "right", "noted", "not checked"]
"""`noted`: a prediction, before the run. `not checked`: the check itself is at fault, not the answer."""

SIGNS: dict[Outcome, str] = {
    "not attempted": "\N{WHITE CIRCLE}",
    "wrong": "\N{MULTIPLICATION X}",
    "right": "\N{CHECK MARK}",
    "noted": "\N{PENCIL}",
    "not checked": "?",
}

COLOURS: dict[Outcome, str] = {"wrong": "#c62828", "right": "#1a7f37"}
"""Strong enough on a white page and on a black one, and under white; the sign and the words say the same."""

LINES = 3
"""Lines of an answer's own output that are shown."""

WIDTH = 100


@dataclass(frozen=True)
class Verdict:
    """What was found, in words, and what to do next. `trace` is what happened during the check, where something did."""

    name: str
    outcome: Outcome
    says: str
    printed: str = ""
    trace: Trace | None = field(default=None, compare=False)
    then: str = ""

    @property
    def right(self) -> bool:
        """Whether the answer was accepted."""
        return self.outcome == "right"

    @property
    def headline(self) -> str:
        """The outcome in a few words."""
        return {
            "not attempted": "not attempted yet",
            "wrong": "wrong, because",
            "right": "right",
            "noted": "noted",
            "not checked": "could not be checked",
        }[self.outcome]

    @property
    def words(self) -> str:
        """The outcome and everything there is to say about it."""
        sign = SIGNS[self.outcome]
        between = " " if self.outcome == "wrong" else ". "
        told = f"{sign} {self.name}: {self.headline}{between}{self.says}"
        printed = f"  It printed:\n{_indented(self.printed)}" if self.printed else ""
        return whole(
            "\n".join(part for part in (told, printed, f"  {self.then}" if self.then else "") if part)
        )

    def __repr__(self) -> str:
        return self.words

    def html(self, *, spoken: bool = True) -> str:
        """The same as HTML; `spoken` where it has to ask for a screen reader's attention itself."""
        colour = COLOURS.get(self.outcome, "")
        sign = f'<span style="{BADGE};background:{colour}">{SIGNS[self.outcome]}</span>' if colour else ""
        head = with_code(f"{'' if colour else SIGNS[self.outcome]} {self.name}: {self.headline}".lstrip())
        printed = f"It printed:\n{_indented(self.printed)}" if self.printed else ""
        return framed(f"{sign}{head}", self.says, printed, self.then, colour=colour, spoken=spoken)

    def _repr_html_(self) -> str:
        return self.html()


FRAME = (
    "border:1px solid currentColor;border-left-width:5px;border-radius:4px;padding:.5em .8em;max-width:46em"
)
"""Takes its colour from the text around it, so that it fits a light and a dark page."""

BADGE = (
    "display:inline-block;min-width:1.5em;margin-right:.5em;border-radius:3px;text-align:center;color:#fff"
)


CODE = "margin:.3em 0;white-space:pre-wrap;word-break:normal;overflow-wrap:break-word"
"""JupyterLab would cut a word in two where a line is full."""


def framed(
    head: str, says: str, code: str = "", after: str = "", *, colour: str = "", spoken: bool = True
) -> str:
    """Words in a frame, as HTML that a screen reader reads out when it comes; `head` is HTML already."""
    parts = [f"<strong>{head}</strong>" if head else "", with_code(says)]
    told = "".join(f'<p style="margin:0 0 .3em">{part}</p>' for part in parts if part)
    block = f'<pre style="{CODE}">{escape(code)}</pre>' if code else ""
    end = f'<p style="margin:.3em 0 0">{with_code(after)}</p>' if after else ""
    role = ' role="status"' if spoken else ""
    frame = f"{FRAME};border-color:{colour}" if colour else FRAME
    return whole(f'<div{role} style="{frame}">{told}{block}{end}</div>')


def whole(text: str) -> str:
    """A text that can be sent: half a character, as an answer may print it, is written out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


@dataclass(frozen=True)
class Note:
    """Words that belong to an exercise: a hint, a starter, a solution. `code` is shown as code."""

    words: str
    code: str = ""
    after: str = ""

    def __repr__(self) -> str:
        parts = [self.words, _indented(self.code, cut=False) if self.code else "", self.after]
        return whole("\n\n".join(part for part in parts if part))

    def _repr_html_(self) -> str:
        return framed("", self.words, self.code, self.after)


def with_code(text: str) -> str:
    """Plain words as HTML; what stands between backticks is code, and a line is a line."""
    parts = escape(text).split("`")
    if len(parts) % 2 == 0:
        return "`".join(parts).replace("\n", "<br>")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts)).replace(
        "\n", "<br>"
    )


def _indented(text: str, *, cut: bool = True) -> str:
    lines = text.rstrip("\n").splitlines()
    if cut:
        more = len(lines) - LINES
        lines = [line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…" for line in lines[:LINES]]
        if more > 0:
            lines.append(f"… and {counted(more, 'more line')}" if more < 200 else "… and many more lines")
    return "\n".join(f"    {line}".rstrip() for line in lines)
