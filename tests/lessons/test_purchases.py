"""A limit that ends nothing, or lies by another clock, is told as that; one that only is too long is not."""

import pytest
from answering import asked

from bakery.lessons._purchases import must_keep_to_two_seconds

MARKET = """
from quart import Quart
answer = Quart("market")
SECONDS = {{"flour": 1.5, "butter": 1.5, "sugar": 1.5}}

async def buy(thing):
    await asyncio.sleep(SECONDS[thing])
    return thing

@answer.get("/cake")
async def cake():
    bag, clock = [], asyncio.get_running_loop()
    start = clock.time()
    try:
        async with {limit}:
            for thing in SECONDS:
                bag.append(await buy(thing))
                if clock.time() - start > {looks}:
                    raise TimeoutError
    except TimeoutError:
        return "sorry", 504
    return " ".join(bag)
"""

LOOKED = "the time is only looked at when a purchase is done"


@pytest.mark.parametrize(
    ("limit", "looks", "words", "other"),
    [
        ("asyncio.timeout(2)", 100, "", ""),
        ("asyncio.timeout_at(start + 2)", 100, "", ""),
        ("asyncio.timeout(None)", 2, LOOKED, "clock"),
        ("asyncio.timeout(3)", 100, "the customer waits 3 s", LOOKED),
        ("asyncio.timeout_at(time.time() + 2)", 100, "the customer waits 4.5 s", LOOKED),
        ("asyncio.timeout_at(2)", 100, "no reason to say sorry. It was said after", LOOKED),
        ("asyncio.timeout(1)", 100, "no reason to say sorry. It was said after", "clock"),
    ],
)
def test_what_a_limit_did_is_told(limit: str, looks: float, words: str, other: str) -> None:
    text = MARKET.format(limit=limit, looks=looks)
    error = asked(text, lambda answer: must_keep_to_two_seconds(answer, answer.named("SECONDS").given)).error
    assert words in str(error) if words else error is None
    assert not other or other not in str(error)


OUTSIDE = """
from quart import Quart
answer = Quart("market")
SECONDS = {{"flour": 1.5, "butter": 1.5, "sugar": 1.5}}

async def buy(thing):
    await asyncio.sleep(SECONDS[thing])
    return thing

@answer.get("/cake")
async def cake():
    try:
        async with asyncio.timeout({seconds}):
            several = [asyncio.create_task(buy(thing)) for thing in SECONDS]
            {inside}
        bag = {outside}
    except TimeoutError:
        return "sorry", 504
    return " ".join(bag)
"""


@pytest.mark.parametrize(
    ("inside", "outside", "seconds", "said"),
    [
        ("pass", "[await one for one in several]", 2, "Line 16 waits outside of the limit (`await one`)"),
        (
            "pass",
            "await asyncio.gather(*several)",
            2,
            "waits outside of the limit (`await asyncio.gather(*several)`)",
        ),
        ("done = await asyncio.gather(*several)", "done", 3, "and 2 s is the limit for all three."),
    ],
)
def test_a_wait_below_a_limit_is_told_with_its_line(
    inside: str, outside: str, seconds: float, said: str
) -> None:
    text = OUTSIDE.format(inside=inside, outside=outside, seconds=seconds)
    error = asked(text, lambda answer: must_keep_to_two_seconds(answer, answer.named("SECONDS").given)).error
    assert said in str(error)
    assert ("outside" in said) == ("outside" in str(error))
