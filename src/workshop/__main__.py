"""The workshop's commands, which `make` calls: `python -m workshop build`, and the rest that `--help` tells."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from workshop.building import build_all, check_all, say
from workshop.comparing import SANITISERS, read_rules
from workshop.editions import write_editions
from workshop.notebooks import NotebookError


def repository(start: Path) -> Path:
    """The repository's folder: the nearest one from `start` upwards that holds the sanitisers.

    Raises `NotebookError` where there is none.
    """
    for folder in (start, *start.parents):
        if (folder / SANITISERS).is_file():
            return folder
    raise NotebookError(f"no {SANITISERS.as_posix()} here or above: run this inside the repository")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 where all is well, 1 where it is not."""
    parser = argparse.ArgumentParser(prog="python -m workshop", description="Build or check notebooks.")
    parser.add_argument(
        "verb",
        choices=["build", "check", "editions"],
        help="execute and write, only look, or write the other editions",
    )
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all in notebooks/")
    wanted = parser.parse_args(arguments)
    try:
        root = repository(Path.cwd())
        paths = wanted.notebooks or sorted((root / "notebooks").glob("*.ipynb"))
        for path in paths:
            if not path.is_file():
                raise NotebookError(f"{path}: no such file")
        if wanted.verb == "editions":
            for place in write_editions(paths):
                say(place.relative_to(place.parents[2]).as_posix())
            return 0
        if wanted.verb == "check":
            return 0 if check_all(paths) else 1
        return 0 if asyncio.run(build_all(paths, read_rules(root / SANITISERS))) else 1
    except NotebookError as error:
        say(str(error), sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
