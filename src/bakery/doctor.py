"""Is my kitchen all right, and what to do if not.

Standard library only, and nothing of this package at import: a doctor who needs a healthy kitchen is no use.
So `python src/bakery/doctor.py` works before anything is installed.
"""

from __future__ import annotations  # an older Python has to get as far as being told that it is too old

import asyncio
import os
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module, metadata
from importlib.machinery import PathFinder
from pathlib import Path

OLDEST = (3, 11)
NEEDED = (
    *("three-cakes-at-once", "flask", "quart", "waitress", "hypercorn"),
    *("httpx", "ipykernel", "ipywidgets", "jupyterlab"),
)
"""What a notebook cannot do without, in the order in which the report names the versions."""

IN_A_BROWSER = sys.platform == "emscripten"
"""Whether this kitchen is a page in the reader's browser, with neither servers nor sockets. Every room asks here."""

NOT_IN_A_BROWSER = ("waitress", "ipykernel", "jupyterlab")

_OF_SOME = ("aiosqlite", "aiohttp", "quart-schema", "msgspec", "flask-swagger-ui")
OF_SOME = {package.replace("-", "_"): package for package in _OF_SOME}
"""What single notebooks import besides: the package of each module."""

IMPORTED = ("flask", "quart", "httpx", "waitress", "hypercorn", "h11", "ipywidgets", "anywidget", *OF_SOME)
"""What notebooks and this package import from others: a file of such a name beside a notebook hides it."""

NOBODYS = {"test", "this", "antigravity"}
"""Modules of Python's own that a file may hide, since nobody imports them."""

VARIABLES = (
    *("PYTHONPATH", "PYTHONSTARTUP", "PYTHONWARNINGS"),
    *("PYTHONDEVMODE", "PYTHONASYNCIODEBUG", "PYTHONOPTIMIZE"),
    *("PIP_TARGET", "PIP_PREFIX", "PIP_USER", "JUPYTER_PATH", "JUPYTER_PREFER_ENV_PATH"),
)
"""What somebody may have set for other projects, and what then works differently here."""

BAD_KERNEL = "7.4.0"
SECONDS = 5.0
"""How long a connection to this very machine may take."""

INSTALL = "In a terminal, in the project's folder:  pip install -c pins.txt -e ."
RESTART = "Then restart the kernel (menu Kernel, Restart Kernel)."


@dataclass(frozen=True)
class Trouble:
    """One thing that is not as it should be, and what to do about it."""

    what: str
    remedy: str

    def __repr__(self) -> str:
        return "\n   ".join([self.what, *self.remedy.split("\n")])


@dataclass(frozen=True)
class Signs:
    """What there is to see in a kitchen. `versions` has `None` for what is not installed."""

    python: tuple[int, ...]
    versions: Mapping[str, str | None]
    loopback: str = ""
    """Why this machine cannot be reached at 127.0.0.1; "" where it can."""
    base: str = "/"
    """The base URL of the Jupyter server, other than "/" behind JupyterHub or Binder."""
    server_proxy: bool = True
    """Whether jupyter-server-proxy is installed."""
    surroundings: tuple[str, ...] = ()
    """What is to be said of other networks, and of the disk."""
    nested: bool = False
    """Whether `nest_asyncio.apply()` has patched the event loop that runs this."""
    hidden: tuple[str, ...] = ()
    """Files that are imported in place of a package or of a module of Python's own."""
    awaits: bool = True
    """Whether a cell may begin with `await`."""
    settings: tuple[str, ...] = ()
    """What the reader has set for every project, by name."""
    browser: bool = False
    """Whether this kitchen is a page in the reader's browser."""
    colab: bool = False
    """Whether this kitchen is a machine of Google Colab's."""


@dataclass(frozen=True)
class Report:
    """What the doctor found: troubles that need a remedy, remarks that do not, and the versions."""

    troubles: tuple[Trouble, ...]
    remarks: tuple[str, ...]
    versions: str

    @property
    def ok(self) -> bool:
        """Whether there is no trouble."""
        return not self.troubles

    def __repr__(self) -> str:
        if self.ok:
            return "\n".join(["Your kitchen is all right.", *self.remarks, self.versions])
        many = "one thing" if len(self.troubles) == 1 else f"{len(self.troubles)} things"
        numbered = [f"{number}. {trouble!r}" for number, trouble in enumerate(self.troubles, start=1)]
        return "\n".join([f"Your kitchen needs {many} mended.", *numbered, *self.remarks, self.versions])


def doctor() -> Report:
    """Look round this kitchen: Python, packages, the way to the loopback address, the proxy, the event loop."""
    return judged(signs())


def signs() -> Signs:
    """What there is to see here."""
    versions = {name: installed(name) for name in needed()}
    return Signs(
        python=sys.version_info[:3],
        versions=versions,
        loopback="" if IN_A_BROWSER else loopback(),
        base=base(),
        server_proxy=installed("jupyter-server-proxy") is not None,
        surroundings=() if IN_A_BROWSER else surroundings(),
        nested=nested(),
        hidden=() if IN_A_BROWSER else hidden(),
        awaits=awaits(),
        settings=() if IN_A_BROWSER else tuple(settings(os.environ)),
        browser=IN_A_BROWSER,
        colab="google.colab" in sys.modules,
    )


def needed(browser: bool = IN_A_BROWSER) -> list[str]:
    """The packages that notebooks cannot do without here."""
    return [name for name in NEEDED if not (browser and name in NOT_IN_A_BROWSER)]


def judged(seen: Signs) -> Report:
    """What to make of what there is to see."""
    packages = [f"{name} {version}" for name, version in seen.versions.items() if version]
    return Report(
        troubles=tuple(trouble for look in LOOKS if (trouble := look(seen))),
        remarks=tuple(remark for look in ASIDES if (remark := look(seen))),
        versions=", ".join([f"Python {'.'.join(map(str, seen.python))}", *packages]),
    )


# What can be wrong


def old_python(seen: Signs) -> Trouble | None:
    """A Python the notebooks do not run on."""
    if seen.python[:2] >= OLDEST:
        return None
    needed = ".".join(map(str, OLDEST))
    return Trouble(
        f"Python {'.'.join(map(str, seen.python))} is too old: the notebooks need {needed} or newer.",
        "In a terminal, in the project's folder, with a newer one:  make lab PYTHON=python3.13",
    )


def missing_packages(seen: Signs) -> Trouble | None:
    """Packages that are not installed."""
    missing = [name for name, version in seen.versions.items() if version is None]
    if not missing:
        return None
    verb = "is" if len(missing) == 1 else "are"
    return Trouble(
        f"Not installed where this runs: {', '.join(missing)}, which {verb} needed.", f"{INSTALL}\n{RESTART}"
    )


def closed_loopback(seen: Signs) -> Trouble | None:
    """A machine that does not let its programs talk to each other."""
    if not seen.loopback:
        return None
    return Trouble(
        f"A shop cannot be reached: a connection to 127.0.0.1 failed ({seen.loopback}).",
        "A firewall, a VPN or a sandbox is in the way: allow Python connections within this machine.",
    )


def missing_proxy(seen: Signs) -> Trouble | None:
    """A Jupyter server behind a hub that cannot show a shop in a browser tab."""
    if seen.base == "/" or seen.server_proxy:
        return None
    return Trouble(
        f"Your notebooks live at {seen.base}, where links to a shop need jupyter-server-proxy, which is not installed.",
        f"{INSTALL}\nThen restart the Jupyter server. Until then all but the links works.",
    )


def bad_kernel(seen: Signs) -> Trouble | None:
    """The kernel in which sliders die."""
    if seen.versions.get("ipykernel") != BAD_KERNEL:
        return None
    return Trouble(
        f"ipykernel {BAD_KERNEL} leaves a slider dead once it is moved while a cell awaits.",
        f'In a terminal:  pip install "ipykernel!={BAD_KERNEL}"\n{RESTART}',
    )


def nested_loop(seen: Signs) -> Trouble | None:
    """An event loop that may be entered twice, at a price."""
    if not seen.nested:
        return None
    return Trouble(
        "nest_asyncio has patched this kernel's event loop: cells that wait their turn under Run All get lost.",
        "Leave out nest_asyncio.apply(), and in a cell write:  await main()  instead of  asyncio.run(main())\n"
        + RESTART,
    )


def hiding_files(seen: Signs) -> Trouble | None:
    """Files of the reader's that bear the name of something that is imported."""
    if not seen.hidden:
        return None
    files = ", ".join(seen.hidden)
    name = Path(seen.hidden[0]).name
    return Trouble(
        f"Python finds {files} where a package or a module of its own is meant.",
        f"Rename it, for example to my_{name}. {RESTART}",
    )


def no_await(seen: Signs) -> Trouble | None:
    """A kernel that takes `await` in a cell for a mistake."""
    if seen.awaits:
        return None
    return Trouble("`await` does not work in cells: it was switched off.", "In a cell:  %autoawait on")


LOOKS = (
    *(old_python, missing_packages, hiding_files, closed_loopback),
    *(missing_proxy, bad_kernel, nested_loop, no_await),
)


def other_networks_and_disk(seen: Signs) -> str:
    """Settings for other networks, which clients of httpx would take even to this machine; and a disk with no room."""
    return "\n".join(seen.surroundings)


def own_settings(seen: Signs) -> str:
    """What a reader has set for all projects, and forgotten."""
    named = ", ".join(seen.settings)
    return (
        named and f"Settings of your own hold here, too: {named}. If a cell does something odd, try without."
    )


def in_a_browser(seen: Signs) -> str:
    """A kitchen without servers, where shops are called directly."""
    if not seen.browser:
        return ""
    return "It is in your browser: shops are called directly, and what needs a real machine says so."


def on_colab(seen: Signs) -> str:
    """A machine that is lent for a while, with an older kernel."""
    if not seen.colab:
        return ""
    return (
        "It is on Google Colab: this machine, and your progress on it, goes when the runtime ends. "
        "A slider that is moved while a cell runs is heard after it."
    )


ASIDES = (other_networks_and_disk, own_settings, in_a_browser, on_colab)


# How to see it


def installed(name: str) -> str | None:
    """The version of an installed package."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def loopback() -> str:
    """Why a connection to a port of 127.0.0.1 fails; "" where it does not."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as door:
            door.settimeout(SECONDS)
            with socket.create_connection(door.getsockname(), timeout=SECONDS):
                door.accept()[0].close()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def base() -> str:
    """The base URL of the Jupyter server this kernel belongs to, "/" where there is none."""
    try:
        from bakery.proxy import prefix
    except Exception:  # in a kitchen that lacks more than a proxy, or has a stranger's file in its place
        return os.environ.get("JUPYTERHUB_SERVICE_PREFIX") or "/"
    return prefix(0).removesuffix("proxy/absolute/0") or "/"


def surroundings() -> tuple[str, ...]:
    """What is to be said of other networks and of the disk; nothing where this package is not there to say it."""
    with suppress(Exception):
        rooms = (import_module(f"bakery.{name}") for name in ("network", "disk"))
        return tuple(said for room in rooms for said in room.remarks())
    return ()


def nested() -> bool:
    """Whether `nest_asyncio` has patched the running event loop; its fork nest_asyncio2 loses no cells."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return False
    return hasattr(loop, "_nest_patched") and not hasattr(loop, "_nest_asyncio2")


def hidden(folders: Sequence[Path] = ()) -> tuple[str, ...]:
    """Files that `import` finds in place of what is meant: here, and where notebooks are started."""
    here = Path.cwd()
    beside = [*dict.fromkeys((here, here / "my_notebooks", here / "notebooks", *folders))]
    return tuple(dict.fromkeys([*_in_place_of_packages(), *_beside(beside)]))


def _in_place_of_packages() -> Iterator[str]:
    """What is found for a package that is installed, and does not lie where that is."""
    for name in IMPORTED:
        try:
            home = Path(str(metadata.distribution(name).locate_file(""))).resolve()
            found = PathFinder.find_spec(name)
        except (metadata.PackageNotFoundError, ValueError, OSError):
            continue
        if found and found.origin and not Path(found.origin).resolve().is_relative_to(home):
            yield _short(Path(found.origin))


def _beside(folders: Sequence[Path]) -> Iterator[str]:
    """Files in these folders with the name of something that is imported; those of this package's folder are not."""
    names = {*IMPORTED, "bakery", *sys.stdlib_module_names} - NOBODYS
    for folder in folders:
        with suppress(OSError):
            yield from (_short(file) for file in sorted(folder.glob("*.py")) if file.stem in names)


def _short(path: Path) -> str:
    """A path as a reader knows it: from here, or from home."""
    for folder, sign in ((Path.cwd(), ""), (_home(), "~/")):
        if folder and path.is_relative_to(folder):
            return f"{sign}{path.relative_to(folder).as_posix()}"
    return str(path)


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None


def settings(variables: Mapping[str, str]) -> Iterator[str]:
    """The variables and files with which a reader has changed Python, IPython and Jupyter for every project."""
    yield from (name for name in VARIABLES if variables.get(name))
    home = _home() or Path(os.sep)
    ipython = Path(variables.get("IPYTHONDIR") or home / ".ipython") / "profile_default"
    jupyter = Path(variables.get("JUPYTER_CONFIG_DIR") or home / ".jupyter")
    for folder, pattern in (
        (ipython, "ipython*_config.*"),
        (ipython / "startup", "*.[pi]*y"),
        (jupyter, "jupyter*_config.*"),
    ):
        with suppress(OSError):
            yield from (_short(file) for file in sorted(folder.glob(pattern)))


def awaits() -> bool:
    """Whether a cell may begin with `await`; true where there are no cells."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return bool(getattr(shell, "autoawait", True))


def main() -> int:
    """The command line; 0 where all is right, 1 where it is not."""
    report = doctor()
    print(report)  # noqa: T201 - a command
    return 0 if report.ok else 1


if __name__ == "__main__":
    raise SystemExit(main())
