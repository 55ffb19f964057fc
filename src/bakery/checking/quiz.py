"""A quiz on the page: a button for each choice, for the mouse and the keyboard, and the feedback below."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from bakery.checking.verdicts import COLOURS, SIGNS, Verdict, with_code

STATIC = Path(__file__).parent


class Choosing(anywidget.AnyWidget):
    """The question and its choices by letter, in words with backticks; `ask` gives the verdict on a letter."""

    _esm = STATIC / "quiz.js"
    _css = STATIC / "quiz.css"
    question = traitlets.Unicode().tag(sync=True)
    choices: traitlets.List[list[str]] = traitlets.List().tag(sync=True)
    chosen = traitlets.Unicode().tag(sync=True)
    reply = traitlets.Dict().tag(sync=True)

    def __init__(self, question: str, choices: Mapping[str, str], ask: Callable[[str], Verdict]) -> None:
        self._ask = ask
        super().__init__(
            question=with_code(question),
            choices=[[letter, with_code(text)] for letter, text in choices.items()],
            reply={"letter": "", "sign": "", "colour": "", "html": ""},
        )

    @traitlets.observe("chosen")
    def _answer(self, change: Any) -> None:
        verdict = self._ask(change["new"])
        self.reply = {
            "letter": change["new"],
            "sign": SIGNS[verdict.outcome],
            "colour": COLOURS.get(verdict.outcome, ""),
            "html": verdict.html(spoken=False),
        }
