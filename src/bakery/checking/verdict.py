"""What a check says: one of a few outcomes, in words that show themselves in the notebook."""

from dataclasses import dataclass, field
from html import escape
from typing import Literal

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

LINES = 3
"""Lines of an answer's own output that are shown."""

WIDTH = 100


@dataclass(frozen=True)
class Verdict:
    """What was found, in words. `trace` is what happened during the check, where something did."""

    name: str
    outcome: Outcome
    says: str
    printed: str = ""
    trace: Trace | None = field(default=None, compare=False)

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
        return f"{told}\n  It printed:\n{_indented(self.printed)}" if self.printed else told

    def __repr__(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        says = _with_code(self.says)
        printed = (
            f"<p style='margin:.4em 0 0'>It printed:</p><pre style='margin:.2em 0 0'>{escape(_indented(self.printed))}</pre>"
            if self.printed
            else ""
        )
        return (
            f'<div role="status" style="{FRAME}">'
            f"<p style='margin:0'><strong>{SIGNS[self.outcome]} {escape(self.name)}: {self.headline}</strong></p>"
            f"<p style='margin:.3em 0 0'>{says}</p>{printed}</div>"
        )


FRAME = (
    "border:1px solid currentColor;border-left-width:5px;border-radius:4px;padding:.5em .8em;max-width:46em"
)
"""Takes its colour from the text around it, so that it fits a light and a dark page."""


@dataclass(frozen=True)
class Note:
    """Words that belong to an exercise: a hint, a starter, a solution. `code` is shown as code."""

    words: str
    code: str = ""
    after: str = ""

    def __repr__(self) -> str:
        parts = [self.words, _indented(self.code, cut=False) if self.code else "", self.after]
        return "\n\n".join(part for part in parts if part)

    def _repr_html_(self) -> str:
        code = f"<pre style='margin:.5em 0'><code>{escape(self.code)}</code></pre>" if self.code else ""
        after = f"<p style='margin:0'>{_with_code(self.after)}</p>" if self.after else ""
        return f'<div role="status" style="{FRAME}"><p style=\'margin:0\'>{_with_code(self.words)}</p>{code}{after}</div>'


def _with_code(text: str) -> str:
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
            lines.append(
                f"… and {more:,} more line{'' if more == 1 else 's'}"
                if more < 200
                else "… and many more lines"
            )
    return "\n".join(f"    {line}".rstrip() for line in lines)
