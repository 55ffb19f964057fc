"""What a project one can join has: workflows that run what we run, forms that ask what helps, licences, a citation."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from workshop.project import PYTHON
from workshop.pyproject import settings

pytestmark = pytest.mark.files

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = [path for path in sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml")) if path.name != "config.yml"]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
PYTHONS = re.findall(r"^PYTHONS := (.+)$", MAKEFILE, re.MULTILINE)[0].split()


def read(path: Path) -> Any:  # noqa: ANN401  # whatever YAML holds
    return yaml.safe_load(path.read_text("utf-8"))


def steps(path: Path) -> Iterator[dict[str, Any]]:
    for job in read(path)["jobs"].values():
        yield from job["steps"]


def runs(path: Path) -> list[str]:
    return [step["run"] for step in steps(path) if "run" in step]


def name(path: Path) -> str:
    return path.stem


def test_every_change_is_tested_whole_on_linux_by_the_script_that_anybody_can_run() -> None:
    whole = read(GITHUB / "workflows/test.yml")["jobs"]["whole"]
    assert whole["container"].startswith("debian:")
    assert [step["run"] for step in whole["steps"] if "run" in step] == [".ci/run"]


def test_every_python_runs_on_every_platform() -> None:
    matrix = read(GITHUB / "workflows/test.yml")["jobs"]["units"]["strategy"]["matrix"]
    assert matrix["python"] == PYTHONS
    assert {system.partition("-")[0] for system in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert PYTHONS[-1] == PYTHON


def test_the_other_platforms_run_what_make_runs_on_the_newest_of_the_other_pythons() -> None:
    recipe = MAKEFILE.partition("python-%: $(VENV)-%/ready-to-test\n")[2].partition("\n\n")[0]
    ours = shlex.split(recipe.replace("$(VENV)-$*/bin/python", "python").replace("\\\n", " "))
    ours.remove("--ignore=tests/lessons/test_lessons.py")  # which make runs as `verdicts-%`
    (theirs,) = [line for line in runs(GITHUB / "workflows/test.yml") if "pytest" in line]
    assert shlex.split(theirs) == ours


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_what_is_installed_to_test_is_what_make_installs(path: Path) -> None:
    (ours,) = re.findall(r"--editable '(\.\[test\S*\])'", MAKEFILE)
    for line in runs(path):
        assert [word for word in shlex.split(line) if re.fullmatch(r"\.\[[a-z,]+\]", word)] in ([], [ours])


def test_the_weekly_run_takes_no_pins_and_tells_whatever_fails_once() -> None:
    workflow = read(GITHUB / "workflows/newest.yml")
    assert workflow[True]["schedule"][0]["cron"]  # YAML reads the word `on` as true
    (install,) = [line for line in runs(GITHUB / "workflows/newest.yml") if "--editable" in line]
    assert "pins.txt" not in install
    tell = workflow["jobs"]["tell"]
    assert tell["needs"] == [job for job in workflow["jobs"] if job != "tell"]
    assert tell["if"] == "failure()"
    assert tell["permissions"] == {"issues": "write"}
    (script,) = [step["run"] for step in tell["steps"]]
    assert script.index("gh issue list") < script.index("gh issue create")
    assert any("pip_audit" in line for line in runs(GITHUB / "workflows/newest.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_a_workflow_may_do_no_more_than_it_needs_and_names_versions(path: Path) -> None:
    workflow = read(path)
    # The branch for learners is pushed; nothing else writes.
    assert workflow["permissions"]["contents"] == ("write" if path.stem == "learners" else "read")
    for step in steps(path):
        assert "run" in step or re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"])


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_every_command_of_a_workflow_is_there(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    for line in runs(path):
        assert set(re.findall(r"\bmake ([a-z-]+)", line)) <= targets
        files = [word for word in shlex.split(line) if re.search(r"\.(ipynb|txt)$|^\.ci/", word)]
        assert [word for word in files if not (ROOT / word).is_file()] == []


@pytest.mark.parametrize("path", FORMS, ids=name)
def test_a_form_asks_for_what_helps(path: Path) -> None:
    form = read(path)
    fields = {field["id"]: field for field in form["body"] if "id" in field}
    wanted = {"cell_failed": {"seen", "doctor"}, "unfair_check": {"answer", "said"}}[path.stem]
    assert wanted <= {name for name, field in fields.items() if field.get("validations", {}).get("required")}
    assert {"name", "description"} <= form.keys()


def test_the_form_for_cells_names_the_doctor_as_he_can_be_asked() -> None:
    (doctor,) = [
        field
        for field in read(GITHUB / "ISSUE_TEMPLATE/cell_failed.yml")["body"]
        if field.get("id") == "doctor"
    ]
    assert "make doctor" in doctor["attributes"]["description"]
    assert re.search(r"^doctor:", MAKEFILE, re.MULTILINE)


def test_the_citation_says_what_the_project_says() -> None:
    project, cited = settings(ROOT)["project"], read(ROOT / "CITATION.cff")
    assert str(cited["version"]) == project["version"]
    assert " AND ".join(cited["license"]) == project["license"]
    assert {"cff-version", "message", "title", "authors"} <= cited.keys()


def test_code_and_prose_have_a_licence_each_that_is_installed_with_the_package() -> None:
    files = settings(ROOT)["project"]["license-files"]
    assert [(ROOT / name).read_text("utf-8").splitlines()[0] for name in files] == [
        "MIT License",
        "# The licence of the words",
    ]
    assert "CC BY 4.0" in (ROOT / files[1]).read_text("utf-8")


def test_the_changelog_begins_with_what_is_not_released_and_has_this_version() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert settings(ROOT)["project"]["version"] in headings


GH = """#!/bin/sh
echo "$@" >> "$GH_SAID"
case "$2" in list) printf '%s' "$GH_OPEN" ;; esac
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="the script of a workflow is one of bash")
@pytest.mark.parametrize(("opened", "then"), [("", "issue create --title"), ("7", "issue comment 7 --body")])
def test_a_failure_opens_an_issue_and_the_next_one_adds_to_it(tmp_path: Path, opened: str, then: str) -> None:
    tell = read(GITHUB / "workflows/newest.yml")["jobs"]["tell"]
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    variables = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "GH_SAID": str(tmp_path / "said")}
    variables |= {"GH_OPEN": opened, "TITLE": tell["env"]["TITLE"], "RUN": "https://example.org/run/1"}
    script = tell["steps"][0]["run"]
    subprocess.run(["bash", "-e", "-c", script], env=variables, check=True, timeout=60)
    asked, told = (tmp_path / "said").read_text().splitlines()
    assert f'"{tell["env"]["TITLE"]}" in:title' in asked
    assert told.startswith(then)
    assert "https://example.org/run/1" in told
