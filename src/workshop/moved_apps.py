"""Public Flask apps, fetched, moved and tried: how many of their own tests are green before and after.

Nothing of them is kept here. `make trials` fetches them from the registry that pip knows, into a folder that is gone
afterwards, and installs what they need into an environment of their own, `.venv-trials`.
"""

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

VENV = Path(".venv-trials")
MINUTES = 10
"""How long any one step may take."""

COMMON = ("flask==3.1.3", "quart", "pytest", "pytest-asyncio")


class App(NamedTuple):
    """A public app: where it is in which package, what it needs, which tests are left out, and how many have to be green."""

    name: str
    package: str
    folder: str = ""
    needs: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    least: int = 0


XSTATIC = (
    "asciinema-player",
    "bootbox",
    "bootstrap",
    "font-awesome",
    "jquery",
    "jquery-file-upload",
    "jquery-ui",
    "pygments",
)
"""Scripts and styles of bepasty's pages."""

APPS = (
    App("flaskr", "flask==3.1.3", "examples/tutorial", least=23),
    App("js_example", "flask==3.1.3", "examples/javascript", least=8),
    App(
        "httpbin",
        "httpbin==0.10.4",
        needs=("brotlicffi", "decorator", "flasgger", "six", "werkzeug"),
        least=63,
    ),
    App(
        "greenwave",
        "greenwave==0.9.4",
        needs=(
            "dogpile.cache",
            "fedmsg",
            "mock",
            "moksha.hub",
            "munch",
            "prometheus-client",
            "psutil",
            "python-dateutil",
            "requests",
        ),
        options=("--ignore=greenwave/tests/test_resultsdb_consumer.py",),
        least=46,
    ),
    App(
        "bepasty",
        "bepasty==1.2.2",
        needs=(
            *("pygments", "requests", "selenium", "xstatic"),
            *(f"xstatic-{part}" for part in XSTATIC),
        ),
        options=("src/bepasty/tests", "--ignore=src/bepasty/tests/test_website.py"),
        least=46,
    ),
)
"""`least` is nine in ten, but for the tutorial of Flask: one of its tests needs a line that is on the list."""

CHILD = """
import sys
from pathlib import Path
from bakery.moving.move import move
from bakery.moving.reading import read
from bakery.moving.report import report
from bakery.moving.trying import UNMOVED, green, put
folder, options = Path(sys.argv[1]), tuple(sys.argv[2:])
before = green(folder, only=(*UNMOVED, *options))
moved = move(read(folder))
put(moved, folder)
after = green(folder, only=options)
print(report(moved))
print(*(f"- {failure}" for failure in after.failures), sep="\\n")
print(f"{before.green} {before.of} {after.green} {after.of}")
"""
"""Run by the Python of the environment of the apps, on a copy that is gone afterwards."""


class Tried(NamedTuple):
    """How a trial went: the tests before and after, and what was said."""

    app: App
    before: str
    after: str
    green: int
    said: str

    @property
    def fine(self) -> bool:
        """Whether enough of its tests are green."""
        return self.green >= self.app.least


def trial(app: App, place: Path) -> Tried:
    """Fetch an app, and try it. Raises `subprocess.SubprocessError`."""
    folder = fetched(app, place) / app.folder
    python = VENV.absolute() / ("Scripts" if os.name == "nt" else "bin") / "python"
    if app.needs:
        _run(python, "-m", "pip", "install", "--quiet", "--no-build-isolation", *app.needs, *COMMON)
    paths = os.pathsep.join(map(str, (folder, folder / "src", Path("src").absolute())))
    said = _run(python, "-c", CHILD, folder, *app.options, paths=paths)
    *words, last = said.strip().splitlines()
    before, before_of, after, after_of = last.split()
    return Tried(app, f"{before} of {before_of}", f"{after} of {after_of}", int(after), "\n".join(words))


def fetched(app: App, place: Path) -> Path:
    """The unpacked source of an app. Raises `subprocess.SubprocessError` where pip has none."""
    name = app.package.partition("==")[0]
    there = place / app.name
    _run(
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary",
        name,
        "-d",
        there,
        app.package,
    )
    [archive] = there.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        file.extractall(there, filter="data")
    archive.unlink()
    [folder] = there.iterdir()
    return folder


def prepare() -> None:
    """An environment with Flask, Quart and pytest. Raises `subprocess.SubprocessError`."""
    if not VENV.exists():
        _run(sys.executable, "-m", "venv", VENV)
    python = VENV.absolute() / ("Scripts" if os.name == "nt" else "bin") / "python"
    # Some of the apps need packages that only an older setuptools can build.
    _run(python, "-m", "pip", "install", "--quiet", "setuptools<80", "wheel", "flit-core", *COMMON)


def table(tried: Sequence[Tried]) -> Iterator[str]:
    """What was tried, as Markdown."""
    yield "| app | green on Flask | green on Quart, by the tool alone |"
    yield "|---|---|---|"
    for one in tried:
        yield f"| {one.app.name} | {one.before} | {one.after} |"


def _run(*command: object, paths: str = "") -> str:
    environment = {**os.environ, "PYTHONPATH": paths} if paths else dict(os.environ)
    run = subprocess.run(  # noqa: S603 - our own words
        [str(word) for word in command],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60 * MINUTES,
    )
    return run.stdout


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 where every app has enough green tests, 1 where one has not."""
    parser = argparse.ArgumentParser(
        prog="python -m workshop.moved_apps", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("names", nargs="*", help="only these apps")
    wanted = parser.parse_args(arguments).names
    apps = [app for app in APPS if not wanted or app.name in wanted]
    tried = []
    try:
        prepare()
        with tempfile.TemporaryDirectory() as place:
            for app in apps:
                tried.append(trial(app, Path(place)))
                print(f"## {app.name}\n\n{tried[-1].said}\n", flush=True)  # noqa: T201 - a command
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        print(f"{error}", file=sys.stderr)  # noqa: T201
        return 1
    print("\n".join(table(tried)))  # noqa: T201
    return 0 if all(one.fine for one in tried) else 1


if __name__ == "__main__":
    raise SystemExit(main())
