# what is served, and what is mistaken for an app, is of any type
"""A link leads to the shop, also where a proxy stands between."""

import json
from pathlib import Path

import pytest
from bakeries import Bakery, both, flask_bakery

from bakery.proxy import Link
from bakery.shop.serving import serve


@both
def test_on_a_laptop_the_link_is_the_plain_address(bakery: Bakery) -> None:
    with serve(bakery()) as shop:
        assert shop.url == f"http://127.0.0.1:{shop.port}"
        assert shop.link == f"{shop.url}/"
        assert repr(shop.link) == repr(f"{shop.url}/")
        assert shop.link / "cake" == f"{shop.url}/cake" == shop.link / "/cake"


def test_a_link_is_shown_as_a_link_and_unfolds_into_the_page() -> None:
    shown = (Link("http://127.0.0.1:8000/") / "cake")._repr_html_()
    address = "http://127.0.0.1:8000/cake"
    assert f'<a href="{address}" target="_blank" rel="noopener">{address} (opens in a new tab)</a>' in shown
    assert f'<details><summary>Show the page here</summary><iframe src="{address}" title=' in shown


def test_a_link_that_leads_nowhere_says_why() -> None:
    link = Link("http://127.0.0.1:8001/", "No port < here.") / "cake"
    assert link == "http://127.0.0.1:8001/cake"
    assert link._repr_html_() == "<p>No port &lt; here.</p>"


def test_a_link_is_safe_to_show() -> None:
    assert '"<' not in Link('http://"<script>')._repr_html_()


@pytest.mark.parametrize(
    ("base", "link"), [("/", "http://127.0.0.1:{port}/"), ("/lab7/", "/lab7/proxy/absolute/{port}/key-")]
)
def test_the_base_of_the_kernels_own_server_is_found(
    base: str, link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("JPY_PARENT_PID", "4711")
    (tmp_path / "jpserver-4711.json").write_text(json.dumps({"base_url": base}))
    with serve(flask_bakery()) as shop:
        assert shop.link.startswith(link.format(port=shop.port))


@pytest.mark.parametrize("content", [None, "", "[]", "{}"])
def test_a_server_that_left_no_word_is_none(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("JPY_PARENT_PID", "4711")
    if content is not None:
        (tmp_path / "jpserver-4711.json").write_text(content)
    with serve(flask_bakery()) as shop:
        assert shop.link == f"{shop.url}/"
