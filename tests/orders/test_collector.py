"""The garbage collector stays away while orders are measured, and comes back."""

import asyncio
import gc

from fake_shops import CAKE, Fake, one, playing, run, saying

from bakery.orders.ordering import order


def test_the_collector_stays_away_until_the_last_run_is_over_and_comes_back() -> None:
    async def test() -> list[bool]:
        seen = []

        async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            seen.append(gc.isenabled())
            await saying(CAKE)(fake, reader, writer)

        async with playing(script) as fake:
            await order(fake, 1)
            seen.append(gc.isenabled())
        return seen

    assert run(test()) == [False, True]


def test_a_collector_that_the_reader_has_switched_off_stays_off() -> None:
    gc.disable()
    try:
        run(one(saying(CAKE)))
        assert not gc.isenabled()
    finally:
        gc.enable()
