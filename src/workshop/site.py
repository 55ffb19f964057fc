"""The series as a static site: JupyterLab and Python in the reader's browser, without any server.

`make site` builds it in `dist/site`. What it is made of:

| part | comes from | pinned in |
|---|---|---|
| the static JupyterLab and its kernel | jupyterlite, installed in `.venv-site` | `pins.txt` |
| Python for the browser | the npm package `pyodide` | `PYODIDE` and its hash, here |
| Python packages | wheels without compiled parts | `share/site/wheels.txt`, with hashes |
| notebooks, package, banner | this repository | |

All of Python, its library and the packages, goes into one archive, compiled ahead: nothing is unpacked or compiled
while the reader waits. Nothing in the site depends on when or where it was built.

For whoever keeps this repository; nothing here is needed to read or run a notebook. Standard library only.
"""

import argparse
import base64
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PYODIDE = "pyodide@314.0.6"
PYODIDE_SHA512 = "BKDTJyIqFxC4BExLqeRS3f5xvXZIjOt8C3zGLN/Cc7tFxSwvKVhVkchQQ2AGLOtR4YrVOIFxbV8poyDOOmWwxQ=="
PYTHON = "3.14"

COMPILED_PURE = "markupsafe"
"""The one package whose wheels all have a compiled part, which it can do without."""

PRELOADED = ("micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython")
"""What the kernel would fetch and unpack while it starts, and finds in the archive instead."""

UNPACKED = re.compile(r"^(IPython|anywidget|bakery)/")
"""Packages that look for files of theirs beside their modules, and so cannot stay in the archive."""

UNNEEDED = re.compile(
    r"""
    (^|/)tests?/ | \.(so|pyi|pth|map|exe|c|h)$ | \.data/ | (^|/)RECORD$ | \.dist-info/licenses/
    | ^pygments/lexers/(?!(__init__|_mapping|python|special|text)\.py$)
    | ^wcwidth/table_grapheme_overrides/ | ^anywidget/labextension/ | ^(xmlrpc|curses|dbm)/
    | ^(idlelib|ensurepip|turtledemo|tkinter|__phello__|pydoc_data)/ | ^(antigravity|this|__hello__)\.py$
    """,
    re.VERBOSE,
)
"""Files of packages and of Python's own library that no cell imports."""

READABLE = re.compile(r"^(bakery|flask|quart|httpx|asyncio|_multiprocessing)\b")
"""What keeps its source beside the compiled form: a reader may look into it, or meets it in a traceback."""

LEFT_OUT = re.compile(
    r"\.map$|^doc/|^lab/(tree|workspaces)/|^rspack|^package\.json$|^lab/package\.json$|\.(eot|ttf)$"
    r"|^build/fa-.*\.svg$|^service-worker\.js$|/static/pypi/"
)
"""Files of JupyterLite that nobody asks for."""

DISABLED = (
    # Without its file system in the notebooks' folder, an import looks in no folder that has to be asked for.
    "@jupyterlite/application-extension:service-worker-manager",
    "@jupyterlite/application-extension:share-file",
    "@jupyterlab/extensionmanager-extension",
)

WHEN = "2026-01-01T00:00:00Z"
"""The date of every file, since the true one would differ from build to build."""

BUILDS = "build.json"
FIRST = "lab/index.html?path=00_start_here.ipynb"

Files = dict[str, bytes]


class SiteError(Exception):
    """Something that keeps the site from being built, in words."""


def build(root: Path, out: Path) -> str:
    """Build the site of the repository at `root` in the folder `out`; its build, twelve characters.

    Raises `SiteError` for a part that is not what it should be.
    """
    share, tools = root / "share" / "site", Path(sys.prefix)
    parts = tools / "parts"
    parts.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        pyodide = unpacked(fetched_pyodide(parts), work / "pyodide")
        python = library(pyodide, fetched_wheels(share / "wheels.txt", parts), tools, root)
        python = ready(python, compiled(python, pyodide, share / "compile.mjs", parts))
        site = read(jupyterlite(work, share))
        python_here = runtime(pyodide, python)
        # Its folder's name changes with it, so that no browser mixes an old part with the rest.
        place = f"static/pyodide-{digest(python_here)}"
        site |= {f"{place}/{name}": data for name, data in python_here.items()}
        site |= contents(root / "notebooks")
        build = opened(site, share, place)
    write(site, out)
    return build


# The parts, fetched once and kept


def fetched_pyodide(parts: Path) -> Path:
    """The npm package, by npm; raises `SiteError` where its hash is another."""
    archive = parts / f"{PYODIDE.replace('@', '-')}.tgz"
    if not archive.exists():
        run("npm", "pack", "--silent", PYODIDE, cwd=parts)
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != PYODIDE_SHA512:
        raise SiteError(f"{archive}: its hash is sha512-{found}, not the one pinned in site.py")
    return archive


def unpacked(archive: Path, folder: Path) -> Path:
    """The folder of an npm package."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def fetched_wheels(pins: Path, parts: Path) -> list[Path]:
    """The wheels, by pip, which compares the hashes."""
    text = pins.read_bytes()
    wheels = parts / f"wheels-{hashlib.sha256(text).hexdigest()[:12]}"
    if not wheels.exists():
        with tempfile.TemporaryDirectory(dir=parts) as folder:
            lines = [line for line in text.decode().splitlines() if not line.startswith("#")]
            for name, pure in (("compiled", False), ("pure", True)):
                chosen = [line for line in lines if line.startswith(COMPILED_PURE) != pure]
                wanted = Path(folder, f"{name}.txt")
                wanted.write_text("\n".join(chosen))
                platforms = ("any",) if pure else ("manylinux2014_x86_64",)
                run(
                    *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
                    *("--require-hashes", "--no-deps", "--only-binary=:all:", "--implementation=cp"),
                    *(f"--python-version={PYTHON}", f"--abi=cp{PYTHON.replace('.', '')}", "--abi=none"),
                    *(f"--platform={platform}" for platform in platforms),
                    *("--dest", str(Path(folder, "wheels")), "--requirement", str(wanted)),
                )
            Path(folder, "wheels").rename(wheels)
    return sorted(wheels.glob("*.whl"))


# Python: one archive


def library(pyodide: Path, wheels: Sequence[Path], tools: Path, root: Path) -> Files:
    """Every file that an import may find: Python's own library, the packages, the kernel, and ours."""
    files = unzipped(pyodide / "python_stdlib.zip")
    for wheel in [*wheels, *kernel_wheels(tools)]:
        files |= unzipped(wheel)
    for folder in (root / "src", root / "share" / "site" / "python"):
        files |= {
            name: data for name, data in read(folder).items() if name.endswith((".py", ".md", ".js", ".css"))
        }
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"].replace("-", "_"), project["version"]
    files[f"{name}-{version}.dist-info/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {version}\n".encode()
    )
    return files


def kernel_wheels(tools: Path) -> list[Path]:
    """The wheels that JupyterLite's kernel brings with it: itself, and stand-ins for parts of Jupyter."""
    extensions = tools / "share" / "jupyter" / "labextensions" / "@jupyterlite"
    folder = extensions / "pyodide-kernel-extension" / "static" / "pypi"
    return sorted(
        wheel for wheel in folder.glob("*.whl") if not wheel.name.startswith("widgetsnbextension-3")
    )


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


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip archive whose bytes depend on its files alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data, compresslevel=9)
    return buffer.getvalue()


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


# The page


def jupyterlite(work: Path, share: Path) -> Path:
    """The folder in which JupyterLite has built a site without contents."""
    lite = work / "lite"
    lite.mkdir()
    shutil.copy(share / "overrides.json", lite / "overrides.json")
    command = Path(sys.executable).parent / "jupyter-lite"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "SOURCE_DATE"))
    }
    run(
        *(str(command), "build", "--debug", "--lite-dir", str(lite), "--output-dir", str(work / "site")),
        *("--apps", "lab", "--no-sourcemaps", "--no-unused-shared-packages"),
        cwd=lite,
        environment=environment | {"SOURCE_DATE_EPOCH": "1767225600"},
    )
    return work / "site"


def contents(notebooks: Path) -> Files:
    """The notebooks, and the list of them that JupyterLite asks for."""
    files = {f"files/{file.name}": file.read_bytes() for file in sorted(notebooks.glob("*.ipynb"))}
    listed = [
        listing(name.removeprefix("files/"), "notebook") | {"size": len(data)} for name, data in files.items()
    ]
    files["api/contents/all.json"] = as_json(listing("", "directory") | {"content": listed, "format": "json"})
    return files


def listing(name: str, kind: str) -> dict[str, Any]:
    """An entry of Jupyter's contents API."""
    return {
        "name": name,
        "path": name,
        "type": kind,
        "created": WHEN,
        "last_modified": WHEN,
        "content": None,
        "format": None,
        "mimetype": None,
        "size": None,
        "writable": True,
    }


def opened(site: Files, share: Path, place: str) -> str:
    """Finish the pages: their settings, where they open, the banner; the build, which follows from all files."""
    for name in [name for name in site if LEFT_OUT.search(name) and not name.startswith("files/")]:
        del site[name]
    site["index.html"] = (share / "index.html").read_bytes()
    for name in ("banner.js", "banner.css"):
        site[name] = (share / name).read_bytes()
    config = json.loads(site["jupyter-lite.json"])
    settings = config["jupyter-config-data"]
    settings |= {
        "appName": "Three cakes at once",
        "exposeAppInBrowser": True,
        "contentsAllJsonFile": "all.json",
    }
    settings["disabledExtensions"] = sorted({*settings.get("disabledExtensions", ()), *DISABLED})
    settings.setdefault("litePluginSettings", {})["@jupyterlite/pyodide-kernel-extension:kernel"] = {
        "pyodideUrl": f"./{place}/pyodide.mjs",
        "pipliteUrls": [],
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": list(PRELOADED)},
    }
    site["jupyter-lite.json"] = as_json(config)
    build = digest(site)
    notebooks = sorted(name.removeprefix("files/") for name in site if name.startswith("files/"))
    facts = json.dumps({"build": build, "notebooks": notebooks}).replace("<", "\\u003c")
    banner = (
        f'<link rel="stylesheet" href="../banner.css?{build}"><script>window.bakerySite = {facts};</script>'
        f'<script src="../banner.js?{build}"></script>\n</body>'
    )
    page = site["lab/index.html"].decode()
    if page.count("</body>") != 1:
        raise SiteError("lab/index.html of JupyterLite has changed: there is no place for the banner")
    site["lab/index.html"] = page.replace("</body>", banner).encode()
    site[BUILDS] = as_json({"build": build})
    return build


# Files


def read(folder: Path) -> Files:
    """All files below a folder, by their path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Make a folder hold these files, and no others."""
    if folder.exists():
        shutil.rmtree(folder)
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def digest(files: Mapping[str, bytes]) -> str:
    """Twelve characters that are others where a name or a byte is another."""
    found = hashlib.sha256()
    for name, data in sorted(files.items()):
        found.update(f"{name}\0{len(data)}\0".encode())
        found.update(data)
    return found.hexdigest()[:12]


def as_json(value: object) -> bytes:
    """JSON whose bytes depend on the value alone."""
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()


def run(*command: str, cwd: Path | None = None, environment: Mapping[str, str] | None = None) -> None:
    """Run a command, and show what it says only if it fails. Raises `SiteError`."""
    try:
        subprocess.run(  # noqa: S603 - our own words
            command, check=True, cwd=cwd, env=environment, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise SiteError(f"{command[0]} is not installed; building the site needs Node.js and npm") from None
    except subprocess.CalledProcessError as failure:
        said = f"{failure.stdout}{failure.stderr}"[-2000:]
        raise SiteError(f"{' '.join(command)}\n{said}") from None


# The command line


def serve(site: Path, port: int) -> ThreadingHTTPServer:
    """A plain web server for the folder, on the loopback address; port 0 is any free one."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Quiet, directory=str(site)))


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and logs nothing."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {  # the base class's own
        ".wasm": "application/wasm",
        ".mjs": "text/javascript",
        ".js": "text/javascript",
    }

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Say nothing."""


def sizes(site: Path) -> Iterator[str]:
    """The size of the site, as it lies there and packed."""
    files = read(site)
    yield f"{len(files)} files, {sum(map(len, files.values())) / 1e6:.1f} MB, packed {len(packed(files)) / 1e6:.1f} MB"


def main(words: Sequence[str] | None = None) -> int:
    """The command line; 0 where all went well."""
    parser = argparse.ArgumentParser(prog="python -m workshop.site", description="The series in the browser.")
    parser.add_argument("command", choices=["build", "serve"])
    parser.add_argument("--out", type=Path, default=Path("dist/site"))
    parser.add_argument("--port", type=int, default=8000)
    asked = parser.parse_args(words)
    root = Path(__file__).parents[2]
    try:
        if asked.command == "build":
            print(f"build {build(root, asked.out)} in {asked.out}:", *sizes(asked.out))  # noqa: T201 - a command
            return 0
        if not (asked.out / BUILDS).exists():
            raise SiteError(f"there is no site in {asked.out} yet; run: make site")
        with serve(asked.out, asked.port) as server:
            print(f"The series is at http://127.0.0.1:{server.server_port}/ (Ctrl-C ends it)", flush=True)  # noqa: T201 - a command
            server.serve_forever()
    except SiteError as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - a command
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
