"""All notebooks, strictly, beside busy processes: what is printed still equals what is stored."""

import subprocess
import sys
import time
from collections.abc import AsyncIterator

from trial import ROOT, Wanted, busy

SECONDS = 900
"""How long one run of all notebooks may take; one that takes longer has failed."""


took: list[float] = []
"""Seconds, for each run."""


def more() -> str:
    """What else there is to say about this part."""
    return f"{min(took):.0f} to {max(took):.0f} s each" if took else ""


async def trials(wanted: Wanted) -> AsyncIterator[str]:
    """One run after the other, until the time is over; what failed in each, or nothing."""
    with busy(wanted.busy):
        while wanted.time_is_left():
            start = time.perf_counter()
            failure = strict_run([str(path) for path in wanted.notebooks], wanted.at_once)
            took.append(time.perf_counter() - start)
            yield failure


def strict_run(notebooks: list[str], workers: int) -> str:
    """Run the notebooks once; what failed, or nothing."""
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=short", "--color=no", *notebooks]
    if workers > 1:
        command += ["-n", str(workers), "--dist", "loadfile"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"still running after {SECONDS} s"
    return "" if done.returncode == 0 else done.stdout + done.stderr
