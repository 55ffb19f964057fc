"""Requests of httpx as the two interfaces of Python tell of them: WSGI in an environ, ASGI in a scope."""

import io
import sys
from typing import Any
from urllib.parse import unquote

import httpx

from bakery.loopback import HOST


def scope_of(request: httpx.Request) -> dict[str, Any]:
    """The request as an ASGI app is told of it."""
    raw, _, query = request.url.raw_path.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": unquote(raw.decode("ascii")),
        "raw_path": raw,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": (HOST, request.extensions.get("client_port", 0)),
        "server": (HOST, request.url.port or 80),
        "state": {},
        "extensions": {},
    }


def environ_of(request: httpx.Request, body: bytes) -> dict[str, Any]:
    """The request, with its body, as a WSGI app is told of it."""
    raw, _, query = request.url.raw_path.partition(b"?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(raw.decode("ascii")).encode("utf-8").decode("latin-1"),
        "QUERY_STRING": query.decode("ascii"),
        "SERVER_NAME": HOST,
        "SERVER_PORT": str(request.url.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": HOST,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.url.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.multi_items():
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        environ[key] = f"{environ[key]}, {value}" if key in environ else value
    return environ
