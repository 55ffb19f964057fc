"""Settings of every kernel in this environment: none, but three mends. IPython reads this file when a kernel starts.

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
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ipykernel

MENDED = 7
"""The version of ipykernel that needs all this, by its first number."""


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


if getattr(ipykernel, "version_info", (0,))[0] == MENDED:
    for mend in (mend_replies, mend_interrupts, mend_lost_replies):
        try:
            mend()
        except (ImportError, AttributeError):  # another ipykernel 7, which has no such thing any more
            continue
