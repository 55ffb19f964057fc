"""What the site is made of and comes from elsewhere: fetched once, compared with its pins, and kept."""

import base64
import hashlib
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from workshop.site.files import SiteError, run

PYODIDE = "pyodide@314.0.6"
PYODIDE_SHA512 = "BKDTJyIqFxC4BExLqeRS3f5xvXZIjOt8C3zGLN/Cc7tFxSwvKVhVkchQQ2AGLOtR4YrVOIFxbV8poyDOOmWwxQ=="
PYTHON = "3.14"
MINISEARCH = "minisearch@7.2.0"
MINISEARCH_SHA512 = "dqT2XBYUOZOiC5t2HRnwADjhNS2cecp9u+TJRiJ1Qp/f5qjkeT5APcGPjHw+bz89Ms8Jp+cG4AlE+QZ/QnDglg=="
"""The search of the front page."""

PLATFORMS = {
    "markupsafe": "manylinux2014_x86_64",  # its compiled part is left out: it can do without
    "msgspec": "pyemscripten_2026_0_wasm32",  # compiled for Pyodide
}
"""The packages that have no pure wheel, and the platform whose wheel is taken."""


def fetched(package: str, sha512: str, parts: Path) -> Path:
    """An npm package such as `pyodide@314.0.6`, by npm; raises `SiteError` where its hash is another."""
    archive = parts / f"{package.replace('@', '-')}.tgz"
    if not archive.exists():
        run("npm", "pack", "--silent", package, cwd=parts)
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != sha512:
        raise SiteError(f"{archive}: its hash is sha512-{found}, not the one pinned in parts.py")
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
        lines = [line for line in text.decode().splitlines() if not line.startswith("#")]
        with tempfile.TemporaryDirectory(dir=parts) as folder:
            downloaded(lines, Path(folder, "wheels"), "--no-deps", "--require-hashes")
            Path(folder, "wheels").rename(wheels)
    return sorted(wheels.glob("*.whl"))


def downloaded(lines: Sequence[str], folder: Path, *options: str) -> None:
    """Download wheels for the Python of the site: pure ones, but for the few packages that have none."""
    by_platform: dict[str, list[str]] = {}
    for line in lines:
        by_platform.setdefault(PLATFORMS.get(line.partition("==")[0], "any"), []).append(line)
    with tempfile.TemporaryDirectory() as lists:
        for platform, chosen in by_platform.items():
            wanted = Path(lists, f"{platform}.txt")
            wanted.write_text("\n".join(chosen), encoding="utf-8")
            run(
                *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
                *(*options, "--only-binary=:all:", "--implementation=cp", f"--platform={platform}"),
                *(f"--python-version={PYTHON}", f"--abi=cp{PYTHON.replace('.', '')}", "--abi=none"),
                *("--dest", str(folder), "--requirement", str(wanted)),
            )


def kernel_wheels(tools: Path) -> list[Path]:
    """The wheels that JupyterLite's kernel brings with it: itself, and stand-ins for parts of Jupyter."""
    extensions = tools / "share" / "jupyter" / "labextensions" / "@jupyterlite"
    folder = extensions / "pyodide-kernel-extension" / "static" / "pypi"
    return sorted(
        wheel for wheel in folder.glob("*.whl") if not wheel.name.startswith("widgetsnbextension-3")
    )


def jupyterlite(work: Path, share: Path, tools: Path) -> Path:
    """The folder in which JupyterLite has built a site without contents."""
    lite = work / "lite"
    lite.mkdir()
    shutil.copy(share / "overrides.json", lite / "overrides.json")
    command = tools / "bin" / "jupyter-lite"
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
