"""What is printed on a stage goes to that stage; everybody else prints as ever."""

from collections.abc import Callable
from typing import Any


class Output:
    """What takes the place of `sys.stdout`; `stage` gives the stage of the thread that prints, or None."""

    def __init__(self, real: Any, stage: Callable[[], Any], *, kept: bool) -> None:
        self._real = real
        self._stage = stage
        self._kept = kept

    def write(self, text: str) -> int:
        """Keep it, or hand it on."""
        on = self._stage()
        if on is None:
            return self._real.write(text)  # type: ignore[no-any-return]
        if self._kept:
            on.write(str(text))
        return len(text)

    def flush(self) -> None:
        """Hand it on, where there is anything."""
        if self._stage() is None:
            self._real.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
