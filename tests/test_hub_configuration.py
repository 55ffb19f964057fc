"""The hub's configuration says what it needs before it starts anything."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bakery.working_copy import COPY, FIRST

pytestmark = pytest.mark.files

CONFIGURATION = Path(__file__).parents[1] / "docs/hub/jupyterhub_config.py"

GIVEN = """
import runpy, sys, json
from types import SimpleNamespace

class Settings(SimpleNamespace):
    def __getattr__(self, name):
        setattr(self, name, Settings())
        return getattr(self, name)

c = Settings()
runpy.run_path(sys.argv[1], {"get_config": lambda: c})
print(json.dumps([c.JupyterHub.bind_url, c.JupyterHub.hub_bind_url, c.Spawner.default_url]))
spawner = SimpleNamespace(user=SimpleNamespace(name="ada"), environment={})
c.Spawner.pre_spawn_hook(spawner)
c.Spawner.post_stop_hook(spawner)
"""


def configured(folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    known = {name: value for name, value in os.environ.items() if not name.startswith("CLASS_")}
    return subprocess.run(
        [sys.executable, "-c", GIVEN, str(CONFIGURATION)],
        env=known | {"CLASS_FOLDER": str(folder / "class")} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("word", ["", "cake"])
def test_a_hub_without_a_class_word_of_eight_letters_does_not_start_and_says_so(
    word: str, tmp_path: Path
) -> None:
    done = configured(tmp_path, CLASS_WORD=word)
    assert done.returncode == 1
    assert "make hub CLASS_WORD=" in done.stderr
    assert not (tmp_path / "class").exists()


def test_all_doors_of_a_hub_are_on_this_machine_unless_said_otherwise(tmp_path: Path) -> None:
    done = configured(tmp_path, CLASS_WORD="three-cakes")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("http://127.0.0.1:") == 2
    assert f"/lab/tree/{COPY}/{FIRST}" in done.stdout


def test_a_student_finds_the_notebooks_without_outputs_and_nobody_else_of_this_machine_does(
    tmp_path: Path,
) -> None:
    assert configured(tmp_path, CLASS_WORD="three-cakes").returncode == 0
    home = tmp_path / "class/homes/ada"
    assert '"outputs": []' in (home / COPY / FIRST).read_text("utf-8")
    if os.name == "posix":
        assert (tmp_path / "class").stat().st_mode & 0o077 == 0
        assert home.stat().st_mode & 0o077 == 0


def test_a_student_who_logs_in_again_keeps_what_is_written(tmp_path: Path) -> None:
    for _ in range(2):
        assert configured(tmp_path, CLASS_WORD="three-cakes").returncode == 0
        (tmp_path / "class/homes/ada" / COPY / "my_own.txt").write_text("mine")
    assert (tmp_path / "class/homes/ada" / COPY / "my_own.txt").read_text() == "mine"
