"""The proxy between the reader's browser and a kernel on Binder, JupyterHub, Colab or another Jupyter server."""

import html
import json
import os
import sys
import threading
from pathlib import Path


class Link(str):
    """An address that a notebook shows as a link, and below it, when asked, as the page itself.

    `nowhere` says why no browser tab gets there, if none does. `link / "cake"` is the address of a page.
    """

    def __new__(cls, address: str, nowhere: str = "") -> "Link":
        """An address; `nowhere` as above."""
        link = super().__new__(cls, address)
        link._nowhere = nowhere
        return link

    _nowhere: str

    def __truediv__(self, path: str) -> "Link":
        return Link(f"{self.rstrip('/')}/{path.lstrip('/')}", self._nowhere)

    def _repr_html_(self) -> str:
        if self._nowhere:
            return f"<p>{html.escape(self._nowhere)}</p>"
        address = html.escape(self, quote=True)
        # The page is asked for when it is unfolded, and not before: a stored notebook shows no dead frame.
        return (
            f'<a href="{address}" target="_blank" rel="noopener">{address} (opens in a new tab)</a>'
            "<details><summary>Show the page here</summary>"
            f'<iframe src="{address}" title="The page at {address}" loading="lazy" {FRAME}></iframe></details>'
        )


# A page without colours of its own is black on the white that browsers give it, also in a dark notebook.
FRAME = 'style="width:100%;height:7em;border:1px solid #8a7d6d;background:#fff;color-scheme:light"'


def prefix(port: int) -> str:
    """The path, without a closing slash, at which the proxy shows a port of this machine; "" without proxy."""
    base = _base()
    # The absolute form passes the path on whole, so that an app can build links which lead back through it.
    return f"{base}proxy/absolute/{port}" if base != "/" else ""


def cut_prefix(port: int) -> str:
    """The same for an app that builds no links: the proxy cuts this path off before it asks the app."""
    base = _base()
    return f"{base}proxy/{port}" if base != "/" else ""


COLAB_SECONDS = 5
"""How long Colab's page has time to say where it shows a port."""

NOWHERE_ON_COLAB = "Colab has not said at which address it shows this shop, so no browser tab gets there. Orders from cells do."


def on_colab() -> bool:
    """Whether this kernel is one of Google Colab's, which loads its own package before the first cell."""
    return "google.colab" in sys.modules


def colab(port: int) -> str:
    """The address, without a closing slash, at which Colab shows a port of this machine; "" where it does not say.

    Colab gives each port a host of its own, and only its page in the browser knows it. The page answers the cell that
    runs, so nobody else is to ask.
    """
    if not on_colab() or threading.current_thread() is not threading.main_thread():
        return ""
    try:
        from google.colab import output  # type: ignore[import-not-found]  # Colab's own, and nowhere else

        asked = f"google.colab.kernel.proxyPort({port})"
        said = output.eval_js(asked, timeout_sec=COLAB_SECONDS)
    except Exception:  # whatever becomes of Colab's own, a shop opens all the same
        return ""
    return said.rstrip("/") if isinstance(said, str) and said.startswith("https://") else ""


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
