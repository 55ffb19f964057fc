"""What a reader can ask of `python -m bakery` in a terminal.

python -m bakery              is my kitchen all right?
python -m bakery copy         make my working copy of the notebooks, or bring it up to date
python -m bakery lab          the same, and open it in JupyterLab; further words are options of JupyterLab
python -m bakery originals    open the originals instead, with their outputs, to change them
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bakery import doctor, launch, working_copy


def main(words: Sequence[str] | None = None) -> int:
    """The command line; 0 where all is well, 1 where it is not."""
    asked, given = parsed(words)
    if asked.command == "doctor":
        print(seen := doctor())  # noqa: T201 - a command
        return 0 if seen.ok else 1
    root = Path.cwd()
    try:
        if asked.command != "originals":
            for line in working_copy.told(working_copy.refresh(root, asked.take)):
                print(line, flush=True)  # noqa: T201
        if asked.command != "copy":
            folder = working_copy.COPY if asked.command == "lab" else working_copy.ORIGINALS
            launch.launch(root, folder, given)
    except working_copy.CopyError as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return 1
    except ImportError as problem:
        print(f"JupyterLab does not start ({problem}); ask:  {working_copy.command()}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def parsed(words: Sequence[str] | None) -> tuple[argparse.Namespace, list[str]]:
    """What is asked, and the options for JupyterLab."""
    parser = argparse.ArgumentParser(
        prog="python -m bakery", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "command",
        nargs="?",
        default="doctor",
        choices=["doctor", "copy", "lab", "originals"],
        metavar="command",
    )
    parser.add_argument(
        "--take",
        nargs="+",
        default=[],
        metavar="NOTEBOOK",
        help="with copy: take these notebooks anew, and keep your own beside them",
    )
    asked, given = parser.parse_known_args(words)
    if given and asked.command in {"doctor", "copy"}:
        parser.error(f"unknown: {' '.join(given)}")
    if asked.take and asked.command != "copy":
        parser.error(f"Did you mean:  {working_copy.command('copy', '--take', *asked.take)}")
    return asked, given


if __name__ == "__main__":
    raise SystemExit(main())
