"""Run all notebooks strictly again and again beside busy processes: `python tests/soak.py --runs 20 --busy 8`.

Not a test: it takes long. It stops by itself, says after each run how it went, and ends with 1 if any failed.
"""

# ruff: noqa: T201 - a program speaks by printing
import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]

RUN_SECONDS = 900
"""How long one run of all notebooks may take; one that takes longer has failed."""

SPIN = """
import os, threading
def spin():
    while True:
        pass
threading.Thread(target=spin, daemon=True).start()
os.read(0, 1)  # ends when the program that started it does, however that ends
"""


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep so many processes computing while the block runs."""
    started = [
        subprocess.Popen([sys.executable, "-c", SPIN], stdin=subprocess.PIPE) for _ in range(processes)
    ]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.communicate()


def strict_run(notebooks: list[str], workers: int) -> str:
    """Run the notebooks once; what failed, or nothing."""
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=short", "--color=no", *notebooks]
    if workers > 1:
        command += ["-n", str(workers), "--dist", "loadfile"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=RUN_SECONDS)
    except subprocess.TimeoutExpired:
        return f"still running after {RUN_SECONDS} s"
    return "" if done.returncode == 0 else done.stdout + done.stderr


def main() -> int:
    """Run, count, tell."""
    parser = argparse.ArgumentParser(description="Run all notebooks strictly, beside busy processes.")
    parser.add_argument("--runs", type=int, default=20, help="how often (default: 20)")
    parser.add_argument("--busy", type=int, default=8, help="how many busy processes beside (default: 8)")
    parser.add_argument("--workers", type=int, default=3, help="how many notebooks at a time (default: 3)")
    parser.add_argument("notebooks", nargs="*", default=["notebooks"], help="default: all")
    wanted = parser.parse_args()
    failures = 0
    with busy(wanted.busy):
        for number in range(1, wanted.runs + 1):
            start = time.perf_counter()
            failure = strict_run(wanted.notebooks, wanted.workers)
            failures += bool(failure)
            outcome = f"FAILED\n{failure}" if failure else "passed"
            took = time.perf_counter() - start
            print(f"run {number} of {wanted.runs}: {took:.0f} s, {outcome}", flush=True)
    print(f"{failures} of {wanted.runs} runs failed, with {wanted.busy} busy processes beside them")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
