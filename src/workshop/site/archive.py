"""Python for the browser: its library, the packages and ours in one archive, compiled ahead."""

import hashlib
import json
import re
import tempfile
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from workshop.site.files import Files, as_json, digest, packed, read, run, write
from workshop.site.parts import PYODIDE, kernel_wheels

PRELOADED = ("micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython")
"""What the kernel would fetch and unpack while it starts, and finds in the archive instead."""

UNPACKED = re.compile(r"^(IPython|anywidget|bakery|msgspec)/")
"""Packages with a compiled part, or that look for files beside their modules: they cannot stay in the archive."""

UNNEEDED = re.compile(
    r"""
    (^|/)tests?/ | (?<!wasm32-emscripten)\.so$ | \.(pyi|pth|map|exe|c|h)$ | \.data/ | (^|/)RECORD$ | \.dist-info/licenses/
    | ^pygments/lexers/(?!(__init__|_mapping|python|special|text)\.py$)
    | ^wcwidth/table_grapheme_overrides/ | ^anywidget/labextension/ | ^(xmlrpc|curses|dbm)/
    | ^(idlelib|ensurepip|turtledemo|tkinter|__phello__|pydoc_data)/ | ^(antigravity|this|__hello__)\.py$
    """,
    re.VERBOSE,
)
"""Files of packages and of Python's own library that no cell imports."""

READABLE = re.compile(r"^(bakery|flask|quart|httpx|asyncio|_multiprocessing)\b")
"""What keeps its source beside the compiled form: a reader may look into it, or meets it in a traceback."""


def library(pyodide: Path, wheels: Sequence[Path], tools: Path, root: Path) -> Files:
    """Every file that an import may find: Python's own library, the packages, the kernel, and ours."""
    files = unzipped(pyodide / "python_stdlib.zip")
    for wheel in [*wheels, *kernel_wheels(tools)]:
        files |= unzipped(wheel)
    files |= ours(root)
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"].replace("-", "_"), project["version"]
    files[f"{name}-{version}.dist-info/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {version}\n".encode()
    )
    return files


def ours(root: Path) -> Files:
    """Our package, with all that lies beside its modules (words, scripts, the apps that move), and the stand-ins."""
    package = read(root / "src" / "bakery")
    files = {
        f"bakery/{name}": data
        for name, data in package.items()
        if not name.rpartition("/")[2].startswith(".")
    }
    return files | read(root / "share" / "site" / "python")


def unzipped(archive: Path) -> Files:
    """The needed files of a wheel or of the library's archive."""
    with zipfile.ZipFile(archive) as zipped:
        return {
            name: zipped.read(name)
            for name in zipped.namelist()
            if not name.endswith("/") and not UNNEEDED.search(name)
        }


def compiled(python: Mapping[str, bytes], pyodide: Path, script: Path, parts: Path) -> Files:
    """The compiled form of every module, made by that Python itself; kept for the next build."""
    sources = {name: data for name, data in python.items() if name.endswith(".py")}
    kept = parts / f"compiled-{digest(sources | {'python': PYODIDE.encode(), 'script': script.read_bytes()})}"
    if not kept.exists():
        with tempfile.TemporaryDirectory(dir=parts) as folder:
            write(sources, Path(folder, "source"))
            Path(folder, "target").mkdir()
            run("node", str(script), str(pyodide), f"{folder}/source", f"{folder}/target")
            Path(folder, "target").rename(kept)
    return read(kept)


def ready(python: Files, compiled: Files) -> Files:
    """What goes into the archive: the compiled form, and the source where it is read or cannot be compiled."""
    return compiled | {
        name: data for name, data in python.items() if f"{name}c" not in compiled or READABLE.match(name)
    }


def runtime(pyodide: Path, python: Files) -> Files:
    """Pyodide's own files with our archive, and a list of packages that are there already."""
    names = ("pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide.mjs")
    files = {name: (pyodide / name).read_bytes() for name in names}
    beside = {name: data for name, data in python.items() if UNPACKED.match(name)}
    archive = packed({name: data for name, data in python.items() if name not in beside})
    wheels = {"nothing": wheel("nothing", {}), "unpacked": wheel("unpacked", beside_their_source(beside))}
    lock = json.loads((pyodide / "pyodide-lock.json").read_bytes())
    lock["packages"] = {}
    for name in PRELOADED:
        kind = "unpacked" if name == "ipython" else "nothing"
        found = hashlib.sha256(wheels[kind]).hexdigest()
        file = f"{kind}-0.{int(found[:12], 16)}-py3-none-any.whl"
        files[file] = wheels[kind]
        lock["packages"][name] = {
            "name": name,
            "version": "0",
            "file_name": file,
            "install_dir": "site",
            "package_type": "package",
            "sha256": found,
            "depends": [],
            "imports": [],
        }
    return files | {"pyodide-lock.json": as_json(lock), "python_stdlib.zip": archive}


def wheel(name: str, files: Files) -> bytes:
    """A wheel of some files, with just enough about itself to be unpacked."""
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: 0\n"
    kind = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    folder = f"{name}-0.dist-info"
    return packed(files | {f"{folder}/METADATA": about.encode(), f"{folder}/WHEEL": kind.encode()})


def beside_their_source(files: Files) -> Files:
    """Compiled modules where an import looks for them in a folder: in a cache if their source is there."""
    return {
        re.sub(r"([^/]+)\.pyc$", r"__pycache__/\1.cpython-314.pyc", name)
        if name[:-1] in files
        else name: data
        for name, data in files.items()
    }
