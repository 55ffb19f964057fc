"""`make site`, `make site-serve`, `make wheels`: build the site, show it, write the list of its packages."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bakery.working_copy import CopyError
from workshop.pyproject import ProjectError
from workshop.site.building import build
from workshop.site.files import SiteError
from workshop.site.host import serve, sizes
from workshop.site.page import BUILDS
from workshop.site.wheels import write_wheels

ROOT = Path(__file__).parents[3]


def main(words: Sequence[str] | None = None) -> int:
    """The command line; 0 where all went well, 1 where it did not."""
    try:
        return obey(asked(words))
    except (SiteError, CopyError, ProjectError, subprocess.CalledProcessError) as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - a command
        return 1
    except KeyboardInterrupt:
        return 0


def asked(words: Sequence[str] | None) -> argparse.Namespace:
    """What is wanted."""
    parser = argparse.ArgumentParser(prog="python -m workshop site", description="The series in the browser.")
    parser.add_argument("command", choices=["build", "serve", "wheels"])
    parser.add_argument("--out", type=Path, default=Path("dist/site"), help="the folder of the site")
    parser.add_argument(
        "--tools", type=Path, default=Path(".venv-site"), help="where JupyterLite is installed"
    )
    parser.add_argument("--port", type=int, default=8000, help="to serve on; 0 is any free one")
    parser.add_argument(
        "--uv", type=Path, default=Path("uv"), help="the program that finds versions for wheels"
    )
    return parser.parse_args(words)


def obey(wanted: argparse.Namespace) -> int:
    """Do it. Raises `SiteError`, `CopyError` or `ProjectError` where it cannot be done."""
    if wanted.command == "wheels":
        print("written:", write_wheels(ROOT, wanted.uv) or "nothing, all was up to date")  # noqa: T201
    elif wanted.command == "build":
        if not wanted.tools.is_dir():
            raise SiteError(f"JupyterLite is not installed in {wanted.tools}; run: make site")
        made = build(ROOT, wanted.tools.absolute(), wanted.out)
        print(f"build {made} in {wanted.out}:", *sizes(wanted.out))  # noqa: T201
    else:
        if not (wanted.out / BUILDS).exists():
            raise SiteError(f"there is no site in {wanted.out} yet; run: make site")
        with serve(wanted.out, wanted.port) as server:
            print(f"The series is at http://127.0.0.1:{server.server_port}/ (Ctrl-C ends it)", flush=True)  # noqa: T201
            server.serve_forever()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
