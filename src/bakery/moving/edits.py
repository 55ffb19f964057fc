"""Text edits at known places: what is not edited stays byte for byte."""

from typing import NamedTuple

CLOSES, STANDS, OPENS, REPLACES = range(4)
"""What comes first where several edits meet: the end of what came before, then what begins."""


class Edit(NamedTuple):
    """Put `text` in the place of what stands from `start` to `end`. `size` orders brackets that meet."""

    start: int
    end: int
    text: str
    order: int = STANDS
    size: int = 0


class Edits:
    """The edits of one file, applied together."""

    def __init__(self) -> None:
        self._edits: dict[Edit, None] = {}
        self.lost: list[Edit] = []
        """Edits that had no place, once they were applied: another one took it."""

    def __len__(self) -> int:
        return len(self._edits)

    def insert(self, at: int, text: str) -> None:
        """Put a text at a place."""
        self._add(Edit(at, at, text))

    def wrap(self, span: tuple[int, int], before: str, after: str, *, outside: bool = False) -> None:
        """Put texts around a span; a wider span's texts stand outside of a narrower one's.

        Of two for the same span the one with `outside` is the outer one.
        """
        start, end = span
        size = 2 * (end - start) + outside
        self._add(Edit(start, start, before, OPENS, -size))
        if after:
            self._add(Edit(end, end, after, CLOSES, size))

    def replace(self, span: tuple[int, int], text: str) -> None:
        """Put a text in the place of a span."""
        self._add(Edit(*span, text, REPLACES))

    def applied(self, text: str) -> str:
        """The text with all edits; of two that want the same place the first stands, and the other is `lost`."""
        self.lost = []
        pieces: list[str] = []
        done = 0
        for edit in sorted(self._edits, key=lambda edit: (edit.start, edit.order, edit.size)):
            if edit.start < done:
                self.lost += [edit] if edit.text.strip() else []
                continue
            pieces += (text[done : edit.start], edit.text)
            done = edit.end
        return "".join(pieces) + text[done:]

    def _add(self, edit: Edit) -> None:
        self._edits.setdefault(edit)
