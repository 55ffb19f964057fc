"""The seat that this reader has taken, kept beside the progress: the next kernel takes the same one again."""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from bakery.checking import progress


@dataclass(frozen=True)
class KeptSeat:
    """Where, by which word and under which name somebody has joined; the token tells the board who it is."""

    address: str
    word: str
    name: str
    token: str


def file() -> Path | None:
    """The file, in the folder of the progress; None where no progress is kept either."""
    kept = progress.place()
    return kept.with_name("class_board.json") if kept else None


def recall() -> KeptSeat | None:
    """The seat that was kept, if there is one that can be read."""
    try:
        path = file()
        found = json.loads(path.read_bytes()) if path else {}
        return KeptSeat(**{part: str(found[part]) for part in ("address", "word", "name", "token")})
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def remember(seat: KeptSeat) -> None:
    """Keep a seat, for the eyes of its owner. Where that cannot be, it lasts until the kernel ends."""
    if (path := file()) is None:
        return
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            fresh.touch(mode=0o600)
            fresh.write_text(json.dumps(asdict(seat)), encoding="utf-8")
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)


def forget() -> None:
    """Keep no seat any more."""
    if path := file():
        with suppress(OSError):
            path.unlink(missing_ok=True)
