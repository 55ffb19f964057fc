"""The list of the site's packages, with a hash each: `share/site/wheels.txt`, written by `make wheels`."""

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from workshop.pins import Pin, compile_with
from workshop.pyproject import settings
from workshop.site.parts import PYTHON, downloaded

NEEDS_A_SERVER = {
    "waitress",  # opens a port
    "jupyterlab",  # the site has its own
    "jsonschema",  # for JupyterLab's server
    "ipykernel",  # the site has its own
    "jupyter-server-proxy",
    "nest-asyncio",  # shown in a child process, which a browser does not start
    "nbval",
    "pytest-asyncio",
    "aiohttp",  # opens sockets
    "flask-swagger-ui",  # 2.5 MB for a page that no tab can open there
}
"""What `dependencies` in pyproject.toml lists and a browser has no use for."""

NEEDED_TOO = ("ipython", "micropip", "packaging")
"""What the kernel in the browser imports."""

NEVER_IMPORTED = {
    "jedi",  # completion goes without it, as quickly as a page should
    "parso",  # jedi's
    "jupyterlab-widgets",  # the page's part of ipywidgets, which the built JupyterLab has
    "widgetsnbextension",
}

PLATFORM = "wasm32-pyodide2024"
HEADER = """\
# The Python packages of the site in the browser: `dependencies` in pyproject.toml, on Pyodide's Python {python}, without
# what needs a server. The same versions as in pins.txt where that has one for Python 3.13 and newer (a test compares).
# Written by `make wheels`; `make site` refuses a file with another hash.
"""


def write_wheels(root: Path, uv: Path) -> str:
    """Write the list anew; its name, or "" where nothing changed. Raises `SiteError` where a wheel cannot be had."""
    pins = resolved(root, uv)
    with tempfile.TemporaryDirectory() as folder:
        downloaded(list(map(str, pins)), Path(folder), "--no-deps")
        fresh = text(pins, hashes(sorted(Path(folder).glob("*.whl"))))
    path = root / "share" / "site" / "wheels.txt"
    if path.exists() and path.read_text(encoding="utf-8") == fresh:
        return ""
    path.write_text(fresh, encoding="utf-8", newline="\n")
    return path.relative_to(root).as_posix()


def requirements(root: Path) -> list[str]:
    """What the site is asked to have: our dependencies that make sense in a browser, and what its kernel needs."""
    ours = settings(root)["project"]["dependencies"]
    return [line for line in ours if Requirement(line).name not in NEEDS_A_SERVER] + list(NEEDED_TOO)


def resolved(root: Path, uv: Path) -> list[Pin]:
    """The versions of the site's packages: those of pins.txt, and the newest of what that has not."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "wanted.in")
        wanted.write_text("\n".join(requirements(root)), encoding="utf-8")
        words = ("--python-version", PYTHON, "--python-platform", PLATFORM)
        found = compile_with(
            uv, wanted, Path(folder, "out.txt"), *words, "--constraints", str(root / "pins.txt")
        )
    return [pin for pin in found if pin.name not in NEVER_IMPORTED]


def hashes(wheels: Sequence[Path]) -> dict[str, str]:
    """The SHA-256 of each wheel, by its package's name."""
    return {
        canonicalize_name(parse_wheel_filename(wheel.name)[0]): hashlib.sha256(wheel.read_bytes()).hexdigest()
        for wheel in wheels
    }


def text(pins: Sequence[Pin], hashes: Mapping[str, str]) -> str:
    """The text of the list."""
    lines = [f"{pin} --hash=sha256:{hashes[pin.name]}" for pin in pins]
    return HEADER.format(python=PYTHON) + "".join(f"{line}\n" for line in lines)
