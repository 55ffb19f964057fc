"""What the browser's Python finds: our package as it is on a machine, and bytes that depend on the files alone."""

from pathlib import Path

import pytest

from workshop.site.archive import UNNEEDED, UNPACKED, beside_their_source, ours, ready
from workshop.site.files import packed

pytestmark = pytest.mark.files

ROOT = Path(__file__).parents[2]


def test_all_that_lies_beside_our_modules_is_there_and_nothing_compiled_or_hidden() -> None:
    there = {
        f"bakery/{path.relative_to(ROOT / 'src/bakery').as_posix()}"
        for path in (ROOT / "src/bakery").rglob("*")
        if path.is_file() and path.suffix != ".pyc" and not path.name.startswith(".")
    }
    found = ours(ROOT)
    assert {name for name in found if name.startswith("bakery/")} == there
    assert {Path(name).suffix for name in found} >= {".py", ".md", ".js", ".css"}
    assert "_multiprocessing.py" in found


def test_what_is_compiled_leaves_its_source_at_home_unless_a_reader_may_look_at_it() -> None:
    python = {"httpx/a.py": b"1", "click/a.py": b"2", "click/torn.py": b"(", "click/a.txt": b"3"}
    compiled = {"httpx/a.pyc": b"c1", "click/a.pyc": b"c2"}
    assert set(ready(python, compiled)) == {
        "httpx/a.py", "httpx/a.pyc", "click/a.pyc", "click/torn.py", "click/a.txt"
    }  # fmt: skip


def test_a_compiled_module_lies_where_an_import_looks_for_it() -> None:
    files = {"bakery/a.py": b"", "bakery/a.pyc": b"", "IPython/b.pyc": b""}
    assert set(beside_their_source(files)) == {
        "bakery/a.py", "bakery/__pycache__/a.cpython-314.pyc", "IPython/b.pyc"
    }  # fmt: skip


def test_the_order_of_files_changes_no_byte_of_an_archive() -> None:
    assert packed({"a": b"1", "b": b"2"}) == packed({"b": b"2", "a": b"1"})


def test_what_is_compiled_for_the_browser_is_kept_where_it_can_be_loaded_and_what_is_for_a_machine_is_not() -> (
    None
):
    ours = "msgspec/_core.cpython-314-wasm32-emscripten.so"
    assert UNPACKED.match(ours), "nothing is loaded from within an archive"
    assert not UNNEEDED.search(ours)
    for theirs in (
        "markupsafe/_speedups.cpython-314-x86_64-linux-gnu.so",
        "lib/libz.so",
        "msgspec/_core.pyi",
    ):
        assert UNNEEDED.search(theirs), theirs
