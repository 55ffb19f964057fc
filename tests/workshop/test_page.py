"""The pages of the site: notebooks with nothing answered, the lists JupyterLite asks for, and the banner."""

import json
from pathlib import Path

import pytest

from workshop.site.files import SiteError
from workshop.site.page import contents, with_banner

pytestmark = pytest.mark.files

ROOT = Path(__file__).parents[2]


def test_no_notebook_of_the_site_is_answered_before_it_is_run() -> None:
    site = contents(ROOT)
    names = [name for name in site if name.endswith(".ipynb")]
    assert len(names) == len(list((ROOT / "notebooks").glob("*.ipynb")))
    for name in names:
        cells = [cell for cell in json.loads(site[name])["cells"] if cell["cell_type"] == "code"]
        assert cells
        assert [cell["id"] for cell in cells if cell["outputs"] or cell["execution_count"]] == []


def test_every_folder_has_a_list_of_what_is_in_it(tmp_path: Path) -> None:
    for name in ("00_start_here.ipynb", "shop/app.py", "shop/static/cake.css"):
        path = tmp_path / "notebooks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"cells": []}')
    site = contents(tmp_path)

    def listed(folder: str) -> list[tuple[str, str]]:
        found = json.loads(site[f"api/contents/{folder}all.json"])["content"]
        return [(entry["path"], entry["type"]) for entry in found]

    assert listed("") == [("shop", "directory"), ("00_start_here.ipynb", "notebook")]
    assert listed("shop/") == [("shop/static", "directory"), ("shop/app.py", "file")]
    assert listed("shop/static/") == [("shop/static/cake.css", "file")]


def test_a_page_that_has_no_place_for_the_banner_is_told() -> None:
    assert b"bakerySite" in with_banner({"lab/index.html": b"<body></body>"}, "abc")
    with pytest.raises(SiteError, match="no place for the banner"):
        with_banner({"lab/index.html": b"<body>"}, "abc")


def test_a_setting_of_jupyterlab_holds_on_the_site_too() -> None:
    """A widget that is kept in the saved notebook is kept in the browser's storage as well."""
    here, site = (
        json.loads((ROOT / name).read_text("utf-8"))
        for name in ("share/overrides.json", "share/site/overrides.json")
    )
    for plugin, values in here.items():
        assert site[plugin].items() >= values.items()
