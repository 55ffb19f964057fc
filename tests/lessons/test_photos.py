"""Where a picture went that is not in its folder is seen, and when it had been read; a library is left as it was."""

from pathlib import Path

import pytest
from answering import asked, refused
from quart.datastructures import FileStorage

from bakery.lessons._photos import must_save_the_photo

APP = """
from pathlib import Path
from quart import Quart, request
folder = Path({folder!r})
other = Path({other!r})
answer = Quart("gallery")

@answer.post("/photo")
async def take_photo():
    photo = (await request.files)["photo"]
    {save}
    return "saved"
"""

SAVE = "await photo.save(folder / 'cake.png')"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder, other = tmp_path / "folder", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    monkeypatch.chdir(other)
    return APP.replace("{folder!r}", repr(str(folder))).replace("{other!r}", repr(str(other)))


@pytest.mark.parametrize(
    ("save", "told"),
    [
        ("await photo.save(other / 'cake.png')", "/other/cake.png`; and `folder` is `"),
        (
            "await photo.save(other / 'cake.png'); (other / 'cake.png').unlink()",
            "/other/cake.png`, and is gone from there since; and `folder` is `",
        ),
        ("await photo.save('cake.png')", "It was saved as `cake.png`, without a folder before it"),
        ("photo.read()", "Was it saved somewhere else, or later"),
        ("await photo.save(bytes(other / 'cake.png'))", "Was it saved somewhere else"),
        (f"photo.read(); {SAVE}", "the picture had been read to its end before `save` began"),
        ("(folder / 'cake.png').touch()", "It is empty: nothing was written into it"),
        (
            "answer.add_background_task(photo.save, folder / 'cake.png')",
            "what a customer uploads is closed when the request is over",
        ),
    ],
)
def test_a_picture_that_is_not_there_is_told_with_what_became_of_it(app: str, save: str, told: str) -> None:
    assert told in refused(app.replace("{save}", save), must_save_the_photo)


@pytest.mark.parametrize(
    "save", [SAVE, f"photo.read(); photo.seek(0); {SAVE}", "(folder / 'cake.png').write_bytes(photo.read())"]
)
def test_a_picture_that_is_there_is_right(app: str, save: str) -> None:
    assert asked(app.replace("{save}", save), must_save_the_photo).error is None


def test_saving_an_upload_is_quarts_own_again_afterwards(app: str) -> None:
    before = FileStorage.save
    refused(app.replace("{save}", "await photo.save(other / 'cake.png')"), must_save_the_photo)
    assert FileStorage.save is before
