"""The pages of the site: JupyterLite's, with our notebooks, settings and banner."""

import json
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from bakery.working_copy import originals
from workshop.site.archive import PRELOADED
from workshop.site.files import Files, SiteError, as_json, digest

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


def contents(root: Path) -> Files:
    """The notebooks, with nothing answered yet, and the lists of them that JupyterLite asks for, a list a folder."""
    found = originals(root)
    files = {f"files/{name}": data for name, data in found.items()}
    folders = {str(folder) for name in found for folder in PurePosixPath(name).parents} - {"."}
    for folder in (".", *sorted(folders)):
        inside = [one for one in (*sorted(folders), *found) if str(PurePosixPath(one).parent) == folder]
        listed = [entry(name, found) for name in inside]
        place = PurePosixPath("api/contents", folder, "all.json")
        top = "" if folder == "." else folder
        files[str(place)] = as_json(listing(top, "directory") | {"content": listed, "format": "json"})
    return files


def entry(name: str, found: Mapping[str, bytes]) -> dict[str, Any]:
    """A file or a folder in the list of its folder."""
    if name not in found:
        return listing(name, "directory")
    kind = "notebook" if name.endswith(".ipynb") else "file"
    return listing(name, kind) | {"size": len(found[name])}


def listing(name: str, kind: str) -> dict[str, Any]:
    """An entry of Jupyter's contents API."""
    return {
        "name": PurePosixPath(name).name,
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
    for name in ("banner.js", "banner.css"):
        site[name] = (share / name).read_bytes()
    site["jupyter-lite.json"] = configured(site["jupyter-lite.json"], place)
    build = digest(site)
    site["lab/index.html"] = with_banner(site, build)
    site[BUILDS] = as_json({"build": build})
    return build


def configured(config: bytes, place: str) -> bytes:
    """The settings of JupyterLite, with ours."""
    said = json.loads(config)
    settings = said["jupyter-config-data"]
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
    return as_json(said)


def with_banner(site: Mapping[str, bytes], build: str) -> bytes:
    """The page of JupyterLab with our banner. Raises `SiteError` where it has no place for it."""
    notebooks = sorted(name.removeprefix("files/") for name in site if name.startswith("files/"))
    facts = json.dumps({"build": build, "notebooks": notebooks}).replace("<", "\\u003c")
    banner = (
        f'<link rel="stylesheet" href="../banner.css?{build}"><script>window.bakerySite = {facts};</script>'
        f'<script src="../banner.js?{build}"></script>\n</body>'
    )
    page = site["lab/index.html"].decode()
    if page.count("</body>") != 1:
        raise SiteError("lab/index.html of JupyterLite has changed: there is no place for the banner")
    return page.replace("</body>", banner).encode()
