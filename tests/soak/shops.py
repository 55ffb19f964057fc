"""Shops without notebooks: opened, replaced, interrupted, closed and killed by chance; the next one works, nothing is left."""

import asyncio
import json
import random
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from trial import PATIENCE, Wanted

PROGRAM = Path(__file__).with_name("shop_process.py")

did: Counter[str] = Counter()


def more() -> str:
    """What else there is to say about this part."""
    return ", ".join(f"{number} {what.replace('_', ' ')}" for what, number in sorted(did.items()))


async def trials(wanted: Wanted) -> AsyncIterator[str]:
    """One process after the other, every third of them killed, until the time is over."""
    for number in wanted.numbers:
        if not wanted.time_is_left():
            return
        seed = wanted.seed + number
        yield await (killed(seed) if number % 3 == 2 else steps(seed))


async def steps(seed: int) -> str:
    """A process that does as it likes with its shops; what went wrong, or nothing."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, PROGRAM, str(seed), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(3 * PATIENCE):
            out, errors = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
        return f"seed {seed}: still running after {3 * PATIENCE} s"
    if process.returncode or errors:
        return f"seed {seed}: ended with {process.returncode}: {errors.decode()[-2000:]}"
    found, counted = json.loads(out)
    did.update(counted)
    return f"seed {seed}: {found}" if found else ""


async def killed(seed: int) -> str:
    """A process that is killed while orders hang in its shops; what it left behind, or nothing."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, PROGRAM, str(seed), "wait", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    async with asyncio.timeout(PATIENCE):
        ports = json.loads(await process.stdout.readline())
    await asyncio.sleep(random.Random(seed).random())
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    process.kill()
    await process.wait()
    did["kills"] += 1
    answering = [port for port in ports if answers(port)]
    alive = [member for member in family if member.is_running() and member.status() != psutil.STATUS_ZOMBIE]
    return f"seed {seed}: left behind: {answering=} {alive=}" if answering or alive else ""


def answers(port: int) -> bool:
    """Whether anybody listens on a port of this machine."""
    with socket.socket() as client:
        client.settimeout(PATIENCE)
        return client.connect_ex(("127.0.0.1", port)) == 0
