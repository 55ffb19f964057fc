"""Where the series is launched from: what is set up there is what a reader's own machine has."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from bakery.working_copy import COPY, FIRST, ORIGINALS
from workshop.project import PYTHON
from workshop.pyproject import settings

pytestmark = pytest.mark.files

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
KEYS = {"name", "image", "postCreateCommand", "customizations"}
"""What our devcontainer.json says; each is a key of the published schema (devcontainers/spec)."""


def container() -> Any:  # noqa: ANN401  # whatever JSON holds
    text = (ROOT / ".devcontainer/devcontainer.json").read_text("utf-8")
    return json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))


def test_the_container_is_json_with_comments_and_has_no_key_that_nobody_knows() -> None:
    assert container().keys() == KEYS
    assert container()["customizations"].keys() == {"codespaces", "vscode"}


def test_the_container_has_the_python_of_binder() -> None:
    assert container()["image"].endswith(f"/python:{PYTHON}")


def test_the_container_installs_the_pins_makes_the_working_copy_and_opens_its_first_page() -> None:
    steps = [shlex.split(step) for step in container()["postCreateCommand"].split("&&")]
    venv, install, copy = steps
    assert venv == ["python", "-m", "venv", ".venv"]
    assert install[-4:] == ["-c", "pins.txt", "-e", "."]
    assert [install[0], copy] == [".venv/bin/python", [".venv/bin/python", "-m", "bakery", "copy"]]
    assert container()["customizations"]["codespaces"]["openFiles"] == [f"{COPY}/{FIRST}"]
    assert (ROOT / ORIGINALS / FIRST).is_file()


def test_the_editor_takes_the_python_that_was_installed() -> None:
    editor = container()["customizations"]["vscode"]
    assert editor["settings"]["python.defaultInterpreterPath"].endswith("/.venv/bin/python")
    assert set(editor["extensions"]) == {"ms-python.python", "ms-toolsai.jupyter"}


def test_what_is_blank_in_vs_code_is_not_installed() -> None:
    (line,) = [line for line in settings(ROOT)["project"]["dependencies"] if line.startswith("ipywidgets")]
    pinned = re.search(r"^ipywidgets==(\S+)$", (ROOT / "pins.txt").read_text("utf-8"), re.MULTILINE)
    assert line == "ipywidgets<8.1.9"
    assert pinned
    assert tuple(map(int, pinned[1].split("."))) < (8, 1, 9)


def test_the_table_says_of_every_place_what_was_tested_or_only_read() -> None:
    table = README.partition("| where | what differs | seen |\n|---|---|---|\n")[2].partition("\n\n")[0]
    rows = [row.strip("| ").split(" | ") for row in table.splitlines()]
    places = {row[0] for row in rows}
    assert {
        "JupyterLab",
        "Notebook 7",
        "Binder",
        "the site",
        "a hub",
        "VS Code",
        "Codespaces",
        "Colab",
        "uv",
    } <= places
    for place, _, seen in rows:
        assert seen.startswith(("tested", "by hand", "in part", "only read")), place


def test_uv_installs_what_pip_installs_and_writes_no_lock() -> None:
    (block,) = [
        text for text in re.findall(r"```bash\n(.*?)```", README, re.DOTALL) if text.startswith("uv ")
    ]
    venv, install, run = map(shlex.split, block.splitlines())
    assert venv == ["uv", "venv", "--python", PYTHON]
    assert install == ["uv", "pip", "install", "-c", "pins.txt", "-e", "."]
    assert run == ["uv", "run", "--no-project", "python", "-m", "bakery", "lab"]


def test_without_make_the_commands_are_those_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    contributing = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    rows = re.findall(r"^\| `make ([a-z-]+).*? \| (`python .+) \|$", contributing, re.MULTILINE)
    assert len(rows) >= 9
    for target, commands in rows:
        parts = ("style", "whole") if target == "test" else (target,)
        found = [re.search(rf"^{part}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE) for part in parts]
        recipe = "".join(match[1] for match in found if match)
        if target == "doctor":  # before anything is installed the file itself is asked
            assert commands == "`python -m bakery`"
            continue
        for command in re.findall(r"`python (.+?)( \d+)?`", commands):
            assert f"$(RUN) {command[0]}" in recipe, target
