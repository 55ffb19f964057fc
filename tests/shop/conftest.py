"""What every test of a shop relies on."""

from collections.abc import Iterator

import pytest

from bakery.shop import serving


@pytest.fixture(autouse=True)
def _nothing_stays_open(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Shops of one test do not reach the next, and none is behind a proxy unless the test says so."""
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    yield
    serving._close_all()
    assert not serving._SHOPS
