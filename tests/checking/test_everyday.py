"""A value that was taken for one of another kind is told as what it is, with the name that it has in the reader's line."""

import pytest
from answering import refused

MEANT = {
    "a number for a dial": (
        "oven = type('Dial', (), {'value': 2})()\nasync def answer(): return of(3)\ndef of(oven): return oven.value",
        "`oven` is a number there, `3`, and has no `.value`. The `oven` outside is another one.",
    ),
    "a number that hides nothing": (
        "async def answer(): return of(3)\ndef of(bake): return bake.seconds",
        "`bake` is a number there, `3`, and has no `.seconds`.\n",
    ),
    "a dot into a dictionary": (
        "async def answer():\n    wanted = {'kind': 'plum'}\n    return wanted.kind",
        "looked up with square brackets: `wanted['kind']`",
    ),
    "a list for a number": (
        "async def answer():\n    cakes = [1, 2]\n    return [one for one in range(cakes)]",
        "`cakes` is a list of things",
    ),
    "everything in one call": (
        "async def bake(cake): return cake\nasync def answer():\n    cakes = [1, 2]\n    return await bake(*cakes)",
        "hands everything in `cakes` to one single call of `bake`",
    ),
    "a text to reckon with": (
        "async def answer():\n    bakes = 'two'\n    return bakes * 0.5",
        "`bakes` is a text there, `'two'`",
    ),
    "a run to reckon with": (
        "from bakery import simulate\nasync def answer():\n    return simulate(3, 1, 3) - simulate(3, 1, 1)",
        "Its `.makespan` is one, in seconds.",
    ),
    "a coroutine out of a cache": (
        "import functools\n@functools.cache\nasync def bake(): return 1\nasync def answer():\n    await bake()\n    await bake()",
        "Take the cache away.",
    ),
    "a coroutine out of a method's cache": (
        "import functools\nclass Oven:\n    @functools.lru_cache\n    def cake(self): return self.bake()\n"
        "    async def bake(self): return await asyncio.sleep(1)\n    async def two(self): return await self.cake(), await self.cake()\n"
        "async def answer(): return await Oven().two()",
        "`cake` has a cache, which keeps what a call gives",
    ),
    "a coroutine out of a cache, for two at once": (
        "import functools\n@functools.cache\nasync def bake(): await asyncio.sleep(1)\nasync def eat(): await bake()\n"
        "async def answer(): await asyncio.gather(eat(), eat())",
        "`bake` has a cache, which keeps what a call gives",
    ),
    "a function for its result": (
        "def bake(): return 'cake'\nasync def answer(): return bake + ' and coffee'",
        "a function stands there that nobody has called",
    ),
    "a function behind a text": (
        "def bake(): return 'cake'\nasync def answer(): return 'coffee and ' + bake",
        "a function stands there that nobody has called",
    ),
    "bytes for a dictionary": (
        "async def answer():\n    wanted = b'{}'\n    return wanted['kind']",
        "there are bytes, and no dictionary yet",
    ),
    "a list to add to a number": (
        "async def answer():\n    cakes = [1, 2]\n    return [one for one in range(1, cakes + 1)]",
        "`cakes` is a list there, and no number to reckon with",
    ),
    "a number less a tuple": (
        "async def answer():\n    cakes, bakers = (1, 2), 3\n    return bakers - cakes",
        "`len(cakes)` is how many there are",
    ),
    "a dictionary beside a number": (
        "async def answer():\n    cakes = {'plum': 1}\n    return cakes > 3",
        "`cakes` is a dictionary there, and no number",
    ),
    "a number to go through": (
        "async def answer():\n    cakes, bakers = 7, 3\n    return [bakers for one in cakes]",
        "`cakes` is a number there, `7`, and not several things",
    ),
    "a number to look into": (
        "async def answer():\n    cakes, bakers = 7, 3\n    return cakes[bakers]",
        "`cakes` is a number there, `7`",
    ),
    "a number to count": (
        "async def answer():\n    cakes, bakers = 7, 3\n    return len(cakes) - bakers",
        "`cakes` is a number there, `7`",
    ),
    "one number under two names beside another one": (
        "async def answer():\n    three, bakers = 3, 7\n    cakes = three\n    return [bakers, cakes.size]",
        "`cakes` is a number there, `3`",
    ),
    "a lock that nobody holds": (
        "import threading\nlock = threading.Lock()\nasync def answer():\n    with lock: lock.release()",
        "a lock is let go that nobody holds",
    ),
}


@pytest.mark.parametrize("name", MEANT)
def test_a_value_of_another_kind_is_named(name: str) -> None:
    code, words = MEANT[name]
    assert words in refused(code)


@pytest.mark.parametrize(
    "code",
    [
        "async def answer():\n    wanted = {'size': 'plum'}\n    return wanted.kind",
        "async def answer():\n    return [one for one in range(None)]",
        "async def bake(): return 1\nasync def answer():\n    cakes = [1]\n    return await bake(3, 4)",
        "async def answer():\n    cakes, others = [1], [2]\n    return (cakes or others) - 3",
        "async def answer():\n    return [one for one in 3]",
        "async def answer():\n    fresh = True\n    return len(fresh)",
    ],
)
def test_what_fits_none_of_these_keeps_pythons_own_words(code: str) -> None:
    assert refused(code).startswith("it raised ")


def test_a_coroutine_that_is_awaited_twice_is_blamed_on_no_cache_that_its_line_does_not_name() -> None:
    text = (
        "import functools\n@functools.cache\ndef price(): return 3\nasync def bake(): return price()\n"
        "async def answer():\n    cake = bake()\n    await cake\n    await cake"
    )
    said = refused(text)
    assert "awaits the same coroutine twice" in said
    assert "cache" not in said
