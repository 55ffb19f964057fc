"""Try for a long time to break the notebooks: `make soak`, or `python tests/soak --minutes 30 --part kills`.

Not a test: it takes long. Each part has its share of the minutes, stops by itself, and prints its figures, also on the way; a
failure is printed with the seed that repeats it. Ends with 1 if anything failed. Another part is a module here with a function
`trials(wanted)`, which yields "" or what failed, once for each trial.
"""

# ruff: noqa: T201 - a program speaks by printing
import argparse
import asyncio
import tempfile
import time
from importlib import import_module
from pathlib import Path

from trial import ROOT, Wanted

TELL = 60
"""Seconds after which it is told how far a part has come."""

PARTS = ("strict", "scrambled", "interrupts", "kills", "shops")


async def soak(part: str, wanted: Wanted) -> int:
    """Run one part; how many of its trials failed."""
    module = import_module(part)
    begun = told = time.monotonic()
    count = failures = 0
    async for failure in module.trials(wanted):
        count += 1
        if failure:
            failures += 1
            print(f"FAILED {part}: {failure}", flush=True)
        if time.monotonic() - told > TELL:
            told = time.monotonic()
            print(f"{part}: {count} trials so far, {failures} failed", flush=True)
    more = f", {module.more()}" if hasattr(module, "more") else ""
    minutes = (time.monotonic() - begun) / 60
    print(f"{part}: {count} trials{more}, {failures} failed, {minutes:.1f} minutes", flush=True)
    return failures


def main() -> int:
    """Try, count, tell."""
    parser = argparse.ArgumentParser(description="Try for a long time to break the notebooks.")
    parser.add_argument("--minutes", type=float, default=24, help="for all parts together (default: 24)")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this one; may be repeated")
    parser.add_argument("--seed", type=int, default=0, help="of all that happens by chance (default: 0)")
    parser.add_argument(
        "--busy", type=int, default=8, help="busy processes beside the strict runs (default: 8)"
    )
    parser.add_argument("--at-once", type=int, default=3, help="how many notebooks at a time (default: 3)")
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all")
    asked = parser.parse_args()
    notebooks = tuple(asked.notebooks) or tuple(sorted((ROOT / "notebooks").glob("*.ipynb")))
    parts = tuple(asked.part or PARTS)
    failures = 0
    for part in parts:
        with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as folder:
            until = time.monotonic() + asked.minutes * 60 / len(parts)
            wanted = Wanted(notebooks, until, Path(folder), asked.seed, asked.busy, asked.at_once)
            failures += asyncio.run(soak(part, wanted))
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
