"""The loopback address: nobody on another machine gets there."""

import ipaddress

HOST = "127.0.0.1"


def is_loopback(host: str) -> bool:
    """Whether a host, by name or number, is this machine, whatever network it is in."""
    if host == "localhost" or host.endswith(".localhost"):  # nobody can register these names
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
