"""Settings of every kernel in this environment: none, but a mend. IPython reads this file when a kernel starts.

ipykernel 7 sends its replies past the stream on which it hears requests. A request that comes in at that very moment
is not noticed: a first cell never begins, or a slider stays dead, once in some fifty notebooks (7.3.0). So it looks
once more after each reply. See https://github.com/ipython/ipykernel/issues/1554.
"""

from typing import Any

import zmq
from ipykernel import subshell_manager
from ipykernel.kernelapp import IPKernelApp

reply = subshell_manager.SubshellManager._send_on_shell_channel


def reply_and_look_again(manager: subshell_manager.SubshellManager, message: list[Any]) -> None:
    """Send a reply, then take the requests that came in meanwhile. All of it happens in one thread."""
    reply(manager, message)
    stream = getattr(IPKernelApp.instance().kernel, "shell_stream", None)
    if stream is not None and not stream.closed():
        stream.flush(zmq.POLLIN)


subshell_manager.SubshellManager._send_on_shell_channel = reply_and_look_again  # type: ignore[method-assign, assignment]
