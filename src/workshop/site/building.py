"""The whole site, from its parts."""

import tempfile
from pathlib import Path

from workshop.series import series
from workshop.site.archive import compiled, library, ready, runtime
from workshop.site.files import digest, read, write
from workshop.site.front import front
from workshop.site.page import contents, opened
from workshop.site.parts import (
    MINISEARCH,
    MINISEARCH_SHA512,
    PYODIDE,
    PYODIDE_SHA512,
    fetched,
    fetched_wheels,
    jupyterlite,
    unpacked,
)
from workshop.site.rendered import pages


def build(root: Path, tools: Path, out: Path) -> str:
    """Build the site of the repository at `root` in the folder `out`; its build, twelve characters.

    `tools` is the environment in which JupyterLite is installed; what is fetched is kept in it. Raises `SiteError`
    for a part that is not what it should be.
    """
    share, parts = root / "share" / "site", tools / "parts"
    parts.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        pyodide = unpacked(fetched(PYODIDE, PYODIDE_SHA512, parts), work / "pyodide")
        python = library(pyodide, fetched_wheels(share / "wheels.txt", parts), tools, root)
        python = ready(python, compiled(python, pyodide, share / "compile.mjs", parts))
        site = read(jupyterlite(work, share, tools))
        python_here = runtime(pyodide, python)
        # Its folder's name changes with it, so that no browser mixes an old part with the rest.
        place = f"static/pyodide-{digest(python_here)}"
        site |= {f"{place}/{name}": data for name, data in python_here.items()}
        search = unpacked(fetched(MINISEARCH, MINISEARCH_SHA512, parts), work / "minisearch")
        told = series(root)
        site |= contents(root) | front(root, share, told) | pages(root, share, told)
        site["read/minisearch.js"] = (search / "dist" / "umd" / "index.js").read_bytes()
        site["licences.txt"] += (
            b"\n\nMiniSearch, which searches the pages:\n\n" + (search / "LICENSE.txt").read_bytes()
        )
        build = opened(site, share, place)
    write(site, out)
    return build
