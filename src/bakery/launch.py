"""Open the working copy in JupyterLab, whatever a reader has set for other projects.

What is given on the command line wins over every file of settings, so what this needs is said there: the folder, the
page that opens, and the kernel of this very Python. The reader's own themes, shortcuts, password and port stay.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bakery.working_copy import FIRST

# Jupytext, nb_conda_kernels and gateways put classes of theirs here for all projects; none of them is installed in this
# one, and JupyterLab would not start.
PLAIN = (
    "--ServerApp.contents_manager_class=jupyter_server.services.contents.largefilemanager.AsyncLargeFileManager",
    "--ServerApp.kernel_spec_manager_class=jupyter_client.kernelspec.KernelSpecManager",
    "--ServerApp.kernel_manager_class=jupyter_server.services.kernels.kernelmanager.AsyncMappingKernelManager",
    "--GatewayClient.url=",
)


def options(root: Path, folder: str, given: Sequence[str]) -> list[str]:
    """What JupyterLab is told: our own needs, then what the reader has given, which wins."""
    return [
        *PLAIN,
        f"--ServerApp.root_dir={root}",
        f"--FileContentsManager.preferred_dir={root / folder}",
        f"--LabApp.default_url=/lab/tree/{folder}/{FIRST}",
        "--log-level=WARN",
        *([] if has_display(sys.platform, os.environ) else ["--no-browser"]),
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
        *given,
    ]


def has_display(platform: str, variables: Mapping[str, str]) -> bool:
    """Whether a browser can open a window here. Without one Jupyter would look for a browser in the terminal."""
    return platform != "linux" or bool(variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY"))


def launch(root: Path, folder: str, given: Sequence[str]) -> None:
    """Run JupyterLab in this process until it is ended. Raises `ImportError` where it is not installed."""
    from jupyterlab.labapp import LabApp  # type: ignore[import-untyped]  # half a second, for this command alone

    # A kernel of the same name, registered for all projects of this reader, would be another Python's.
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    for name in ("JUPYTER_PATH", "JUPYTER_GATEWAY_URL"):
        os.environ.pop(name, None)
    LabApp.launch_instance(argv=options(root, folder, given))
