"""Keeping a board in a file, for whoever asks for it: so that it opens again after the power was gone."""

import asyncio
import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from bakery.classroom.board import Board

PAUSE = 2.0
"""Seconds between two looks at whether something is new."""


class NotKept(ValueError):  # noqa: N818  # as in `messages`
    """A file that holds no board."""


async def keep(
    what: Callable[[], dict[str, Any]], path: Path, closing: asyncio.Event, *, pause: float = PAUSE
) -> None:
    """Write whatever is new, now and then until `closing`, and once more at the end; the loop never waits for the disk."""
    written, well = "", True
    while True:
        last = closing.is_set()
        text = as_text(what())  # written down in the loop, so that nothing changes meanwhile
        if text != written:
            try:
                await asyncio.to_thread(write, text, path)
                written, well = text, True
            except OSError as error:
                if well:
                    logging.warning("The board could not be kept (%s); it goes on, and tries again.", error)
                well = False
        if last:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(closing.wait(), pause)


def as_text(kept: dict[str, Any]) -> str:
    """What stands in the file."""
    return json.dumps(kept, indent=1)


def write(text: str, path: Path) -> None:
    """In one step, so that a torn file is never found; for the eyes of its owner. Raises `OSError`."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.touch(mode=0o600)
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def read(path: Path) -> dict[str, Any]:
    """What a file keeps; nothing where there is no file. Raises `NotKept` and `OSError`."""
    try:
        kept = json.loads(path.read_bytes())
        if not isinstance(kept["word"], str):
            raise NotKept
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotKept(f"{path} holds no class board, so it was left as it is. Take another name.") from None
    return dict(kept)


def open_again(board: Board, kept: dict[str, Any], path: Path) -> None:
    """Seat everybody again. Raises `NotKept`."""
    try:
        board.take_up(kept)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotKept(f"{path} holds no class board, so it was left as it is. Take another name.") from None
