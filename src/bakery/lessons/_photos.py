"""Notebook 08's upload: whether a picture is in its folder when the answer is, whole, and where it is if not."""
# ruff: noqa: ANN401  # a client of a framework that is imported late

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bakery.checking import Answer, expect
from bakery.checking.sightings import HANDED_OVER

PICTURES = (bytes(range(256)) * 40, b"another one")
"""What customers send, one after the other."""

CUSTOMERS_NAME = "holiday.png"
"""What the customer calls it."""


def must_save_the_photo(answer: Answer) -> None:
    """Expect two pictures in the notebook's folder, one after the other, each whole when its answer is there."""
    answer.must_be("quart")
    folder = answer.named("folder").given
    file = folder / "cake.png"
    beside = folder.with_name(f"{folder.name}{file.name}")
    for one in (*folder.iterdir(), beside):
        one.unlink(missing_ok=True)
    sent = answer.meet(lambda client: _send(client, file), allow={"blocking"}).result
    others = [one.name for one in folder.iterdir() if one != file]
    slash = beside.exists()
    beside.unlink(missing_ok=True)
    for (text, found), picture in zip(sent, PICTURES, strict=True):
        expect(
            found is not None,
            f"the answer is “{text}”, and `cake.png` is not in the folder. "
            + (NO_SLASH if slash else _in_place_of_it(others, answer.source) or _elsewhere(answer, file)),
        )
        if found is not None:
            expect(found or not _read_before(answer, file), f"of {len(picture):,} {READ_BEFORE}")
            _must_be(found, picture)
        expect(text == "saved", f"it answers “{text}”, and “saved” is wanted.")


async def _send(client: Any, file: Path) -> list[tuple[str, bytes | None]]:
    """Send the pictures: what was answered to each, and what was in the file then."""
    from werkzeug.datastructures import FileStorage

    told: list[tuple[str, bytes | None]] = []
    for picture in PICTURES:
        photo = FileStorage(BytesIO(picture), filename=CUSTOMERS_NAME, name="photo")
        reply = await client.post("/photo", files={"photo": photo})
        expect(
            reply.status_code != 400,
            "the handler looked for something that was not sent: 400, a bad request. The picture is a file called "
            "“photo”, so it is in `request.files`.",
        )
        text = await reply.get_data(as_text=True)
        told.append((text, _found_in(file)))
    return told


def _found_in(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


NO_SLASH = "It is beside it: between the folder's name and the file's there is no slash. `folder / 'cake.png'` puts one there."
"""What to say where the picture is beside the folder."""

READ_BEFORE = (
    "bytes that were sent, 0 are in the file: the picture had been read to its end before `save` began, which goes on from there. "
    "`photo.seek(0)` goes back to its beginning."
)
"""What to say of an empty file, behind the number of the bytes that were sent."""


def _in_place_of_it(others: Sequence[str], source: str) -> str:
    """What was most likely done in place of saving the picture there; empty where nothing is known."""
    if HANDED_OVER.search(source):
        return "A thread was given `save`, an `async def`, and its call there only makes a coroutine: `await photo.save(…)` itself."
    if CUSTOMERS_NAME in others:
        return f"There is `{CUSTOMERS_NAME}`, the name that the customer gave it: whoever sends a file can write anything there."
    return f"There is `{others[0]}`." if others else ""


Save = tuple[object, int]
"""Where an upload was saved to, and how much of it had been read before."""


@contextmanager
def _noting() -> Iterator[list[Save]]:
    """The uploads that are saved in this block."""
    from quart.datastructures import FileStorage

    save = FileStorage.save
    saves: list[Save] = []

    def noted(photo: FileStorage, destination: Any, *args: Any, **named: Any) -> Any:
        saves.append((destination, photo.stream.tell()))
        return save(photo, destination, *args, **named)

    with patch.object(FileStorage, "save", noted):
        yield saves


def _saves(answer: Answer, file: Path) -> list[Save]:
    """The uploads that the answer saves, where the pictures are sent to it once more."""
    with _noting() as saves:
        answer.meet(lambda client: _send(client, file), allow={"blocking"})
    return saves


def _read_before(answer: Answer, file: Path) -> bool:
    return any(place for _, place in _saves(answer, file))


def _elsewhere(answer: Answer, file: Path) -> str:
    """Where the picture was saved in place of the folder, or when."""
    for destination, _ in _saves(answer, file):
        if not isinstance(destination, str | Path):
            continue
        there = Path(destination)
        if not there.is_absolute():
            return f"It was saved as `{there}`, without a folder before it, and so it is in the one that Python runs in."
        gone = "" if there.exists() else ", and is gone from there since"
        return f"It was saved to `{there}`{gone}; and `folder` is `{file.parent}`."
    return "Was it saved somewhere else, or later, or has nobody waited until it was saved?"


def _must_be(found: bytes, picture: bytes) -> None:
    """Expect this picture in the file, and nothing else."""
    whole = f"of {len(picture):,} bytes that were sent, {len(found):,} are in the file."
    expect(
        found == picture or not (found.startswith(PICTURES[0]) and found.endswith(picture)),
        "a second picture was sent, and the file has both of them: it was opened to add to it.",
    )
    expect(
        found == picture or picture not in found,
        f"{whole} The picture is there with something around it, as in the whole body of the request.",
    )
    expect(
        found,
        f"{whole} It is empty: nothing was written into it, or the picture had been read to its end before.",
    )
    expect(len(found) == len(picture), whole)
    expect(found == picture, "what is in the file is as long as the picture, and something else.")
