"""One link for a class: the address of this repository, and what Binder, Codespaces, the site and a hub make of it.

`make address` settles the address, from the `origin` of whoever's copy this is; `make links` prints the links.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bakery.working_copy import COPY, FIRST
from workshop.project import address, binder, write
from workshop.pyproject import ProjectError, settings

LEARNERS = "learners"
"""The branch with the notebooks without outputs, which a workflow writes (.github/workflows/learners.yml)."""

COLAB = "colab"
"""The folder of that branch with the same notebooks for Google Colab."""

SAY_IT = (
    "Say the address:  make address URL=https://github.com/OWNER/NAME\n"
    "A hub on one machine, a site of your own and a USB stick need none: docs/teaching.md has them."
)

SSH = re.compile(r"(?:ssh://)?git@(?P<host>[\w.-]+)[:/](?P<path>[\w./-]+)")
LINE = re.compile(r"^(?:# )?Repository = .*$", re.MULTILINE)


def web_address(remote: str) -> str:
    """The address that a browser shows for a remote of git.

    Raises `ProjectError` for one that no browser gets to, such as a folder.
    """
    remote = remote.strip()
    ssh = SSH.fullmatch(remote)
    url = f"https://{ssh['host']}/{ssh['path']}" if ssh else remote
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        # A token that somebody has written into the address of a remote is nobody else's business.
        url = parts._replace(netloc=parts.hostname + (f":{parts.port}" if parts.port else "")).geturl()
    return address({"Repository": url})


def origin(root: Path) -> str:
    """Where this copy was cloned from, as a browser shows it. Raises `ProjectError` where that cannot be said."""
    command = ["git", "remote", "get-url", "origin"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode or not done.stdout.strip():
        raise ProjectError(f"This copy has no origin. {SAY_IT}")
    try:
        return web_address(done.stdout)
    except ProjectError as error:
        # Not told: the origin itself, since somebody may have written a token into it.
        raise ProjectError(f"This copy comes from a place that no browser gets to. {SAY_IT}") from error


def settle(root: Path, url: str) -> list[str]:
    """Write the repository's address into pyproject.toml, and into every page that has links; what was written.

    Raises `ProjectError` for an address of another form, and for a pyproject.toml without a line for it.
    """
    path = root / "pyproject.toml"
    before = path.read_text(encoding="utf-8")
    after, found = LINE.subn(f'Repository = "{web_address(url)}"', before, count=1)
    if not found:
        raise ProjectError(
            'pyproject.toml: [project.urls] has no line for it. Did you mean:  Repository = "https://…"'
        )
    if after != before:
        path.write_text(after, encoding="utf-8", newline="\n")
    return [*(["pyproject.toml"] if after != before else []), *write(root)]


def links(url: str, hub: str = "", site: str = "") -> Iterator[tuple[str, str]]:
    """What a teacher can give to a class, and the link for it; those of a hub and a site where they are known."""
    parts = urlsplit(url)
    on_github = parts.hostname == "github.com"
    name = parts.path.rpartition("/")[2]
    yield "Binder, nothing to install", binder(url, FIRST)
    if on_github:
        yield "Codespaces, with an account at GitHub", f"https://codespaces.new{parts.path}"
        yield (
            "Colab, with an account at Google (not tried there)",
            f"https://colab.research.google.com/github{parts.path}/blob/{LEARNERS}/{COLAB}/{FIRST}",
        )
        owner, _, _ = parts.path.strip("/").partition("/")
        site = site or f"https://{owner.lower()}.github.io/{name}/"
    if site:
        yield "the site, in the browser alone", f"{site.rstrip('/')}/"
    if hub:
        wanted = {
            "repo": url,
            "branch": LEARNERS,
            "urlpath": f"lab/tree/{name}/{COPY}/{FIRST}",
        }
        yield (
            "your hub, which pulls the notebooks",
            f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{urlencode(wanted)}",
        )
    yield "an archive, for USB sticks", f"{url}/archive/refs/heads/main.zip" if on_github else url


def known(root: Path) -> str:
    """The repository's address: the settled one, or that of the `origin`. Raises `ProjectError` where there is neither."""
    return address(settings(root)["project"].get("urls", {})) or origin(root)
