"""The doctor finds each trouble, says what to do about it, and is silent where there is none."""

import asyncio
import os
import re
import socket
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import cast

import pytest

from bakery.doctor import (
    BAD_KERNEL,
    NEEDED,
    VARIABLES,
    Signs,
    doctor,
    hidden,
    judged,
    loopback,
    main,
    nested,
    settings,
    signs,
)
from workshop.execution import environment

FILE = Path(__file__).parents[1] / "src/bakery/doctor.py"
VERSIONS: dict[str, str | None] = dict.fromkeys(NEEDED, "1.2.3")
HEALTHY = Signs(python=(3, 12, 1), versions=VERSIONS)


def test_this_kitchen_is_all_right() -> None:
    report = judged(replace(signs(), surroundings=(), settings=()))
    assert report.ok, report
    first, versions = repr(report).splitlines()
    assert first == "Your kitchen is all right."
    assert versions.startswith(f"Python {sys.version_info[0]}.{sys.version_info[1]}.")
    assert [f"{name} " in versions for name in NEEDED] == [True] * len(NEEDED)


def test_two_healthy_kitchens_differ_in_their_versions_only() -> None:
    here, there = judged(replace(signs(), surroundings=(), settings=())), judged(HEALTHY)
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
        ({"hidden": ("quart.py",)}, "Python finds quart.py where a package", "my_quart.py"),
        ({"awaits": False}, "`await` does not work in cells", "%autoawait on"),
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


def test_what_is_set_for_other_networks_and_a_full_disk_are_remarks_only() -> None:
    report = judged(replace(HEALTHY, surroundings=("A proxy is set here.", "SSL_CERT_FILE names no file.")))
    assert report.ok
    assert "\nA proxy is set here.\nSSL_CERT_FILE names no file.\n" in repr(report)


def test_the_doctor_looks_at_what_is_set_for_other_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/certificates.pem")
    assert "SSL_CERT_FILE" in " ".join(signs().surroundings)


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


# Files that hide what is imported


@pytest.mark.parametrize(
    "name", ["quart.py", "flask.py", "httpx.py", "random.py", "bakery.py", "h11/__init__.py"]
)
def test_a_file_that_hides_what_is_imported_is_found_where_a_cell_runs(name: str, tmp_path: Path) -> None:
    """People save their app under the name of its framework, and the doctor has to come in all the same."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("1 / 0")
    code = "import sys; sys.path.insert(0, ''); from bakery.doctor import doctor; print(doctor())"
    if name in {
        "random.py",
        "bakery.py",
    }:  # with these, Python itself or all of us would be hidden: ask from outside
        command = [sys.executable, str(FILE)]
    else:
        command = [sys.executable, "-c", code.replace("bakery.doctor", "bakery")]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert f"1. Python finds {name} where a package or a module of its own is meant." in ran.stdout
    assert f"Rename it, for example to my_{Path(name).name}." in ran.stdout


@pytest.mark.parametrize("name", ["httpx.py", "h11.py"])
def test_a_word_that_cannot_be_had_because_of_a_file_says_so(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("Client = None")
    (tmp_path / "cell.py").write_text(
        "from bakery import simulate, doctor\nfrom bakery import order, serve\n"
        "import flask\nserve(flask.Flask('shop')).close()"
    )
    command = [sys.executable, "cell.py"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert f"Python finds {name} where a package" in ran.stderr


def test_files_of_other_names_and_of_folders_hide_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("my_quart.py", "flasks.py", "test.py", "quart.txt", "Flask.py"):
        (tmp_path / name).touch()
    (tmp_path / "flask").mkdir()
    assert hidden() == ()


def test_the_folders_where_notebooks_start_are_looked_at_from_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_notebooks").mkdir()
    (tmp_path / "my_notebooks" / "quart.py").touch()
    assert hidden() == ("my_notebooks/quart.py",)


# What is set for every project


def test_settings_of_the_readers_are_a_remark_that_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = tmp_path / "ipython" / "profile_default"
    (profile / "startup").mkdir(parents=True)
    for name in ("ipython_kernel_config.py", "startup/00-mine.py", "startup/README", "history.sqlite"):
        (profile / name).touch()
    (tmp_path / "jupyter").mkdir()
    (tmp_path / "jupyter" / "jupyter_lab_config.py").touch()
    variables = {
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "jupyter"),
        "PYTHONPATH": "/mine",
        "PIP_TARGET": "",
    }
    monkeypatch.chdir(tmp_path)
    seen = tuple(settings(variables))
    assert seen == (
        "PYTHONPATH",
        "ipython/profile_default/ipython_kernel_config.py",
        "ipython/profile_default/startup/00-mine.py",
        "jupyter/jupyter_lab_config.py",
    )
    report = judged(replace(HEALTHY, settings=seen))
    assert report.ok
    assert "Settings of your own hold here, too: PYTHONPATH, ipython/" in repr(report)


def test_a_kernel_of_this_project_is_started_without_them(tmp_path: Path) -> None:
    given = dict.fromkeys(VARIABLES, "1")
    assert [name for name in VARIABLES if name in environment(tmp_path, given)] == []


def test_a_kernel_that_takes_no_await_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert signs().awaits
    shell = SimpleNamespace(get_ipython=lambda: SimpleNamespace(autoawait=False))
    monkeypatch.setitem(sys.modules, "IPython", cast("ModuleType", shell))
    assert not signs().awaits


def test_on_colab_it_is_said_what_is_different_and_nothing_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Colab" not in repr(judged(signs()))
    monkeypatch.setitem(sys.modules, "google.colab", sys.modules[__name__])
    report = judged(signs())
    assert report.ok
    assert "goes when the runtime ends" in repr(report)
