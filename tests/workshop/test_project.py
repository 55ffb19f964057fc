"""What follows from other files does follow from them, and the README promises nothing that is not there."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from workshop.pins import Pin, Pins, read_pins
from workshop.project import address, binder, derived, environment, filled, linked, main, write
from workshop.pyproject import ProjectError, settings

pytestmark = pytest.mark.files

ROOT = Path(__file__).parents[2]
PINS = read_pins((ROOT / "pins.txt").read_text("utf-8"))
PROJECT = settings(ROOT)["project"]
README = (ROOT / "README.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PAGES = {"README.md": README, "CONTRIBUTING.md": CONTRIBUTING}
OURS = canonicalize_name(PROJECT["name"])
URL = "https://github.com/some-bakery/three-cakes"

NEEDED = [Requirement(line) for line in PROJECT["dependencies"]]
OPTIONAL = PROJECT["optional-dependencies"]
TESTED = [Requirement(line) for part in ("test", "postgres", "gevent") for line in OPTIONAL[part]]


# The pins


def here(pins: tuple[Pin, ...]) -> dict[str, str]:
    """The versions that some pins ask for on this Python and platform."""
    return {pin.name: pin.version for pin in pins if not pin.marker or Marker(pin.marker).evaluate()}


def needed(requirements: list[Requirement]) -> dict[str, str]:
    """The installed versions of everything that some requirements lead to on this Python and platform."""
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    todo = [(requirement, extra) for requirement in requirements for extra in ("", *requirement.extras)]
    while todo:
        requirement, extra = todo.pop()
        name = canonicalize_name(requirement.name)
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        package = metadata.distribution(name)
        found[name] = package.version
        for line in package.requires or []:
            further = Requirement(line)
            if not further.marker or further.marker.evaluate({"extra": extra}):
                todo += [(further, wanted) for wanted in ("", *further.extras)]
    return found


def test_the_learners_pins_are_just_what_the_dependencies_lead_to() -> None:
    assert here(PINS.learners) == needed(NEEDED)


def test_all_pins_are_just_what_dependencies_and_tests_lead_to() -> None:
    """The site has an environment of its own, so what only the site needs is pinned and not installed here."""
    pinned, wanted = here(PINS.learners + PINS.tests), needed(NEEDED + TESTED)
    assert pinned.items() >= wanted.items()
    installed = {canonicalize_name(package.name) for package in metadata.distributions()}
    assert pinned.keys() & installed == wanted.keys()


def test_the_pins_fit_what_pyproject_asks_for() -> None:
    pinned = here(PINS.learners + PINS.tests)
    for requirement in NEEDED + TESTED:
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), str(requirement)


def test_no_package_is_installed_in_a_version_other_than_pinned() -> None:
    pinned = here(PINS.learners + PINS.tests)
    installed = {canonicalize_name(package.name): package.version for package in metadata.distributions()}
    other = {name: version for name, version in installed.items() if pinned.get(name, version) != version}
    assert other == {}, "run: make lab"


@pytest.mark.parametrize("name", ["appnope", "pywinpty", "colorama"])
def test_what_only_another_platform_needs_is_not_lost(name: str) -> None:
    assert [pin.marker for pin in PINS.learners if pin.name == name] != []


def test_the_pins_are_written_as_they_are_read() -> None:
    assert str(PINS) == (ROOT / "pins.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("# What is needed", "# Tests"), "one of its two parts is missing"),
        (lambda text: "\n" + text, "one of its two parts is missing"),
        (lambda text: text.replace("flask==", "flask>="), "no pin: 'flask>="),
        (lambda text: text.replace("flask==", "-e flask=="), "no pin: '-e flask=="),
    ],
)
def test_pins_of_another_form_are_refused(change: Callable[[str], str], words: str) -> None:
    with pytest.raises(ProjectError, match=words):
        read_pins(change(str(PINS)))


# What follows from others


def test_everything_that_follows_from_others_is_up_to_date() -> None:
    for name, text in derived(ROOT).items():
        assert (ROOT / name).read_text("utf-8") == text, f"{name}: run: make derived"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The files of the project that the tests below change or look at, in a folder of their own."""
    for name in ("pyproject.toml", "pins.txt", "environment.yml", "Makefile", *PAGES):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("binder", "share", "src"):
        shutil.copytree(
            ROOT / name, tmp_path / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")


def test_a_new_pin_reaches_the_environment_and_a_second_run_changes_nothing(copy: Path) -> None:
    assert write(copy) == []
    edit(copy / "pins.txt", "\nflask==", "\nflask==99.")
    assert write(copy) == ["environment.yml"]
    assert "      - flask==99." in (copy / "environment.yml").read_text("utf-8")
    assert write(copy) == []


def test_the_environment_holds_the_learners_pins_only_with_their_markers() -> None:
    pins = Pins((Pin("quart", "0.22.0", "python_full_version < '3.13'"),), (Pin("ruff", "0.17.6", ""),))
    assert environment(pins).endswith("  - pip:\n      - quart==0.22.0 ; python_full_version < '3.13'\n")


def test_the_command_says_what_it_wrote(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(copy)
    (copy / "environment.yml").unlink()
    assert [main([]), main([])] == [0, 0]
    assert capsys.readouterr().out == "written: environment.yml\nwritten: nothing, all was up to date\n"
    (copy / "pyproject.toml").unlink()
    assert main([]) == 1
    assert "run this in the repository's folder" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["pins.txt", "environment.yml", "Makefile", ".ci/run", "binder/postBuild"])
def test_no_file_of_the_set_up_names_a_registry(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    assert "index" not in text


# Binder


def image(folder: Path) -> str:
    """What Binder's own builder says it would build, from a folder of a repository."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug"]
    command += ["--user-id", "1000", "--user-name", "jovyan", "."]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    return run.stdout + run.stderr


BINDER = {
    "our Python": "Building conda environment for python=3.13\n",
    "our environment": 'env update -p ${NB_PYTHON_PREFIX} --file "binder/environment.yml"',
    "the file itself": "COPY --chown=1000:1000 src/binder/environment.yml ${REPO_DIR}/binder/environment.yml\n",
    "our package": "RUN ./binder/postBuild\n",
}


def missing(text: str) -> set[str]:
    return {what for what, line in BINDER.items() if line not in text}


def test_binder_uses_our_environment_and_our_python_and_installs_our_package(copy: Path) -> None:
    assert missing(image(copy)) == set()
    assert (copy / "binder/environment.yml").read_text("utf-8") == derived(ROOT)["environment.yml"]
    assert "pip install --no-cache-dir --no-deps .\n" in (copy / "binder/postBuild").read_text("utf-8")


def test_binder_makes_the_copy_that_its_links_open(copy: Path) -> None:
    (command,) = re.findall(r"^python (-m bakery .+)$", (copy / "binder/postBuild").read_text("utf-8"), re.M)
    (copy / "notebooks").mkdir()
    for path in notebooks():
        shutil.copy(path, copy / "notebooks")
    subprocess.run([sys.executable, *command.split()], cwd=copy, check=True, capture_output=True, timeout=60)
    opened = re.findall(r"urlpath=lab/tree/([^)]+)\)", linked(README, URL))
    assert len(opened) == len(notebooks()) + 1
    assert [name for name in opened if not (copy / name).is_file()] == []


@pytest.mark.parametrize(
    ("what", "lost"),
    [
        ("the link is gone", {"our Python", "our environment", "the file itself"}),
        ("another Python", {"our Python"}),
        ("no postBuild", {"our package"}),
    ],
)
def test_a_broken_binder_is_seen(copy: Path, what: str, lost: set[str]) -> None:
    if what == "the link is gone":
        (copy / "binder/environment.yml").unlink()
    elif what == "another Python":
        edit(copy / "environment.yml", "python=3.13", "python>=3.13")
    else:
        (copy / "binder/postBuild").unlink()
    assert missing(image(copy)) == lost


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such mark")
@pytest.mark.parametrize("name", [".ci/run", "binder/postBuild"])
def test_a_script_may_be_run(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)


# Links

LINK = re.compile(r"\]\(([^)\s]+)\)")


def addresses(text: str) -> list[str]:
    return [link for link in LINK.findall(text) if "://" in link]


def test_without_an_address_the_readme_has_no_link_that_needs_one() -> None:
    text = linked(README, "")
    assert [link for link in addresses(text) if "mybinder" in link] == []
    assert "OWNER" not in text
    assert "once the repository has an address" in text


def test_with_an_address_every_badge_and_link_appears(copy: Path) -> None:
    edit(copy / "pyproject.toml", "[project.urls]\n", f'[project.urls]\nRepository = "{URL}"\n')
    edit(copy / "README.md", README, linked(README, ""))  # whatever the README says at the moment
    assert write(copy) == ["README.md"]
    assert write(copy) == []
    text = (copy / "README.md").read_text("utf-8")
    launch = "https://mybinder.org/v2/gh/some-bakery/three-cakes/main?urlpath=lab/tree/my_notebooks"
    assert text.count(f"(https://mybinder.org/badge_logo.svg)]({launch}/00_start_here.ipynb)") == 1
    rows = [f"([on Binder]({launch}/{path.name})) |" for path in notebooks()]
    assert [text.count(row) for row in rows] == [1] * len(rows)
    assert f"git clone {URL}.git" in text
    for link in addresses(text):
        parts = urlsplit(link)
        assert parts.scheme == "https"
        assert parts.hostname in {"github.com", "mybinder.org"}


@pytest.mark.parametrize("other", ["", "https://gitlab.com/a/b", "https://github.com/new-owner/cakes"])
def test_an_address_that_changes_leaves_nothing_of_the_old_one(other: str) -> None:
    assert linked(linked(README, URL), other) == linked(README, other)


def test_a_place_that_is_gone_is_named() -> None:
    with pytest.raises(ProjectError, match="needs the places binder, copy"):
        linked(README.replace("<!-- /copy -->", ""), "")


@pytest.mark.parametrize("url", [URL, f"{URL}/", f"{URL}.git"])
def test_an_address_is_read_in_every_form_that_a_browser_shows(url: str) -> None:
    assert address({"Repository": url}) == URL


@pytest.mark.parametrize(
    "url", ["github.com/a/b", "git@github.com:a/b", "https://github.com/a", "https://x/a/b c"]
)
def test_an_address_of_another_form_is_refused_with_the_right_one(url: str) -> None:
    with pytest.raises(ProjectError, match=r'Repository = "https://github\.com/OWNER/NAME"'):
        address({"Repository": url})


def test_binder_takes_a_repository_from_anywhere() -> None:
    assert binder("https://codeberg.org/a/b", "notebooks/x.ipynb") == (
        "https://mybinder.org/v2/git/https%3A%2F%2Fcodeberg.org%2Fa%2Fb/main?urlpath=lab/tree/my_notebooks/x.ipynb"
    )


# The README


def notebooks() -> list[Path]:
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


def commands() -> Iterator[str]:
    """The lines of the pages' shell blocks, without their comments."""
    for block in re.findall(r"```(?:bash|powershell)\n(.*?)```", README + CONTRIBUTING, re.DOTALL):
        yield from (line.partition("  #")[0].strip() for line in block.splitlines())


TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def test_the_table_names_every_notebook_in_order_with_its_title_and_level() -> None:
    rows = re.findall(r"^\| (.+?) \| \[(.+?)\]\((notebooks/\w+\.ipynb)\)", README, re.MULTILINE)
    expected = []
    for path in notebooks():
        first = nbformat.read(path, as_version=4).cells[0].source  # type: ignore[no-untyped-call]
        title, level = re.search(r"^# (.+)$", first, re.M), re.search(r"^\*Level (\d), (\w+)", first, re.M)
        assert title, path
        assert level, path
        expected.append((f"{level[1]} {level[2]}", title[1], f"notebooks/{path.name}"))
    assert rows == expected


@pytest.mark.parametrize("name", [*PAGES, "CHANGELOG.md", "LICENSE-PROSE.md"])
def test_every_relative_link_of_a_page_leads_to_a_file(name: str) -> None:
    links = [link for link in LINK.findall((ROOT / name).read_text("utf-8")) if "://" not in link]
    if name not in PAGES:
        links.append(name)
    assert links
    assert [link for link in links if not (ROOT / link.partition("#")[0]).exists()] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_make_command_that_a_page_names_exists(name: str) -> None:
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", PAGES[name], re.MULTILINE))
    assert {"lab", "test"} <= named
    assert named <= TARGETS


def test_every_file_that_a_command_of_a_page_names_exists() -> None:
    words = [word.replace("\\", "/") for line in commands() for word in line.split()]
    files = [word for word in words if re.search(r"\.(txt|yml|ipynb)$", word)]
    assert {"pins.txt", "environment.yml"} <= set(files)
    assert [word for word in files if not (ROOT / word).is_file()] == []


def test_every_module_that_a_command_of_a_page_runs_can_be_run() -> None:
    modules = {module for line in commands() for module in re.findall(r" -m (\w+)", line)}
    assert {"venv", "pip", "bakery"} <= modules
    for module in modules:
        subprocess.run([sys.executable, "-m", module, "--help"], check=True, capture_output=True, timeout=60)


TABLE = re.findall(
    r"^\| (.+?) \| (.+?) \| (.+?) \|$", CONTRIBUTING.partition("## Where")[2].partition("\n## ")[0], re.M
)[1:]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_a_row_of_the_table_of_changes_names_what_is_there_and_a_command_that_follows(
    row: tuple[str, str, str],
) -> None:
    _, edited, then = row
    named = re.findall(r"`([^`]+)`", edited)
    assert named or edited in {"nothing", "the room, by the map below", "the lesson's Python beside it"}
    for word in named:
        if word.startswith(("make ", "[")):
            continue
        if "/" in word or "." in word:
            assert (ROOT / word).exists(), word
        else:
            (file,) = [other for other in named if other.endswith(".py")]
            assert re.search(rf"^{word}\b", (ROOT / file).read_text("utf-8"), re.M), word
    assert re.fullmatch(r"`make ([a-z-]+)(?: NAME=\w+)?`", then)


def test_the_table_of_changes_has_a_row_for_what_people_look_for() -> None:
    said = " ".join(row[0] for row in TABLE)
    for word in (
        "sentence",
        "hint",
        "quiz",
        "colours",
        "progress",
        "doctor",
        "dependency",
        "address",
        "site",
        "copy",
    ):
        assert word in said


def test_a_page_without_one_of_its_places_is_told() -> None:
    with pytest.raises(ProjectError, match=r"CONTRIBUTING\.md: needs the places rooms"):
        filled("CONTRIBUTING.md", "nothing", {"rooms": "x"})


def test_a_place_that_is_filled_by_hand_stays_as_it_is() -> None:
    text = "<!-- path -->\nby hand\n<!-- /path -->\n<!-- rooms -->\nold\n<!-- /rooms -->"
    assert filled("a page", text, {"rooms": "new"}) == text.replace("old", "new")


# The Makefile


@pytest.fixture
def make(copy: Path) -> Callable[..., str]:
    """What make says, in a folder where all is set up; with `-n`, what it would do."""
    if not shutil.which("make"):
        pytest.skip("make is not installed")
    for venv in (".venv", ".venv-3.11", ".venv-3.12", ".venv-3.13"):
        (copy / venv / "bin").mkdir(parents=True)
        for stamp in ("bin/pip", "ready", "ready-to-test"):
            (copy / venv / stamp).touch()
    (copy / ".venv/bin/python").symlink_to(sys.executable)

    def run(*words: str, **variables: str) -> str:
        kept = {"PATH": os.environ["PATH"], "HOME": str(copy), **variables}
        command = ["make", *words]
        ran = subprocess.run(
            command, cwd=copy, env=kept, capture_output=True, text=True, timeout=60, check=False
        )
        return ran.stdout + ran.stderr

    return run


def test_make_alone_lists_every_command(make: Callable[..., str]) -> None:
    assert set(re.findall(r"^make ([\w-]+)", make(), re.MULTILINE)) == TARGETS


def test_the_second_make_lab_only_starts_the_lab(make: Callable[..., str]) -> None:
    assert make("-n", "lab", "LAB=--port=9000") == ".venv/bin/python -m bakery lab --port=9000\n"


def test_a_teacher_gets_the_editions_without_what_only_the_tests_need(
    make: Callable[..., str], copy: Path
) -> None:
    (copy / ".venv/ready-to-test").unlink()
    assert make("-n", "editions") == ".venv/bin/python -m workshop editions \n"


def test_what_somebody_has_set_for_other_projects_stays_out_of_what_make_starts(
    make: Callable[..., str], copy: Path
) -> None:
    with (copy / "Makefile").open("a") as makefile:
        makefile.write("\nshow:\n\t@env\n")
    names = ("PIP_TARGET", "PIP_PREFIX", "PIP_NO_DEPS", "PYTHONPATH", "PYTHONSTARTUP", "PYTEST_ADDOPTS")
    said = make("show", PIP_USER="1", PIP_FIND_LINKS="kept", **dict.fromkeys(names, "mine")).splitlines()
    assert [line for line in said if line.startswith(names)] == []
    assert {"PIP_USER=0", "PIP_FIND_LINKS=kept"} <= set(said)


@pytest.mark.parametrize("name", ["pins.txt", "pyproject.toml", "share/kernel.py", "share/overrides.json"])
def test_new_pins_and_settings_are_installed_before_the_lab_starts(
    make: Callable[..., str], copy: Path, name: str
) -> None:
    later = (copy / ".venv/ready").stat().st_mtime + 10
    os.utime(copy / name, (later, later))
    said = make("-n", "lab")
    assert "pip install --quiet --constraint pins.txt --editable .\n" in said
    assert "venv .venv" not in said


def test_a_python_that_is_too_old_is_told_in_one_sentence(make: Callable[..., str], copy: Path) -> None:
    shutil.rmtree(copy / ".venv")
    said = make("lab", PYTHON="false")
    assert "Python 3.11 or newer is needed, and false is not." in said
    assert "make lab PYTHON=python3.13" in said
    assert not (copy / ".venv").exists()


@pytest.mark.parametrize("broken", ["exit 127", 'case "$2" in *ensurepip*) exit 1; esac'])
def test_a_python_that_does_not_run_or_makes_no_environment_is_left_out(
    make: Callable[..., str], copy: Path, broken: str
) -> None:
    this = f"{sys.version_info[0]}.{sys.version_info[1]}"
    first, second = [version for version in ("3.11", "3.12", "3.13") if version != this][:2]
    shims = copy / "shims"
    shims.mkdir()
    for version, word in ((first, broken), (second, "")):
        shim = shims / f"python{version}"
        shim.write_text(f'#!/bin/sh\n{word}\nexec "{sys.executable}" "$@"\n')
        shim.chmod(0o755)
    said = make("-n", "test", PATH=f"{shims}:{os.environ['PATH']}")
    assert f".venv-{first}/bin/python" not in said
    assert f".venv-{second}/bin/python -m pytest" in said
    assert ".venv/bin/python -m pytest" in said.replace(f".venv-{second}", "")
