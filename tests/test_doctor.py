"""The doctor finds each trouble, says what to do about it, and is silent where there is none."""

import asyncio
import os
import re
import socket
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from bakery.doctor import BAD_KERNEL, NEEDED, Signs, doctor, judged, loopback, main, nested, signs

FILE = Path(__file__).parents[1] / "src/bakery/doctor.py"
VERSIONS: dict[str, str | None] = dict.fromkeys(NEEDED, "1.2.3")
HEALTHY = Signs(python=(3, 12, 1), versions=VERSIONS)


def test_this_kitchen_is_all_right() -> None:
    report = judged(replace(signs(), http_proxy=False))
    assert report.ok, report
    first, versions = repr(report).splitlines()
    assert first == "Your kitchen is all right."
    assert versions.startswith(f"Python {sys.version_info[0]}.{sys.version_info[1]}.")
    assert [f"{name} " in versions for name in NEEDED] == [True] * len(NEEDED)


def test_two_healthy_kitchens_differ_in_their_versions_only() -> None:
    here, there = judged(replace(signs(), http_proxy=False)), judged(HEALTHY)
    numbers = re.compile(r"(?<![\d.])\d+\.\d+\.\d+(?!\.?\d)")
    assert numbers.sub("X.Y.Z", repr(here)) == numbers.sub("X.Y.Z", repr(there))


@pytest.mark.parametrize(
    ("change", "what", "remedy"),
    [
        ({"python": (3, 10, 9)}, "Python 3.10.9 is too old", "make lab PYTHON=python3.13"),
        ({"versions": VERSIONS | {"quart": None}}, "quart, which is needed", "pip install -c pins.txt -e ."),
        ({"versions": VERSIONS | {"quart": None, "httpx": None}}, "quart, httpx, which are", "restart"),
        ({"versions": VERSIONS | {"ipykernel": BAD_KERNEL}}, "a slider dead", '"ipykernel!=7.4.0"'),
        ({"loopback": "Permission denied"}, "127.0.0.1 failed (Permission denied)", "A firewall"),
        ({"base": "/user/ada/", "server_proxy": False}, "live at /user/ada/", "restart the Jupyter server"),
        ({"nested": True}, "nest_asyncio has patched", "await main()"),
    ],
)  # fmt: skip
def test_a_trouble_is_named_and_comes_with_a_remedy(
    change: dict[str, object], what: str, remedy: str
) -> None:
    report = judged(replace(HEALTHY, **change))  # type: ignore[arg-type]
    (trouble,) = report.troubles
    assert what in trouble.what
    assert remedy in trouble.remedy
    assert repr(report).startswith(f"Your kitchen needs one thing mended.\n1. {trouble.what}\n   ")


@pytest.mark.parametrize(
    "change",
    [
        {"base": "/user/ada/"},
        {"server_proxy": False},
        {"python": (3, 14, 0)},
        {"versions": VERSIONS | {"ipykernel": "7.3.0"}},
    ],
)
def test_a_near_miss_is_no_trouble(change: dict[str, object]) -> None:
    assert judged(replace(HEALTHY, **change)).ok  # type: ignore[arg-type]


def test_several_troubles_are_counted() -> None:
    report = judged(replace(HEALTHY, nested=True, loopback="timed out"))
    assert repr(report).startswith("Your kitchen needs 2 things mended.\n1. ")
    assert "\n2. nest_asyncio" in repr(report)


def test_an_http_proxy_is_a_remark_only() -> None:
    report = judged(replace(HEALTHY, http_proxy=True))
    assert report.ok
    assert "Orders go round it" in repr(report)


@pytest.mark.parametrize(
    ("excepted", "caught"), [("", True), ("example.org", True), ("localhost,127.0.0.1", False)]
)
def test_a_proxy_counts_where_it_would_take_this_machine(
    monkeypatch: pytest.MonkeyPatch, excepted: str, caught: bool
) -> None:
    for name in ("no_proxy", "NO_PROXY", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://proxy.invalid:3128")
    monkeypatch.setenv("no_proxy", excepted)
    assert signs().http_proxy is caught


def test_a_hub_is_seen_by_its_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    assert signs().base == "/"
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    assert signs().base == "/user/ada/"


def test_a_closed_loopback_is_told_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> socket.socket:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(socket, "create_connection", refuse)
    assert loopback() == "Operation not permitted"


@pytest.mark.parametrize(("module", "loses_cells"), [("nest_asyncio", True), ("nest_asyncio2", False)])
def test_only_the_patch_that_loses_cells_is_a_trouble(module: str, loses_cells: bool) -> None:
    """In a child process: the patch cannot be taken off again."""
    code = (
        "import asyncio; from bakery.doctor import nested; import NAME; asyncio.run(asyncio.sleep(0))\n"
        "async def main():\n    NAME.apply()\n    print(nested())\n"
        "asyncio.run(main())"
    )
    command = [sys.executable, "-W", "ignore", "-c", code.replace("NAME", module)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert said == f"{loses_cells}\n"


def test_an_untouched_loop_is_no_trouble() -> None:
    async def look() -> bool:
        return nested()

    assert [nested(), asyncio.run(look())] == [False, False]


def test_a_report_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        doctor().remarks = ()  # type: ignore[misc]


def test_the_command_line_ends_with_1_where_something_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main() == 0
    monkeypatch.setattr(sys.modules[main.__module__], "loopback", lambda: "timed out")
    assert main() == 1
    assert "all right" in capsys.readouterr().out


@pytest.mark.parametrize("how", [["-m", "bakery"], [str(FILE)]])
def test_the_doctor_comes_to_the_command_line(how: list[str]) -> None:
    command = [sys.executable, *how]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Your kitchen is all right.\n" in ran.stdout


def test_the_doctor_comes_before_anything_is_installed() -> None:
    """With the standard library alone: no package of this environment can be seen."""
    command = [sys.executable, "-S", str(FILE)]
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=clean)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "Not installed where this runs: three-cakes-at-once, flask, quart" in ran.stdout
