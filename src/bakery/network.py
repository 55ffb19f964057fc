"""What a reader's environment says of networks: which of it keeps a client from being made, or leads past a shop.

A shop is on this very machine, so it needs neither a proxy nor certificates; but `httpx.AsyncClient()` reads both from
the environment, and raises where one of them is of no use. Every kernel reads this file when it starts, past the
package, which is not to be opened yet. So: standard library only, nothing of this package, and nothing slow.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, MutableMapping
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

PROXIES = ("http_proxy", "https_proxy", "all_proxy")
EXCEPTIONS = ("no_proxy", "NO_PROXY")
CERTIFICATES = "SSL_CERT_FILE"

NEAR = ("127.0.0.1", "localhost", "::1")
"""This machine, under each of its names: no proxy is asked for it."""

LAID_ASIDE = "BAKERY_LAID_ASIDE"
"""The variable in which a kernel keeps the names of those that it has laid aside, for the doctor."""


# What can be used


def unusable(variables: Mapping[str, str]) -> list[str]:
    """The variables with which no client of httpx can be made, by name."""
    return [name for name, value in variables.items() if value and not _usable(name, value)]


def _usable(name: str, value: str) -> bool:
    if name.lower() in PROXIES:
        return _leads_somewhere(value)
    if name in EXCEPTIONS:
        return all(map(_exception, _entries(value)))
    return name != CERTIFICATES or _has_certificates(Path(value))


def _leads_somewhere(proxy: str) -> bool:
    """Whether httpx takes this for the address of a proxy."""
    address = proxy if "://" in proxy else f"http://{proxy}"
    try:
        urlsplit(address).port  # noqa: B018  # raises where it is no number
    except ValueError:
        return False
    scheme = address.partition("://")[0].lower()
    return scheme in {"http", "https"} or (
        scheme in {"socks5", "socks5h"} and find_spec("socksio") is not None
    )


def _has_certificates(file: Path) -> bool:
    try:
        return b"-----BEGIN " in file.read_bytes()
    except OSError:
        return False


def _entries(excepted: str) -> list[str]:
    return [entry for part in excepted.split(",") if (entry := part.strip())]


def _exception(entry: str) -> bool:
    """Whether httpx takes this for a place where no proxy is asked: it stumbles over networks of IPv6, and brackets."""
    host, colon, port = entry.partition(":")
    if "://" in entry or not colon or (host and port.isdecimal()):
        return True
    try:
        return bool(ip_address(entry))
    except ValueError:
        return False


# In a kernel that starts


def lay_aside(variables: MutableMapping[str, str]) -> None:
    """Take away what no client can be made with, and let nobody ask a proxy for this machine.

    What is left of the proxies stays for all other machines: `%pip install` in a cell may need them.
    """
    if names := [name for name in unusable(variables) if name not in EXCEPTIONS]:
        for name in names:
            del variables[name]
        variables[LAID_ASIDE] = ", ".join(names)
    if not any(variables.get(name) for name in variables if name.lower() in {*PROXIES, *EXCEPTIONS}):
        return  # on Windows and macOS a NO_PROXY alone would end the proxies of the system's settings
    given = next((variables[name] for name in EXCEPTIONS if name in variables), "")
    entries = _entries(given)
    if "*" not in entries:
        kept = [entry for entry in entries if _exception(entry)]
        variables.update(dict.fromkeys(EXCEPTIONS, ",".join(dict.fromkeys([*kept, *NEAR]))))


# What the doctor says


def remarks(variables: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """What a reader should know of it, in sentences."""
    return tuple(_remarks(variables))


def _remarks(variables: Mapping[str, str]) -> Iterator[str]:
    if set_here := ", ".join(unusable(variables)):
        yield (
            f"No client of httpx can be made with {set_here} as set here. JupyterLab's kernels of this project lay "
            f"that aside; in another one, in the first cell:  import os; {_pop(unusable(variables))}"
        )
    if gone := variables.get(LAID_ASIDE):
        yield (
            f"Laid aside in this kernel: {gone}, with which no client of httpx can be made. A shop needs none of it."
        )
    if proxied():
        yield (
            "An HTTP proxy is set here. Orders go round it; a client of your own does with trust_env=False, or "
            "NO_PROXY=127.0.0.1."
        )


def _pop(names: list[str]) -> str:
    return "; ".join(f'os.environ.pop("{name}")' for name in names)


def proxied() -> bool:
    """Whether other clients than ours would ask a proxy for 127.0.0.1. As httpx, it looks at no exceptions of a system's."""
    from urllib.request import getproxies  # a hundredth of a second, which no kernel that starts needs

    proxies = getproxies()
    excepted = {entry.strip() for entry in proxies.get("no", "").split(",")}
    return bool({"http", "all"} & proxies.keys()) and not excepted & {"*", "127.0.0.1"}
