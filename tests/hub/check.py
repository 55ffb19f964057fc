"""A class of twenty on one machine: `make hub-check`, or `python tests/hub/check.py ENVIRONMENT --students 20`.

Starts JupyterHub with the class's own configuration (docs/hub), lets everybody log in and run the same notebooks at the
same time, and looks at what a teacher relies on: links, progress apart, coming back, and servers that end by
themselves. Prints its figures; ends with 1 if anything failed. Not a test: it takes minutes, and an environment of its
own.
"""

# ruff: noqa: T201 - a program speaks by printing
import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from hub import Hub, opened
from student import Student

NOTEBOOKS = ("00_start_here", "03_flask_bakery", "05_the_race")
MEGABYTE = 2**20
HOUR = 3600
SOON = 15
"""Seconds after which a kernel that nobody uses ends; a server after twice as many."""

MOST_TOLD = 5
"""Faults of one check that are printed."""

OPEN_A_SHOP = """
from quart import Quart
from bakery import serve
app = Quart("class")
@app.get("/")
async def home():
    return "the shop of {name}"
print(serve(app).link)
"""

DO_AN_EXERCISE = """
from bakery.checking import progress
progress.note("00_start_here", "last_cake")
"""

WHAT_IS_DONE = """
from bakery.checking import progress
print(sorted(progress.done().get("00_start_here", ())))
"""

Check = Callable[[Hub, list[Student]], Awaitable[list[str]]]


async def everybody(work: Iterable[Awaitable[object]]) -> list[str]:
    """Let all do something at the same time; what went wrong, in words."""
    results = await asyncio.gather(*work, return_exceptions=True)
    faults: list[str] = []
    for result in results:
        if isinstance(result, BaseException):
            faults.append(f"{type(result).__name__}: {result}")
        elif isinstance(result, list):
            faults += result
    return faults


async def arrive(_hub: Hub, students: list[Student]) -> list[str]:
    """everybody logs in and sees the first notebook"""

    async def come(student: Student) -> list[str]:
        status = await student.log_in()
        await student.start()
        return [] if status in {200, 302} else [f"{student.name}: the login answers {status}"]

    return await everybody(map(come, students))


async def run_all(_hub: Hub, students: list[Student]) -> list[str]:
    """everybody runs three notebooks at the same time"""
    return await everybody(student.run(name) for student in students for name in NOTEBOOKS)


async def links_are_right(hub: Hub, students: list[Student]) -> list[str]:
    """a shop's link leads its student to the shop, and nobody else"""
    first, second = students[:2]
    faults = []
    async with Student(hub, "nobody") as stranger, first.kernel("03_flask_bakery") as kernel:
        printed, error = await kernel.run(OPEN_A_SHOP.format(name=first.name))
        link = f"{hub.address}{printed.strip()}"
        for who, wanted in ((first, True), (second, False), (stranger, False)):
            async with who.browser.get(link) as answer:
                seen = await answer.text() == f"the shop of {first.name}"
            if seen != wanted:
                faults.append(
                    f"{who.name} {'sees' if seen else 'does not see'} {link} ({answer.status}) {error}"
                )
    return faults


async def wrong_words(hub: Hub, _students: list[Student]) -> list[str]:
    """whoever does not know the word stays outside"""
    async with Student(hub, "guesser") as guesser:
        status = await guesser.log_in("three-cake")
        inside = await guesser.runs()
    return [f"a wrong word is answered {status}"] if status != 403 or inside else []


async def progress_is_apart(_hub: Hub, students: list[Student]) -> list[str]:
    """what one has done is not on another's map, and is still there after the server was stopped and started"""
    first, second = students[:2]
    async with first.kernel("00_start_here") as kernel:
        _, error = await kernel.run(DO_AN_EXERCISE)
    await first.stop()
    stopped = not await first.runs()
    await first.start()
    faults = [error] if error else []
    for student, wanted in ((first, "['last_cake']"), (second, "[]")):
        async with student.kernel("00_start_here") as kernel:
            printed, error = await kernel.run(WHAT_IS_DONE)
        if printed.strip() != wanted:
            faults.append(f"{student.name} has done {printed.strip()}, and not {wanted} {error}")
    return faults if stopped else ["a server that was stopped answers", *faults]


async def culled(_hub: Hub, students: list[Student]) -> list[str]:
    """kernels and servers that nobody uses end by themselves"""
    await students[0].ask("api/kernels", "POST", json={"name": "python3"})
    end = time.monotonic() + 8 * SOON
    while time.monotonic() < end:
        if not any(await asyncio.gather(*(student.runs() for student in students))):
            return []
        await asyncio.sleep(2)
    return ["servers that nobody uses are still there"]


async def weigh(hub: Hub, students: list[Student]) -> list[str]:
    """what the class weighs, each page of memory counted once"""
    kernels = await asyncio.gather(
        *(student.ask("api/kernels", "POST", json={"name": "python3"}) for student in students)
    )
    await asyncio.sleep(5)
    processes = psutil.Process(hub.process.pid).children(recursive=True)
    weight = sum(process.memory_full_info().pss for process in processes) / MEGABYTE
    print(f"       {weight / len(students):.0f} MB for each student's server and one kernel", flush=True)
    ended = (
        student.ask(f"api/kernels/{kernel['id']}", "DELETE")
        for student, kernel in zip(students, kernels, strict=True)
    )
    return await everybody(ended)


async def told(check: Check, hub: Hub, students: list[Student]) -> list[str]:
    """Do one check, and print how long it took and what failed."""
    start = time.monotonic()
    faults = await check(hub, students)
    print(
        f"{'FAILED' if faults else 'held':6} {time.monotonic() - start:6.1f} s  {check.__doc__}", flush=True
    )
    for fault in faults[:MOST_TOLD]:
        print(f"       {fault[:500]}", flush=True)
    if len(faults) > MOST_TOLD:
        print(f"       and {len(faults) - MOST_TOLD} more", flush=True)
    return faults


async def attended(environment: Path, count: int, idle: int, *checks: Check) -> int:
    """Open a hub for a class of `count`, and do some checks; how many things failed."""
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="class-", ignore_cleanup_errors=True) as folder:
        async with opened(environment, Path(folder), idle=idle) as hub, AsyncExitStack() as stack:
            students = [
                await stack.enter_async_context(Student(hub, f"student{number:02}"))
                for number in range(count)
            ]
            for check in checks:
                faults += await told(check, hub, students)
                if faults and check is arrive:
                    print(hub.log.read_text(errors="replace")[-3000:], flush=True)
                    break
    return len(faults)


def main() -> int:
    """Read the words, let the class come, count."""
    parser = argparse.ArgumentParser(description="Let a class of twenty come to a hub on this machine.")
    parser.add_argument("environment", type=Path, help="where JupyterHub and this package are installed")
    parser.add_argument("--students", type=int, default=20, help="at least two (default: 20)")
    asked = parser.parse_args()
    if asked.students < 2:
        parser.error("a class has two students at least. Did you mean:  --students 20")
    environment = asked.environment.resolve()
    lesson = (arrive, run_all, weigh, links_are_right, wrong_words, progress_is_apart)
    failed = asyncio.run(attended(environment, asked.students, HOUR, *lesson))
    failed += asyncio.run(attended(environment, 2, SOON, arrive, culled))
    print(
        f"{asked.students} students, {failed} failed"
        if failed
        else f"{asked.students} students, nothing failed"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
