"""The site's packages are those of the pins, and their list is as the command writes it."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from workshop.pins import Pin, read_pins
from workshop.pyproject import settings
from workshop.site.wheels import NEEDS_A_SERVER, hashes, requirements, text

pytestmark = pytest.mark.files

ROOT = Path(__file__).parents[2]
LIST = (ROOT / "share/site/wheels.txt").read_text("utf-8")
WHEELS = re.findall(r"^(\S+)==(\S+) --hash=sha256:([0-9a-f]{64})$", LIST, re.MULTILINE)


def test_the_list_is_as_make_wheels_writes_it() -> None:
    pins = [Pin(name, version, "") for name, version, _ in WHEELS]
    assert text(pins, {name: found for name, _, found in WHEELS}) == LIST
    assert [pin.name for pin in pins] == sorted(pin.name for pin in pins)


def test_every_wheel_has_the_version_of_the_pins_where_they_have_one() -> None:
    """Of the newest Python, where there are several; `pins.txt` need not have every package."""
    pins = {pin.name: pin.version for pin in read_pins((ROOT / "pins.txt").read_text("utf-8")).learners}
    other = {name: version for name, version, _ in WHEELS if pins.get(name, version) != version}
    assert other == {}, "run: make wheels"


def test_everything_a_notebook_needs_in_a_browser_is_there() -> None:
    names = {Requirement(line).name for line in requirements(ROOT)}
    assert {"flask", "quart", "httpx", "ipywidgets", "ipython"} <= names
    assert names <= {name for name, _, _ in WHEELS}


def test_what_needs_a_server_is_still_a_dependency() -> None:
    ours = {Requirement(line).name for line in settings(ROOT)["project"]["dependencies"]}
    assert ours >= NEEDS_A_SERVER


def test_a_hash_belongs_to_the_package_of_its_wheel(tmp_path: Path) -> None:
    wheel = tmp_path / "Cake_Tin-1.0-py3-none-any.whl"
    wheel.write_bytes(b"cake")
    found = hashes([wheel])
    assert list(found) == ["cake-tin"]
    assert f"cake-tin==1.0 --hash=sha256:{found['cake-tin']}\n" in text([Pin("cake-tin", "1.0", "")], found)
