"""The branch for learners holds the notebooks without outputs, and whoever has pulled it once can pull it again."""

import json
import subprocess
from pathlib import Path

import nbformat
import pytest

from bakery.working_copy import originals
from workshop.class_links import LEARNERS
from workshop.learners import INSTALL, for_colab, git, write
from workshop.pyproject import ProjectError, settings


def notebook(source: str) -> str:
    cell = {
        "cell_type": "code",
        "execution_count": 1,
        "id": "one",
        "metadata": {},
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "the answer\n"}],
        "source": source,
    }
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "cakes"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "notebooks/00_start_here.ipynb").write_text(notebook("print(1)"), "utf-8")
    (folder / "pyproject.toml").write_text("[project]\nname = 'cakes'\n", "utf-8")
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(folder))
    for name, value in (("user.name", "Ada"), ("user.email", "ada@example.org")):
        git(folder, "config", name, value)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "one")
    return folder


def shown(root: Path, name: str) -> str:
    return git(root, "show", f"{LEARNERS}:{name}")


def test_the_branch_holds_the_notebooks_without_outputs_and_says_what_it_is(root: Path) -> None:
    assert write(root)
    assert "the answer" not in shown(root, "my_notebooks/00_start_here.ipynb")
    assert "print(1)" in shown(root, "my_notebooks/00_start_here.ipynb")
    assert "branch `main`" in shown(root, "README.md")


def test_for_colab_every_notebook_begins_with_what_installs_the_package_and_the_others_do_not(
    root: Path,
) -> None:
    git(root, "remote", "add", "origin", "git@github.com:ada/cakes.git")
    write(root)
    install, *rest = json.loads(shown(root, "colab/00_start_here.ipynb"))["cells"]
    assert '"three-cakes-at-once @ git+https://github.com/ada/cakes"' in "".join(install["source"])
    assert rest == json.loads(shown(root, "my_notebooks/00_start_here.ipynb"))["cells"]
    assert "%pip" not in shown(root, "my_notebooks/00_start_here.ipynb")


def test_the_package_for_colab_is_the_one_of_this_project_and_the_notebook_is_sound() -> None:
    here = Path(__file__).parents[2]
    assert f'"{settings(here)["project"]["name"]} @ git+' in INSTALL
    cleared = originals(here)["00_start_here.ipynb"]
    read = nbformat.reads(for_colab(cleared, "https://github.com/ada/cakes").decode(), as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(read)


def test_without_an_address_there_is_nothing_for_colab(root: Path) -> None:
    write(root)
    assert "colab" not in git(root, "ls-tree", "--name-only", LEARNERS).split()


def test_what_somebody_works_on_stays_as_it_is(root: Path) -> None:
    (root / "staged.txt").write_text("mine")
    git(root, "add", "staged.txt")
    before = git(root, "status", "--porcelain"), git(root, "branch", "--show-current")
    write(root)
    assert (git(root, "status", "--porcelain"), git(root, "branch", "--show-current")) == before


def test_nothing_is_written_where_no_notebook_has_changed(root: Path) -> None:
    write(root)
    assert write(root) == ""


def test_whoever_has_pulled_the_branch_pulls_the_next_change_and_keeps_an_own_file(
    root: Path, tmp_path: Path
) -> None:
    write(root)
    student = tmp_path / "student"
    git(tmp_path, "clone", "--quiet", "--branch", LEARNERS, str(root), str(student))
    (student / "my_own.txt").write_text("mine")
    (root / "notebooks/00_start_here.ipynb").write_text(notebook("print(2)"), "utf-8")
    write(root)
    git(student, "pull", "--quiet", "--ff-only")
    assert "print(2)" in (student / "my_notebooks/00_start_here.ipynb").read_text("utf-8")
    assert (student / "my_own.txt").read_text() == "mine"


def test_a_fresh_clone_goes_on_where_the_branch_was(root: Path, tmp_path: Path) -> None:
    """As the workflow does, which has the branch only as the origin's."""
    first = write(root)
    runner = tmp_path / "runner"
    git(tmp_path, "clone", "--quiet", str(root), str(runner))
    for name, value in (("user.name", "Ada"), ("user.email", "ada@example.org")):
        git(runner, "config", name, value)
    (runner / "notebooks/00_start_here.ipynb").write_text(notebook("print(3)"), "utf-8")
    assert git(runner, "rev-parse", f"{write(runner)}^") == first
    git(runner, "push", "--quiet", "origin", LEARNERS)


def test_where_git_refuses_its_own_words_are_told(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/00_start_here.ipynb").write_text(notebook(""), "utf-8")
    with pytest.raises(ProjectError, match="git for-each-ref: "):
        write(tmp_path)
    assert subprocess.run(["git", "--version"], capture_output=True, check=True).stdout
