"""A plain web server for the built site."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from workshop.site.files import packed, read


def serve(site: Path, port: int) -> ThreadingHTTPServer:
    """A plain web server for the folder, on the loopback address; port 0 is any free one."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Quiet, directory=str(site)))


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and logs nothing."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {  # the base class's own
        ".wasm": "application/wasm",
        ".mjs": "text/javascript",
        ".js": "text/javascript",
    }

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Say nothing."""


def sizes(site: Path) -> Iterator[str]:
    """The size of the site, as it lies there and packed."""
    files = read(site)
    yield f"{len(files)} files, {sum(map(len, files.values())) / 1e6:.1f} MB, packed {len(packed(files)) / 1e6:.1f} MB"
