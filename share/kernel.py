"""Settings of every kernel in this environment: none, but a few mends. IPython reads this file when a kernel starts.

Settings for other networks. A proxy or a file of certificates that a reader has set for the web, and that is not there
any more, keeps `httpx.AsyncClient()` from being made, or from coming to a shop of this machine. So what is of no use
is laid aside, and no proxy is asked for this machine.

An import that fails in the first cell. What to install, or which file of the reader's hides a package, is said below
the error by `bakery`, once it is imported. So it is imported where an import fails before.

A request that is not noticed. ipykernel 7 sends its replies past the stream on which it hears requests. One that comes
in at that very moment is not noticed: a first cell never begins, or a slider stays dead, once in some fifty notebooks
(7.3.0). So it looks once more after each reply. See https://github.com/ipython/ipykernel/issues/1554.

An interrupt that is not noticed. While a cell awaits, the loop sleeps until something wakes it, and the stop button
does not: the cell is stopped when the loop wakes for another reason, which may be at its very end (7.3.0). So the
handler of the interrupt wakes it.

An interrupt that comes too late. One that arrives between a cell and its reply takes the reply away, and the cell never
seems to end (7.3.0). So the reply is sent then, too.

Each mend looks first whether it finds what it mends, and does nothing where that is another version's.
"""

import asyncio
import os
import runpy
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import ipykernel

HIDDEN = (
    "Python finds {} where the package bakery of this project is meant.\n"
    "Rename it, for example to my_bakery.py. Then restart the kernel (menu Kernel, Restart Kernel)."
)
MENDED = 7
"""The version of ipykernel that needs all this, by its first number."""


def mend_networks() -> None:
    """Let cells find a shop of this machine whatever is set for other networks: `bakery.network` knows how.

    Its file is read past its package, which looks for the shell of a notebook when it is opened, and there is none yet.
    """
    if not any(name.lower().endswith("_proxy") or name == "SSL_CERT_FILE" for name in os.environ):
        return
    package = find_spec("bakery")
    if package and package.origin:
        runpy.run_path(str(Path(package.origin).with_name("network.py")))["lay_aside"](os.environ)


def mend_imports() -> None:
    """Let the first import that fails bring in who says why; nothing is imported before."""
    from ipykernel.zmqshell import ZMQInteractiveShell

    shell: Any = ZMQInteractiveShell
    beginning = shell.init_traceback_handlers

    def begin(shell: Any, given: Any) -> None:  # noqa: ANN401  # IPython's own
        beginning(shell, given)
        if not shell.custom_exceptions:
            shell.set_custom_exc((ImportError, AttributeError), say_why)

    shell.init_traceback_handlers = begin


def say_why(shell: Any, kind: Any, error: Any, trace: Any, tb_offset: int | None = None) -> None:  # noqa: ANN401
    """Let `bakery` show an error; where it does not come in, or a stranger's does, show it as ever."""
    if isinstance(error, AttributeError) and not isinstance(error.obj, ModuleType):
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        return
    alone = shell.CustomTB
    with suppress(Exception):
        import bakery

        if not hasattr(bakery, "doctor"):
            error.add_note(HIDDEN.format(getattr(bakery, "__file__", "a folder named bakery")))
    if shell.CustomTB is alone:
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    else:
        shell.CustomTB(kind, error, trace, tb_offset)


def mend_replies() -> None:
    """Let the manager of channels look for requests after each reply."""
    import zmq
    from ipykernel import subshell_manager
    from ipykernel.kernelapp import IPKernelApp

    manager: Any = subshell_manager.SubshellManager
    reply = manager._send_on_shell_channel

    def reply_and_look_again(manager: Any, message: list[Any]) -> None:  # noqa: ANN401  # ipykernel's own
        reply(manager, message)
        if patched():
            return
        stream = getattr(IPKernelApp.instance().kernel, "shell_stream", None)
        if stream is not None and not stream.closed():
            stream.flush(zmq.POLLIN)

    manager._send_on_shell_channel = reply_and_look_again


def patched() -> bool:
    """Whether gevent has taken the place of sockets and threads in this kernel, where nothing is mended by us."""
    return bool(getattr(sys.modules.get("gevent.monkey"), "saved", None))


def mend_interrupts() -> None:
    """Let an interrupt wake the loop in which a cell awaits."""
    from ipykernel.ipkernel import IPythonKernel

    kernel: Any = IPythonKernel
    cancelling = kernel._cancel_on_sigint

    @contextmanager
    def cancelling_at_once(kernel: Any, future: Any) -> Iterator[None]:  # noqa: ANN401  # ipykernel's own
        with cancelling(kernel, future):
            loop, handle = asyncio.get_running_loop(), signal.getsignal(signal.SIGINT)

            def handle_and_wake(*about: Any) -> None:  # noqa: ANN401  # whatever a signal brings
                if callable(handle):
                    handle(*about)
                loop.call_soon_threadsafe(lambda: None)

            signal.signal(signal.SIGINT, handle_and_wake)
            yield  # whoever set the first handler puts back the one before it

    kernel._cancel_on_sigint = cancelling_at_once


def mend_lost_replies() -> None:
    """Let a cell that an interrupt has deprived of its reply have one."""
    from ipykernel.ipkernel import IPythonKernel

    kernel: Any = IPythonKernel
    executing = kernel.execute_request

    async def execute_request(kernel: Any, stream: Any, ident: Any, parent: Any) -> None:  # noqa: ANN401  # ipykernel's
        try:
            await executing(kernel, stream, ident, parent)
        except KeyboardInterrupt:
            said = {"ename": "KeyboardInterrupt", "evalue": "", "traceback": ["KeyboardInterrupt"]}
            kernel.send_response(kernel.iopub_socket, "error", said)
            reply = {"status": "error", "execution_count": kernel.execution_count, "payload": [], **said}
            kernel.session.send(stream, "execute_reply", reply, parent, ident=ident)

    kernel.execute_request = execute_request


with suppress(OSError, LookupError):  # of another version of this package, or a stranger's of the same name
    mend_networks()
with suppress(ImportError, AttributeError):  # another ipykernel
    mend_imports()
if getattr(ipykernel, "version_info", (0,))[0] == MENDED:
    for mend in (mend_replies, mend_interrupts, mend_lost_replies):
        try:
            mend()
        except (ImportError, AttributeError):  # another ipykernel 7, which has no such thing any more
            continue
