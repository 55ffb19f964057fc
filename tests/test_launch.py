"""`python -m bakery lab` says itself what it needs, and leaves the rest to the reader."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp

from bakery.__main__ import main
from bakery.launch import PLAIN, has_display, options

ROOT = Path(__file__).parents[1]


def test_the_folder_and_the_first_page_are_said_on_the_command_line() -> None:
    said = options(Path("/cakes"), "my_notebooks", [])
    assert f"--ServerApp.root_dir={Path('/cakes')}" in said
    assert f"--FileContentsManager.preferred_dir={Path('/cakes/my_notebooks')}" in said
    assert "--LabApp.default_url=/lab/tree/my_notebooks/00_start_here.ipynb" in said


def test_what_stands_in_for_the_classes_of_other_projects_is_there() -> None:
    for option in PLAIN:
        name, _, value = option.removeprefix("--ServerApp.").partition("=")
        if value:
            module, _, kind = value.rpartition(".")
            trait: Any = ServerApp.class_traits()[name]
            assert issubclass(getattr(import_module(module), kind), trait.klass)


def test_what_the_reader_gives_comes_last_and_so_wins() -> None:
    assert options(Path("/cakes"), "my_notebooks", ["--port=9000"])[-1] == "--port=9000"


@pytest.mark.parametrize(
    ("platform", "variables", "seen"),
    [
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {}, False),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_without_a_display_no_browser_is_looked_for(
    platform: str, variables: dict[str, str], seen: bool
) -> None:
    assert has_display(platform, variables) is seen


def test_where_jupyterlab_is_not_installed_the_doctor_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "jupyterlab.labapp", None)
    monkeypatch.chdir(ROOT)
    assert main(["originals"]) == 1
    said = capsys.readouterr().err
    assert "JupyterLab does not start" in said
    assert said.rstrip().endswith("-m bakery")
