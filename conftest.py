"""What every test may rely on: notebooks are tests, and no kernel reads a reader's own settings."""

import atexit
import os
import signal
import tempfile
from pathlib import Path
from typing import Any

import nbval.kernel  # type: ignore[import-untyped]
import pytest
from jupyter_client.manager import KernelManager
from nbval.plugin import IPyNbCell  # type: ignore[import-untyped]

from bakery.carets import draw_in_the_main_thread_only
from bakery.orders.progress_line import VARIABLE
from workshop.execution import CELL_SECONDS, environment, wiring
from workshop.places import MARK as SANITISERS

WHOLE_FILES = {"no", "loadfile", "loadscope"}
"""The ways of pytest-xdist that keep a notebook's cells on one worker, in their order.

Its groups (`loadgroup`) do not: with pytest 9.2 they are passed over in silence.
"""

settings = tempfile.TemporaryDirectory(prefix="settings-", ignore_cleanup_errors=True)
atexit.register(settings.cleanup)


def quiet_manager(**options: Any) -> KernelManager:  # noqa: ANN401  # whatever nbval says
    """The manager of a kernel of nbval's, without ports that somebody else could take."""
    return KernelManager(**wiring(Path(tempfile.mkdtemp(dir=settings.name))), **options)


def pytest_configure(config: pytest.Config) -> None:
    """Give every kernel, whoever starts it, settings of its own; find the sanitisers from any folder."""
    ours = environment(Path(settings.name))
    for name in set(os.environ) - set(ours):
        del os.environ[name]
    os.environ.update(ours)
    os.environ.pop(VARIABLE)  # the tests of progress see some; notebooks see none, as below
    nbval.kernel.KernelManager = quiet_manager
    draw_in_the_main_thread_only()  # pytest parses the lines of a test that fails
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # begun in the background of a script
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.option.nbval_sanitize_with = str(config.rootpath / SANITISERS)
    if config.getoption("dist", "no") not in WHOLE_FILES:
        config.option.dist = "loadfile"
    config.option.loadscopereorder = False  # begin with what comes first, see below, not with the most tests


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Show no progress in a notebook: how much there is depends on the machine. Its kernel starts after this."""
    os.environ.pop(VARIABLE, None)
    if isinstance(item, IPyNbCell):
        os.environ[VARIABLE] = "off"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Be patient with notebooks: nbval waits five seconds for an output, a busy machine may take longer."""
    if isinstance(item, IPyNbCell):
        item.output_timeout = CELL_SECONDS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, then the notebooks, so that no worker is left alone with it at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path not in slow, not isinstance(item, IPyNbCell)))
