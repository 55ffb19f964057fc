"""Sockets that listen on the loopback address, and as many of them as the machine allows."""

import errno
import socket
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any
from weakref import WeakSet

from bakery.loopback import HOST

TAKEN = (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE))

BACKLOG = 2048
"""Connections that may wait to be accepted; the operating system may allow fewer."""


class Door(socket.socket):
    """A socket that listens, and remembers whom it let in."""

    def __init__(self) -> None:
        # With its protocol named. asyncio lets small parts of an answer leave at once (TCP_NODELAY) only where it
        # knows for certain that this is TCP; without it, each order on a kept connection waited 40 ms.
        super().__init__(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._inside: WeakSet[socket.socket] = WeakSet()

    def accept(self) -> tuple[socket.socket, Any]:
        """Let a client in."""
        client, address = super().accept()
        self._inside.add(client)
        return client, address

    def hang_up(self) -> None:
        """End the connections that are still open, also those whose client has stopped reading."""
        for client in tuple(self._inside):
            with suppress(OSError):  # it has just ended by itself
                client.shutdown(socket.SHUT_RDWR)


def listen(port: int, host: str = HOST) -> Door:
    """A door on a port of the loopback address, or of another one; port 0 is any free one. Raises `OSError`."""
    door = Door()
    try:
        # On Windows the second option would let two shops share a port; elsewhere it lets a shop open on the
        # port of one that has just closed.
        exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
        door.setsockopt(socket.SOL_SOCKET, exclusive or socket.SO_REUSEADDR, 1)
        door.bind((host, port))
        door.listen(BACKLOG)
    except BaseException:
        door.close()
        raise
    return door


def make_room_for_a_crowd(descriptors: int = 8192) -> None:
    """Raise the soft limit of open files: a connection takes two where both of its ends are in one process.

    What is imported with the first order is imported before it: where the limit stays low, there may be no file left.
    """
    import_module("encodings.idna")
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = descriptors if hard == resource.RLIM_INFINITY else min(descriptors, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # macOS has a lower limit of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
