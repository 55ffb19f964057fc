"""`python -m bakery.moving FOLDER` says what has to change in a Flask app so that it runs on Quart."""

import argparse
import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bakery.moving.move import Move, frameworks, move
from bakery.moving.reading import MovingError, Project, read
from bakery.moving.report import diff, report
from bakery.moving.trying import before_and_after
from bakery.moving.writing import check_committed, write


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 where all is well, 1 where the folder cannot be moved."""
    wanted = _parser().parse_args(arguments)
    folder: Path = wanted.folder
    try:
        project = read(folder)
        _check(project, folder)
        if wanted.write and not wanted.insist:
            check_committed(folder)
        moved = move(project)
        print(f"{diff(moved)}\n{report(moved)}" if not wanted.write else report(moved))  # noqa: T201
        if wanted.tests:
            _try(moved, folder)
        if wanted.write:
            write(moved, folder)
            print(f"Written to {folder}.")  # noqa: T201
        elif moved.texts:
            print(f"Nothing was written. To write it:  python -m bakery.moving {folder} --write")  # noqa: T201
    except MovingError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bakery.moving",
        description="Move a Flask app to Quart: shows a diff, and a list of what is left to do by hand.",
    )
    parser.add_argument("folder", type=Path, help="the folder of the app, with its tests")
    parser.add_argument("--write", action="store_true", help="write the changes, all or none")
    parser.add_argument(
        "--insist", action="store_true", help="write even where git would not have the old texts"
    )
    parser.add_argument(
        "--tests", action="store_true", help="run the tests before and after, in a copy of the folder"
    )
    return parser


def _check(project: Project, folder: Path) -> None:
    """Raise `MovingError` for what is no Flask app."""
    found = frameworks(project)
    if "flask" in found:
        return
    if "quart" in found:
        raise MovingError(f"{folder} is a Quart app already: nothing in it imports Flask.")
    why = "\n".join(f"- {left.path}: {left.reason}" for left in project.left)
    raise MovingError(
        "\n".join(filter(None, [f"{folder} is no Flask app: no file in it imports Flask.", why]))
    )


def _try(moved: Move, folder: Path) -> None:
    for name in ("pytest", "pytest_asyncio"):
        if importlib.util.find_spec(name) is None:
            raise MovingError(f"Running the tests needs {name}:  python -m pip install pytest pytest-asyncio")
    try:
        before, after = before_and_after(moved, folder)
    except subprocess.TimeoutExpired as error:
        raise MovingError(
            f"The tests took longer than {error.timeout:.0f} seconds and were stopped."
        ) from None
    print(f"Before: {before}. After: {after}.")  # noqa: T201
    for failure in after.failures:
        print(f"- {failure}")  # noqa: T201


if __name__ == "__main__":
    raise SystemExit(main())
