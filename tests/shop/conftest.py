"""What every test of a shop relies on."""

import os
from collections.abc import Iterator

import pytest

from bakery.shop import serving


@pytest.fixture(autouse=True)
def _nothing_stays_open(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Shops of one test do not reach the next, and none is behind a proxy unless the test says so."""
    for name in [name for name in os.environ if name.startswith(("JUPYTERHUB_", "KUBERNETES_"))]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    monkeypatch.setattr(serving, "_KEYS", {})
    yield
    serving._close_all()
    assert not serving._SHOPS
