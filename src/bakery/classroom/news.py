"""News for whoever looks at the board: everybody gets everything, and nobody waits for a slow reader."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

LINE = 128
"""Events that may wait for one reader. Whoever falls behind further is told the whole board instead."""

READERS = 20
"""Pages that may look at the same time."""

STILL_HERE = 15.0
"""Seconds of silence after which a reader is told that nothing has happened, so that proxies keep the line open."""


class News:
    """Tells events to all who follow it; `whole` is the event that tells everything at once."""

    def __init__(self, whole: Callable[[], dict[str, Any]], *, still_here: float = STILL_HERE) -> None:
        self._whole = whole
        self._still_here = still_here
        self._lines: list[asyncio.Queue[bytes | None]] = []
        """One for each reader. None stands for the whole board, which is written down when it is sent."""

    def tell(self, event: str, what: dict[str, Any]) -> None:
        """Tell everybody; it never waits."""
        data = as_event(event, what)
        for line in self._lines:
            if line.full():
                while not line.empty():
                    line.get_nowait()
                line.put_nowait(None)
            line.put_nowait(data)

    async def follow(self) -> AsyncIterator[bytes]:
        """The whole board, and then every event, for as long as somebody reads. The oldest of too many readers ends."""
        line: asyncio.Queue[bytes | None] = asyncio.Queue(LINE)
        line.put_nowait(None)
        self._lines.append(line)
        del self._lines[:-READERS]
        try:
            while line in self._lines:
                try:
                    event = await asyncio.wait_for(line.get(), self._still_here)
                except TimeoutError:
                    yield b": still here\n\n"
                else:
                    yield as_event("board", self._whole()) if event is None else event
        finally:
            if line in self._lines:
                self._lines.remove(line)


def as_event(event: str, what: dict[str, Any]) -> bytes:
    """A server-sent event; JSON has no line breaks, so its data is one line."""
    return f"event: {event}\ndata: {json.dumps(what)}\n\n".encode()
