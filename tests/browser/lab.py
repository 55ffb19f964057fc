"""A real JupyterLab server of the test's own, at an address like the ones on Binder and JupyterHub."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

BASE = "/user/jovyan-abc123/"
TOKEN = "three-cakes"

# Nothing of the person's own set-up may reach the tests, and nothing of the tests may reach it.
PRIVATE = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
}

# Cells outside the window are in the page too, so that screenshots and checks see the whole notebook.
# No news and no look-up of updates: JupyterLab itself must not call home either.
SETTINGS = {
    "notebook-extension/tracker": '{"windowingMode": "none"}',
    "apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
}


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab; `root` is the folder it shows, `log` the file with what it says."""

    port: int
    root: Path
    log: Path

    @property
    def url(self) -> str:
        """Where it answers, with a slash at the end."""
        return f"http://127.0.0.1:{self.port}{BASE}"

    def address(self, workspace: str) -> str:
        """The address of JupyterLab's page, with a workspace of its own."""
        return f"{self.url}lab/workspaces/{workspace}?token={TOKEN}"


@contextmanager
def running_lab(
    folder: Path, home: Path, *, startup: float = 60.0, words: Sequence[str] = ()
) -> Iterator[Lab]:
    """Serve a copy of `folder`, so that the original never changes; everything else is kept in `home`.

    With `words` it is they that Python starts, and that have to say which folder is shown.

    Raises `RuntimeError` with the server's log if it does not answer within `startup` seconds.
    """
    root = home / "root"
    shutil.copytree(folder, root, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for name, text in SETTINGS.items():
        file = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    lab = Lab(_free_port(), root, home / "lab.log")
    # Kernels talk over files (see `editions.wiring`), whose names have to be short.
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as runtime:
        environment = _environment(home) | {"JUPYTER_RUNTIME_DIR": runtime}
        with lab.log.open("w") as log:
            server = subprocess.Popen(
                _command(lab, words),
                env=environment,
                cwd=root,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            _wait_for_answer(lab, server, startup)
            yield lab
        finally:
            _stop(server)


def _command(lab: Lab, words: Sequence[str]) -> list[str]:
    plain = ("-m", "jupyterlab", f"--ServerApp.root_dir={lab.root}")
    return [
        *(sys.executable, *(words or plain), "--no-browser", "--allow-root"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={lab.port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.base_url={BASE}",
        f"--IdentityProvider.token={TOKEN}",
        *(() if sys.platform == "win32" else ("--KernelManager.transport=ipc",)),
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]


def _environment(home: Path) -> dict[str, str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "JPY_", "PYTEST", "BAKERY_"))
    }
    return environment | {name: str(home / folder) for name, folder in PRIVATE.items()}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for_answer(lab: Lab, server: subprocess.Popen[bytes], startup: float) -> None:
    deadline = time.monotonic() + startup
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"{lab.url}api?token={TOKEN}", timeout=5):
            return
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not answer at {lab.url}:\n{lab.log.read_text()}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Ask it to end, which shuts its kernels down; insist where it does not."""
    server.terminate()
    try:
        server.wait(5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(5)
