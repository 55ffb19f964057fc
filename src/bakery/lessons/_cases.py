"""What lessons that try an answer in several cases have in common: an error is told with the case in which it came up."""

from collections.abc import Iterator
from contextlib import contextmanager

from bakery.checking.mistakes import Wrong


@contextmanager
def in_case(what: str) -> Iterator[None]:
    """Tell of an error in which case it came up; a missing `await` is missing in every case."""
    try:
        yield
    except Wrong as wrong:
        first, python, rest = str(wrong).partition("\nPython says: ")
        if first.startswith("it raised"):
            raise Wrong(f"{what}, and then {wrong}") from None
        if python and "await" not in first:
            raise Wrong(f"{first} In this case {what}.{python}{rest}") from None
        raise
