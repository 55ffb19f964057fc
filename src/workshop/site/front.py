"""The front page of the site: a picture, two buttons, the map of the series with what works there, and a search."""

import html
import re
from pathlib import Path
from string import Template

from bakery.working_copy import FIRST
from workshop.project import PLACE
from workshop.pyproject import ProjectError
from workshop.series import Told
from workshop.site.files import Files

LICENCES = ("LICENSE", "LICENSE-PROSE.md")
CODE = re.compile(r"`([^`]+)`")
ALT = re.compile(r' alt="(?P<alt>[^"]+)"')


def front(root: Path, share: Path, series: tuple[Told, ...]) -> Files:
    """The front page, its pictures, its style and its script."""
    words = {
        "first": FIRST,
        "first_read": f"read/{series[0].name}.html",
        "alt": alt(root),
        "rows": "\n".join(map(row, series)),
    }
    page = Template((share / "index.html").read_text(encoding="utf-8")).substitute(words)
    files = {"index.html": page.encode()}
    files |= {name: (share / name).read_bytes() for name in ("front.css", "search.js")}
    files["licences.txt"] = b"\n\n".join((root / name).read_bytes() for name in LICENCES)
    return files | {
        f"race-{kind}.svg": (root / "docs" / f"race-{kind}.svg").read_bytes() for kind in ("light", "dark")
    }


def alt(root: Path) -> str:
    """What the picture on the README's first page says in words. Raises `ProjectError` where it says nothing."""
    places = {
        place["name"]: place[0] for place in PLACE.finditer((root / "README.md").read_text(encoding="utf-8"))
    }
    found = ALT.search(places.get("picture", ""))
    if not found:
        raise ProjectError(
            "README.md: its picture has no words for those who do not see it; run: make picture"
        )
    return found["alt"]


def row(told: Told) -> str:
    """A row of the map: where a notebook is read and where it is run, what for, how long, and what differs there."""
    title = html.escape(told.title)
    return (
        f'<tr><td class="level">{html.escape(told.level)}</td>'
        f'<th scope="row">{told.name[:2]} {title}</th>'
        f"<td>{shown(told.promise)}</td>"
        f'<td class="minutes">{told.minutes} min</td>'
        f'<td class="open"><a href="lab/index.html?path={told.name}.ipynb" aria-label="Run {title}">run</a> '
        f'<a href="read/{told.name}.html" aria-label="Read {title}">read</a></td>'
        f"<td><details><summary>{shown(told.runs)}</summary>{shown(told.differs)}</details></td></tr>"
    )


def shown(markdown: str) -> str:
    """A cell of a table of the README as HTML; all that it may hold besides words is code."""
    return CODE.sub(r"<code>\1</code>", html.escape(markdown))
