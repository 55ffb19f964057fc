"""What is this machine, and what only looks like it."""

import pytest

from bakery.loopback import is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "shop.localhost", "::1"])
def test_loopback_is_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "example.com", "127.0.0.1.example.com", "10.0.0.1", "0.0.0.0", "localhost.org", "xlocalhost"]
)
def test_everything_else_is_another_machine(host: str) -> None:
    assert not is_loopback(host)
