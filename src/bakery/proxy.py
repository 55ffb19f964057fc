"""The proxy between the reader's browser and a kernel on Binder, JupyterHub or another Jupyter server."""

import html
import json
import os
from pathlib import Path


class Link(str):
    """An address that a notebook shows as a link."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        address = html.escape(self, quote=True)
        return f'<a href="{address}" target="_blank" rel="noopener">{address} (opens in a new tab)</a>'


def prefix(port: int) -> str:
    """The path, without a closing slash, at which the proxy shows a port of this machine; "" without proxy."""
    base = _base()
    # The absolute form passes the path on whole, so that an app can build links which lead back through it.
    return f"{base}proxy/absolute/{port}" if base != "/" else ""


def _base() -> str:
    base = os.environ.get("JUPYTERHUB_SERVICE_PREFIX") or _base_of_the_kernels_server() or "/"
    return f"/{base.strip('/')}/" if base.strip("/") else "/"


def _base_of_the_kernels_server() -> str:
    """The base URL of the Jupyter server that started this kernel, from the file it keeps while it runs."""
    pid = os.environ.get("JPY_PARENT_PID", "")
    if not pid.isdecimal():
        return ""
    try:
        from jupyter_core.paths import jupyter_runtime_dir

        running = json.loads((Path(jupyter_runtime_dir()) / f"jpserver-{pid}.json").read_text("utf-8"))
        return str(running["base_url"])
    except (ImportError, OSError, ValueError, KeyError, TypeError):
        return ""  # not started by a Jupyter server
