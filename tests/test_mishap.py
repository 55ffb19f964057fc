"""A mishap names the reader's own line, and knows whose code is whose."""

import sys
import zipfile
from pathlib import Path

import pytest
from quart import Quart

from bakery.checking.describing import codes_of
from bakery.mishap import _is_own, reason


@pytest.mark.parametrize(
    "filename",
    [
        "/lib/python314.zip/quart/app.py",  # in a browser
        "/venv/lib/python3.13/site-packages/quart/app.py",
        "<frozen importlib._bootstrap>",
        __import__("asyncio").__file__,
        __import__("bakery").__file__,
    ],
)
def test_code_of_python_and_of_packages_is_not_the_readers(filename: str) -> None:
    assert not _is_own(filename)


@pytest.mark.parametrize(
    "filename",
    ["/tmp/ipykernel_1/2.py", "<ipython-input-1-1dd6329622d7>", "/home/ada/bakery/app.py", "cakes.zip"],
)
def test_cells_and_files_beside_them_are_the_readers(filename: str) -> None:
    assert _is_own(filename)


def test_a_package_in_an_archive_is_no_part_of_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "library.zip", "w") as archive:
        archive.writestr("from_an_archive.py", "def handler():\n    raise ValueError('too hot')\n")
    monkeypatch.syspath_prepend(tmp_path / "library.zip")
    module = __import__("from_an_archive")
    monkeypatch.delitem(sys.modules, "from_an_archive")

    async def cake() -> str:
        return "cake"

    app = Quart("bakery")
    app.add_url_rule("/theirs", view_func=module.handler)
    app.add_url_rule("/mine", view_func=cake)
    assert list(codes_of(app)) == [cake.__code__]
    with pytest.raises(ValueError, match="too hot") as raised:
        module.handler()
    assert reason(raised.value).startswith("ValueError: too hot, line")
    assert "test_mishap" not in reason(raised.value)
    assert "raise ValueError" not in reason(raised.value)
