"""What came out of a thread, and is not what was wanted: a thread calls a function, and awaits nothing."""

import ast
import re
from collections.abc import Iterator

from bakery.checking.starters import nodes_of
from bakery.checking.virtual.lines import own_frames_of, own_text_of

HANDED = re.compile(r"\b(to_thread|run_in_executor|run_sync)\((?:None, )?(?P<what>[\w.]+)")
"""What is handed to a thread, in a line as Python would write it."""


def known_of_async_in_threads(error: BaseException, made: object) -> Iterator[str]:
    """What came out of a thread, and has still to be awaited: the thread was given a function that is awaited itself."""
    own = own_frames_of(error)
    names = [name for name, value in own[-1].f_locals.items() if value is made] if own else []
    for kept in (node for node in nodes_of(own_text_of(error)) if isinstance(node, ast.Assign)):
        name = ast.unparse(kept.targets[0])
        handed = HANDED.search(ast.unparse(kept.value))
        if handed and name in names:
            yield (
                f"`{name}` came out of a thread, and still has to be awaited: the thread has only called `{handed['what']}`, which "
                f"is made for `await`. Threads are for plain functions: `await {handed['what']}(…)` itself."
            )
