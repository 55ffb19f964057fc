"""A mishap: what went wrong in a handler, told with the reader's own line and without the frameworks'."""

import logging
import re
import sys
import sysconfig
import traceback
from functools import cache
from pathlib import Path, PurePath

CELL = re.compile(r"ipykernel_\d+[/\\]|<ipython-input-")
"""What the files in which kernels keep the code of a cell are called."""

LONGEST = 200
"""Characters of a message, and of a line, that a reason shows at most."""

NOT_THE_READERS = (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), str(Path(__file__).parent))
"""Where the code of Python and of this package lives; what was installed is known by its folder."""

_KEPT = "_kept_by_a_shop"


class Mishap:
    """An error and its reason, in one line."""

    __slots__ = ("error", "reason")

    def __init__(self, error: BaseException) -> None:
        self.error = error
        self.reason = reason(error)


def reason(error: BaseException) -> str:
    """One line that says what went wrong, and in which line of the reader's own code.

    For example `ZeroDivisionError: division by zero, line 7: return 1 / 0`.
    """
    more = ""
    while isinstance(error, BaseExceptionGroup):
        if len(error.exceptions) > 1:
            more = f" (and {len(error.exceptions) - 1} more)"
        error = error.exceptions[0]
    what = _short(f"{type(error).__name__}: {_text(error)}".removesuffix(": "))
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_own(frame.filename)]
    where = f", line {own[-1].lineno}: {_short(own[-1].line or '')}".removesuffix(": ") if own else ""
    return f"{what}{where}{more}"


def is_the_readers(error: BaseException) -> bool:
    """Whether the reader's own code had a part in it."""
    if isinstance(error, BaseExceptionGroup):
        return any(is_the_readers(part) for part in error.exceptions)
    return any(_is_own(frame.filename) for frame in traceback.extract_tb(error.__traceback__))


def quiet(error: BaseException) -> str:
    """The traceback without the frames of frameworks; from now on the frameworks' own handlers skip it."""
    error.__dict__[_KEPT] = True
    _hush()
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    report = traceback.TracebackException.from_exception(error)
    _keep_the_readers(report)
    return "".join(report.format(chain=True))


def _keep_the_readers(report: traceback.TracebackException | None) -> None:
    if report is None:
        return
    own = [frame for frame in report.stack if _is_own(frame.filename)]
    # Without columns: how a version of Python underlines them is no part of the story.
    report.stack = traceback.StackSummary.from_list(
        [
            (_shown(frame.filename), frame.lineno or 0, frame.name, frame.line)
            for frame in own or report.stack[-1:]
        ]
    )
    _keep_the_readers(report.__cause__)
    _keep_the_readers(report.__context__)
    for part in report.exceptions or ():
        _keep_the_readers(part)


def _shown(filename: str) -> str:
    return "<cell>" if CELL.search(filename) else filename


@cache
def _is_own(filename: str) -> bool:
    parts = PurePath(filename).parts
    if filename.startswith("<frozen") or {"site-packages", "dist-packages"} & set(parts):
        return False
    # In a browser, Python and what was installed come in an archive.
    if any(part.endswith(".zip") for part in parts[:-1]):
        return False
    return not any(PurePath(filename).is_relative_to(other) for other in NOT_THE_READERS)


def _text(error: BaseException) -> str:
    try:
        return " ".join(str(error).split())
    except Exception:  # a broken __str__ of the reader's is no reason to lose the line
        return ""


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _hush() -> None:
    """Keep the frameworks from writing a kept error to stderr as well.

    They would do so from a server's thread, where the output lands in whichever cell happens to run.
    Handlers that the reader set up are left alone.
    """
    for framework in ("flask", "quart"):
        if module := sys.modules.get(f"{framework}.logging"):
            module.default_handler.addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return error is None or _KEPT not in error.__dict__
