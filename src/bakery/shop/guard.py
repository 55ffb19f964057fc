"""Who may ask: a shop answers under its own names, to programs of this machine and to its own pages.

Two kinds of strangers reach a port of the loopback address all the same. A page of another site, in the reader's own
browser: it may send forms, and by a name of its own that it lets point here it could read the answers. The browser
says where a request comes from (Host, Origin, Sec-Fetch-Site). And where several people share a machine, as on some
hubs, a neighbour: there, and on every way through a proxy, the address carries a key that cannot be guessed.

What a key does not close: whoever is allowed to read this notebook, or the memory of this process, has it too.
"""

import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from bakery.loopback import is_loopback

ANYBODY = "*"
"""Among the `hosts` of a shop: every name is its own, and pages of all sites may ask."""

NO_KEY = (
    "Other people may use this machine, or a proxy leads here, so the shop's address carries a key, and this one has "
    "none. Take it from the shop:  shop.link in a browser, shop.url in a program"
)
WRONG_NAME = (
    'This shop does not answer under the name "{0}". Open the address in shop.link, or if that name is yours:  '
    'serve(app, hosts=["{0}"])'
)
CROSS_SITE = (
    "This shop answers its own pages, and not those of {1}, which sent this request. "
    'If that site is yours:  serve(app, hosts=["{0}"])'
)


def shared_machine() -> bool:
    """Whether other people may run programs here: on a hub, unless it gives each of them a container of their own."""
    hub = any(name.startswith("JUPYTERHUB_") for name in os.environ)
    return hub and "KUBERNETES_SERVICE_HOST" not in os.environ


def new_key() -> str:
    """The part of a path that cannot be guessed."""
    return f"/key-{secrets.token_urlsafe(16)}"


class Arrival(NamedTuple):
    """What a request says of itself; a header that is not there is empty."""

    path: str
    """Decoded, as servers hand it over."""
    method: str
    host: str
    origin: str
    site: str
    """`Sec-Fetch-Site`: how the page that asks is related to this one; no script can change it."""
    mode: str
    """`Sec-Fetch-Mode`: "navigate" where somebody follows a link."""

    @classmethod
    def told_by(cls, path: str, method: str, headers: Mapping[str, str]) -> "Arrival":
        """From the headers, whose names are in lower case."""
        host, origin = headers.get("host", ""), headers.get("origin", "")
        site, mode = headers.get("sec-fetch-site", ""), headers.get("sec-fetch-mode", "")
        return cls(path, method, host, origin, site, mode)


class Verdict(NamedTuple):
    """What the guard says to a request."""

    moved: str = ""
    """What of the path is not the app's: the way through the proxy, and the key."""
    refusal: str = ""
    """Why it is not let in; empty if it is."""
    trusted: bool = True
    """Whether it may be told what went wrong inside, and in which line."""


@dataclass(frozen=True)
class Guard:
    """Who may ask a shop: `prefix` is its way through a proxy, `hosts` are names that it has besides its own.

    With `locked`, everybody needs the key, without it only those who come through the proxy.
    """

    prefix: str = ""
    key: str = ""
    locked: bool = False
    hosts: tuple[str, ...] = ()

    @property
    def inside(self) -> str:
        """What stands before the paths of the app in the address for programs."""
        return self.key if self.locked else ""

    @property
    def outside(self) -> str:
        """What stands before the paths of the app in the address for browsers, on the proxy's host; "" without one."""
        return f"{self.prefix}{self.key}" if self.prefix else ""

    def look(self, arrival: Arrival) -> Verdict:
        """Whether a request may come in."""
        if self.key:
            for way in ("", *self._ways()):
                if _begins(arrival.path, f"{way}{self.key}"):
                    return Verdict(moved=f"{way}{self.key}")
        if self.locked or any(_begins(arrival.path, way) for way in self._ways()):
            return Verdict(refusal=NO_KEY, trusted=False)
        return self._look_at_sender(arrival)

    def _ways(self) -> Iterator[str]:
        # Servers hand over decoded paths. The proxy, however, escapes once more what was escaped already.
        yield from {self.prefix, unquote(self.prefix)} - {""}

    def _look_at_sender(self, arrival: Arrival) -> Verdict:
        name = _name(arrival.host)
        own = not name or is_loopback(name)  # whoever sends no Host is no browser
        if not (own or self._is_a_name(name)):
            return Verdict(refusal=WRONG_NAME.format(name), trusted=False)
        if not from_elsewhere(arrival):
            return Verdict(trusted=own)
        page = _name(urlsplit(arrival.origin).netloc)
        if self._is_a_name(page):
            return Verdict(trusted=False)
        whose = f'"{page}"' if page else "another site"
        return Verdict(refusal=CROSS_SITE.format(page or "its name", whose), trusted=False)

    def _is_a_name(self, name: str) -> bool:
        return ANYBODY in self.hosts or (name != "" and name in self.hosts)


def _begins(path: str, way: str) -> bool:
    return f"{path}/".startswith(f"{way}/")


def from_elsewhere(arrival: Arrival) -> bool:
    """Whether a page that is not the shop's own sends this, other than by a link that somebody follows."""
    if arrival.site in ("same-origin", "none"):
        return False
    if arrival.site:
        return not (arrival.mode == "navigate" and arrival.method in ("GET", "HEAD"))
    # Browsers without Sec-Fetch-Site send an Origin with whatever changes something, and with WebSockets.
    return bool(arrival.origin) and urlsplit(arrival.origin).netloc.lower() != arrival.host.lower()


def _name(netloc: str) -> str:
    """The name in a Host header or an origin: without the port, and without the brackets of IPv6."""
    try:
        return (urlsplit(f"//{netloc}").hostname or "").rstrip(".")
    except ValueError:
        return netloc
