"""Names only: Hypercorn, which Quart imports, asks for them, and nothing of ours uses them in a browser."""


class SemLock:
    """A lock between processes, of which a browser has one."""

    SEM_VALUE_MAX = 2147483647


def sem_unlink(name: str) -> None:
    """Forget a lock between processes."""
