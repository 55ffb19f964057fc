# what is served, and what is mistaken for an app, is of any type
"""A link leads to the shop, also where a proxy stands between."""

import json
import sys
import threading
from pathlib import Path
from types import ModuleType

import httpx
import pytest
from bakeries import Bakery, both, flask_bakery

from bakery.proxy import COLAB_SECONDS, NOWHERE_ON_COLAB, Link, colab
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


# On Colab, of which only its source was read: a stand-in for its package says what its page would


def come_to_colab(monkeypatch: pytest.MonkeyPatch, said: object) -> list[tuple[str, int]]:
    asked: list[tuple[str, int]] = []

    def eval_js(script: str, ignore_result: bool = False, timeout_sec: int = 0) -> object:
        asked.append((script, timeout_sec))
        if isinstance(said, Exception):
            raise said
        return said

    google, package, output = (ModuleType(name) for name in ("google", "google.colab", "google.colab.output"))
    monkeypatch.setattr(output, "eval_js", eval_js, raising=False)
    monkeypatch.setattr(package, "output", output, raising=False)
    monkeypatch.setattr(google, "colab", package, raising=False)
    for module in (google, package, output):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return asked


@both
def test_on_colab_the_link_is_the_address_that_its_page_says(
    bakery: Bakery, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = come_to_colab(monkeypatch, "https://abc-colab.example.org/")
    with serve(bakery()) as shop:
        assert asked == [(f"google.colab.kernel.proxyPort({shop.port})", COLAB_SECONDS)]
        assert shop.link / "cake" == "https://abc-colab.example.org/cake"
        assert "<iframe" in shop.link._repr_html_()
        # Whether or not the name in the browser comes through, the shop answers; under other names it does not.
        for host, status in (("abc-colab.example.org", 200), ("127.0.0.1", 200), ("evil.example.org", 403)):
            assert httpx.get(f"{shop.url}/cake", headers={"Host": host}).status_code == status


@pytest.mark.parametrize("said", [None, "", 7, "javascript:alert(1)", RuntimeError("no page")])
def test_where_colab_does_not_say_the_address_a_sentence_does(
    said: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    come_to_colab(monkeypatch, said)
    with serve(flask_bakery()) as shop:
        assert shop.link == f"{shop.url}/"
        assert shop.link._repr_html_() == f"<p>{NOWHERE_ON_COLAB}</p>"


def test_colab_is_asked_by_the_thread_that_runs_the_cell_and_by_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = come_to_colab(monkeypatch, "https://abc-colab.example.org/")
    said: list[str] = []
    other = threading.Thread(target=lambda: said.append(colab(80)))
    other.start()
    other.join()
    assert (said, asked) == ([""], [])
