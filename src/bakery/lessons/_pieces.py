"""Judges of big answers that are read in pieces: whether any of them is kept, lost, or read for nothing."""

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

from bakery.checking import Answer, expect
from bakery.checking.describing import short
from bakery.checking.service import Says, Service
from bakery.lessons._outcomes import often

SACK = 65_536
"""Bytes of one piece."""


def must_save_in_pieces(answer: Answer) -> None:
    """Each piece is written when it comes, as it came, and none is kept."""
    pieces = [bytes([0xF0 + number]) * SACK for number in range(4)]  # which are no text
    written: list[bytes] = []
    held: list[int] = []

    def coming() -> Iterator[bytes]:
        for number, piece in enumerate(pieces):
            held.append(number * SACK - sum(map(len, written)))
            yield piece
        held.append(len(pieces) * SACK - sum(map(len, written)))

    def write(piece: bytes) -> None:
        if not isinstance(piece, bytes | bytearray | memoryview):
            raise TypeError(f"a bytes-like object is required, not {type(piece).__name__!r}")
        written.append(bytes(piece))

    service = Service(lambda _: Says(parts=coming(), pause=0.5))
    run = answer.run(service.httpx(), "/sack", write)
    expect(written, "nothing was written. `write` takes the bytes, piece by piece.")
    lost = len(pieces) * SACK - sum(map(len, written))
    expect(
        max(held) <= SACK or lost < SACK or len(written) > 1,
        f"{lost // SACK} of four pieces were never written: each has to be written when it comes, before the next one takes its place.",
    )
    expect(
        max(held) <= SACK,
        f"the answer comes in four pieces of 64 KiB, and {max(held) // 1024} KiB were held at the same time before they were "
        "written. A file of two gigabytes would fill the memory."
        + _of_holding(run.source, times=len(written), whole=max(held) == SACK * len(pieces)),
    )
    expect(
        b"".join(written) == b"".join(pieces),
        _read_as_text(b"".join(written), b"".join(pieces))
        or f"what was written is not what came: {sum(map(len, written)):,} bytes of {len(pieces) * SACK:,}, or in another order.",
    )
    expect(len(service.asked) == 1, f"the mill was asked {len(service.asked)} times for one sack.")
    expect(service.open == 0, "the answer is still open: `async with client.stream(…)` closes it.")
    _must_have_written(answer, pieces)


def _of_holding(source: str, *, times: int, whole: bool) -> str:
    """What was seen of bytes that were held before they were written, so many times, and of the whole answer or less."""
    if "aiter_lines" in source:
        return " A line may be as long as the whole file: `aiter_bytes` has no need of its end."
    if times > 1 and whole:
        return (
            f" It wrote {often(times)}, and the first time only when all was there: pieces that are cut from what has been read "
            "save nothing. `client.get` reads all of it before it comes back; a list of pieces holds all of it, too."
        )
    return ""


def _must_have_written(answer: Answer, pieces: Sequence[bytes]) -> None:
    """Expect that all is written when the answer is done. Raises `Wrong`."""
    size, done = _written(answer, pieces)
    expect(
        done == size,
        f"it was done when {done:,} bytes of {size:,} were written: nobody waits for the rest. `await` what writes, piece by "
        "piece, which also keeps them in order.",
    )
    size, done = _written(answer, [*pieces, b"crumbs"])
    expect(
        done == size,
        f"of an answer of {size:,} bytes, {done:,} were written: what is left when it ends, less than a whole piece, is still "
        "in hand.",
    )


def _written(answer: Answer, pieces: Sequence[bytes]) -> tuple[int, int]:
    """How many bytes such an answer has, and how many of them were written when the call was over."""

    async def script(given: Any) -> int:  # noqa: ANN401  # the answer
        written: list[bytes] = []
        await given(Service(Says(parts=pieces, pause=0.5)).httpx(), "/sack", written.append)
        return len(b"".join(written))

    return sum(map(len, pieces)), answer.play(script).result


def _read_as_text(given: object, wanted: bytes | None) -> str:
    """What to say of bytes that were decoded and encoded again; empty where they were not."""
    if wanted is None or wanted == given or given != wanted.decode(errors="replace").encode():
        return ""
    return (
        "the bytes were read as text on the way, and made bytes again: what is no text, as in a picture, is lost. "
        "`aiter_bytes` gives the bytes as they are."
    )


OF_NO_BYTES = (
    "It has no piece either, so a loop over its pieces has no turn; and where `if`, `or` or `and` look at them, no bytes count "
    "as nothing."
)

LARGE = 2 * SACK
"""Bytes that are no longer a piece of any size that somebody reads in."""


def _of_reading(given: object, wanted: bytes | None, parts: int) -> str:
    """What was seen of the reading of an answer in two pieces, of which so many were sent."""
    if given is None and wanted is not None and parts < 2:
        return f" By then {4 * parts} bytes had come: their number has not ended the reading."
    return " It comes in two pieces of four bytes, and no header says how long it is."


def _of_counting(answer: Answer) -> str:
    """What was seen of the way in which bytes are counted, where too many were let in; empty where nothing was."""

    def lets_in(*parts: bytes) -> bool:
        return answer.run(Service(Says(parts=parts, pause=0.1)).httpx(), "/sack", 7).result is not None

    whole, in_three, in_eight = lets_in(b"fourfour"), lets_in(b"four", b"four", b"four"), lets_in(*[b"f"] * 8)
    if not whole and in_three and in_eight:
        return " Eight bytes in one piece are too many for it: each piece is measured alone, and the sum of all is wanted."
    if whole and in_three and not in_eight:
        return (
            " Eight pieces of one byte are too many for it: pieces are counted there, and bytes are wanted."
        )
    if whole and in_eight and not in_three:
        return " The last piece is not counted: it looks at the sum before it adds what has come."
    return ""


def must_read_no_more(answer: Answer) -> None:
    """Whoever reads counts bytes, and stops."""
    for (one, other), most, more in (
        ((b"four", b"four"), 8, ""),
        ((b"four", b"four"), 100, ""),
        ((b"four", b"four"), 7, ""),
        (("öö".encode(), "öö".encode()), 7, " It has four letters of two bytes each, and bytes are counted."),
        ((b"\xf0\xf1\xf2\xf3", b"\xf4\xf5\xf6\xf7"), 100, ""),
    ):
        wanted = one + other if most >= 8 else None
        service = Service(Says(parts=(one, other), pause=0.75))
        run = answer.run(service.httpx(), "/sack", most)
        run.gives(
            wanted,
            _read_as_text(run.result, wanted)
            or f"an answer of 8 bytes, and at most {most}: {short(wanted)} is wanted, and it gave {short(run.result)} after "
            f"{run.seconds:g} s.{_of_reading(run.result, wanted, len(service.sent))}{more}"
            f"{_of_counting(answer) if run.result == one + other and wanted is None else ''}",
        )
    run = answer.run(Service(Says("")).httpx(), "/sack", 7)
    run.gives(
        b"",
        f"of an answer without any bytes `b''` is wanted, since none are not more than 7, and it gave {short(run.result)}. {OF_NO_BYTES}",
    )
    service = Service(Says(parts=repeat(b"flour " * 100)))
    answer.run(service.httpx(), "/endless", 20).gives(None)
    read = 600 * len(service.sent)
    expect(
        read <= LARGE,
        f"at most 20 bytes were wanted of an endless answer, and it read {read:,} before it stopped.",
    )
    expect(
        service.open == 0,
        "the endless answer is still open: its server goes on sending. `async with client.stream(…)` closes it, also when "
        "`return` leaves the block.",
    )
