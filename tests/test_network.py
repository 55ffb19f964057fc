"""What is set for other networks keeps no client from being made, and leads nobody past a shop of this machine."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bakery.network import LAID_ASIDE, NEAR, lay_aside, proxied, remarks, unusable

DEAD = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in tuple(os.environ):
        if name.lower().endswith("_proxy") or name in {"SSL_CERT_FILE", "SSL_CERT_DIR", LAID_ASIDE}:
            monkeypatch.delenv(name)
    before = dict(os.environ)
    yield
    for name in (
        os.environ.keys() - before.keys()
    ):  # what a kernel that starts sets, monkeypatch does not know of
        del os.environ[name]


def made() -> bool:
    """Whether a client of httpx can be made."""
    try:
        httpx.Client().close()
    except (OSError, ImportError, ValueError, httpx.InvalidURL):
        return False
    return True


USED = {
    "HTTP_PROXY": (DEAD, "proxy.example:3128", "https://ada:secret@proxy.example:3128", "HTTP://proxy.example"),
    "no_proxy": ("localhost, .example", "10.0.0.0/8", "::1", "http://far.example", "far.example:80", "*", ""),
    "SSL_CERT_DIR": ("/nowhere",),
    "ALL_PROXY": ("",),
}  # fmt: skip
OF_NO_USE = {
    "ALL_PROXY": ("socks5://127.0.0.1:9", "socks5h://h:1", "socks://127.0.0.1:9", "http://far.example:port", "://far.example"),
    "https_proxy": ("socks5://127.0.0.1:9",),
    "SSL_CERT_FILE": ("/nowhere/certificates.pem", "/"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in USED for value in USED[name]])
def test_what_httpx_can_use_is_left_as_it_is(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    assert made()
    assert unusable(os.environ) == []
    lay_aside(os.environ)
    assert os.environ[name].startswith(value.replace(" ", ""))
    assert LAID_ASIDE not in os.environ


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name in OF_NO_USE for value in OF_NO_USE[name]]
)
def test_what_no_client_can_be_made_with_is_laid_aside_and_kept_in_mind(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert not made()
    assert unusable(os.environ) == [name]
    lay_aside(os.environ)
    assert made()
    assert name not in os.environ
    (said,) = remarks()
    assert said.startswith(f"Laid aside in this kernel: {name}, ")


@pytest.mark.parametrize("entry", ["[::1]", "::1/128", "fe80::/10", "far.example:y"])
def test_an_exception_that_httpx_stumbles_over_is_taken_out_and_the_others_stay(
    entry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", f"far.example, {entry}")
    assert (made(), unusable(os.environ)) == (False, ["NO_PROXY"])
    assert 'os.environ.pop("NO_PROXY")' in remarks()[0]
    lay_aside(os.environ)
    assert made()
    assert os.environ["NO_PROXY"] == ",".join(["far.example", *NEAR])
    assert remarks() == ()


@pytest.mark.parametrize("text", ["", "no certificates"])
def test_a_file_without_certificates_is_of_no_use_and_one_with_them_is(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "certificates.pem"
    file.write_text(text)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert (made(), unusable(os.environ)) == (False, ["SSL_CERT_FILE"])
    import certifi

    monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
    assert (made(), unusable(os.environ)) == (True, [])


@pytest.mark.parametrize(
    "name", ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
)
@pytest.mark.parametrize(
    "excepted", [None, "", "far.example", "localhost,127.0.0.0/8,::1", "[::1],::1/128", "*", "127.0.0.1"]
)
def test_a_kernel_asks_no_proxy_for_this_machine_and_the_same_one_as_before_for_others(
    name: str, excepted: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, DEAD)
    if excepted is not None:
        monkeypatch.setenv("NO_PROXY", excepted)
    lay_aside(os.environ)
    with httpx.Client() as client:
        for machine in NEAR:
            host = f"[{machine}]" if ":" in machine else machine
            for scheme in ("http", "https"):
                assert client._transport_for_url(httpx.URL(f"{scheme}://{host}:80/")) is client._transport
    assert os.environ[name] == DEAD
    kept = os.environ["NO_PROXY"].split(",")
    assert ("far.example" in kept) == (excepted == "far.example")
    assert not proxied()


def test_where_no_proxy_is_set_in_the_environment_no_exception_is_either() -> None:
    """On Windows and macOS one would end the proxies of the system's settings."""
    variables = {"SSL_CERT_FILE": "/nowhere", "ALL_PROXY": "socks://127.0.0.1:9", "PATH": "/bin"}
    lay_aside(variables)
    assert variables == {"PATH": "/bin", LAID_ASIDE: "SSL_CERT_FILE, ALL_PROXY"}


def test_where_nothing_is_set_nothing_is_changed_and_nothing_is_said() -> None:
    variables = {"PATH": "/bin"}
    lay_aside(variables)
    assert variables == {"PATH": "/bin"}
    assert remarks() == ()


def test_in_another_kernel_the_doctor_says_what_to_write_in_the_first_cell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    (said,) = remarks()[:1]
    cell = said.partition("in the first cell:  ")[2]
    exec(cell)  # it is what a reader copies
    assert made()
    assert remarks() == ()


@pytest.mark.parametrize("name", ["http_proxy", "ALL_PROXY"])
@pytest.mark.parametrize(
    ("excepted", "caught"), [("", True), ("far.example", True), ("localhost,127.0.0.1", False), ("*", False)]
)
def test_a_proxy_counts_where_it_would_take_this_machine(
    monkeypatch: pytest.MonkeyPatch, name: str, excepted: str, caught: bool
) -> None:
    monkeypatch.setenv(name, "http://proxy.invalid:3128")
    monkeypatch.setenv("no_proxy", excepted)
    assert proxied() is caught
    assert any("Orders go round it" in said for said in remarks()) is caught
