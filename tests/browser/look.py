"""Look at a notebook: run it in the real JupyterLab, say what went wrong, and take pictures of it all.

    python -m tests.browser.look notebooks/01_three_cakes.ipynb --theme dark --width 1280 --out /tmp/look

The notebook itself does not change: a copy of its folder is served.
"""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from .lab import running_lab
from .window import THEMES, Window, running_browser


def main() -> int:
    """Run and photograph one notebook; 1 if a cell failed or the page complained, else 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.look", description=__doc__.split("\n")[0])
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--theme", choices=list(THEMES), default="light")
    parser.add_argument("--width", type=int, default=1280, help="of the window, in pixels")
    parser.add_argument("--height", type=int, default=900, help="of the window, in pixels")
    parser.add_argument("--out", type=Path, default=None, help="folder for the pictures (default: a new one)")
    parser.add_argument("--seconds", type=float, default=120.0, help="time limit for Run All")
    parser.add_argument("--stored", action="store_true", help="do not run it: show it as it opens")
    ask = parser.parse_args()
    if not ask.notebook.is_file():
        parser.error(f"no such notebook: {ask.notebook}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server and the browser end too
    out: Path = ask.out or Path(tempfile.mkdtemp(prefix="look-"))
    with (
        tempfile.TemporaryDirectory(prefix="lab-") as home,
        running_lab(ask.notebook.resolve().parent, Path(home)) as lab,
        running_browser() as browser,
        Window(browser, lab).notebook(
            ask.notebook.name, theme=ask.theme, width=ask.width, height=ask.height
        ) as opened,
    ):
        began = time.monotonic()
        if not ask.stored:
            opened.run_all(ask.seconds)
            say(f"Run All took {time.monotonic() - began:.1f} s")
        problems = [*opened.errors, *map(str, opened.complaints)]
        pictures = opened.screenshots(out, f"{ask.notebook.stem}-{ask.theme}-{ask.width}")
    say(*problems or ["no errors"], *pictures)
    return 1 if problems else 0


def say(*lines: object) -> None:
    """Write lines to the terminal."""
    sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
