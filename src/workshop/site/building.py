"""The whole site, from its parts."""

import tempfile
from pathlib import Path

from workshop.site.archive import compiled, library, ready, runtime
from workshop.site.files import digest, read, write
from workshop.site.page import contents, opened
from workshop.site.parts import fetched_pyodide, fetched_wheels, jupyterlite, unpacked


def build(root: Path, tools: Path, out: Path) -> str:
    """Build the site of the repository at `root` in the folder `out`; its build, twelve characters.

    `tools` is the environment in which JupyterLite is installed; what is fetched is kept in it. Raises `SiteError`
    for a part that is not what it should be.
    """
    share, parts = root / "share" / "site", tools / "parts"
    parts.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        pyodide = unpacked(fetched_pyodide(parts), work / "pyodide")
        python = library(pyodide, fetched_wheels(share / "wheels.txt", parts), tools, root)
        python = ready(python, compiled(python, pyodide, share / "compile.mjs", parts))
        site = read(jupyterlite(work, share, tools))
        python_here = runtime(pyodide, python)
        # Its folder's name changes with it, so that no browser mixes an old part with the rest.
        place = f"static/pyodide-{digest(python_here)}"
        site |= {f"{place}/{name}": data for name, data in python_here.items()}
        site |= contents(root)
        build = opened(site, share, place)
    write(site, out)
    return build
