"""A Quart app is served to the end, and as often as anybody likes; other apps are left as they are."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from quart import Quart

from bakery.shop.lifetime import PATIENCE, Lifetime


def an_app() -> Quart:
    app = Quart(__name__)

    @app.while_serving
    async def oven() -> AsyncGenerator[None, None]:
        yield

    return app


async def through(app: Quart, lifetime: Lifetime) -> None:
    with lifetime.lived():
        for generator in app.while_serving_gens:
            await anext(generator)
        for generator in reversed(app.while_serving_gens):
            with pytest.raises(StopAsyncIteration):
                await anext(generator)


def test_every_lifetime_has_generators_of_its_own() -> None:
    app = an_app()
    for _ in range(3):
        asyncio.run(through(app, Lifetime(app)))
    assert len(app.while_serving_gens) == 1


def test_two_lifetimes_at_once_do_not_end_each_others() -> None:
    async def together() -> None:
        await asyncio.gather(*(through(app, Lifetime(app)) for _ in range(3)))

    app = an_app()
    asyncio.run(together())


def test_within_one_lifetime_they_are_the_same_to_the_end() -> None:
    app = an_app()
    with Lifetime(app).lived():
        assert list(app.while_serving_gens) == list(reversed(app.while_serving_gens))


def test_what_is_declared_later_counts_in_the_next_lifetime() -> None:
    app = an_app()
    asyncio.run(through(app, Lifetime(app)))

    @app.while_serving
    async def mill() -> AsyncGenerator[None, None]:
        yield

    with Lifetime(app).lived():
        assert len(list(app.while_serving_gens)) == 2


def test_what_somebody_else_has_used_up_is_left() -> None:
    async def used_up() -> None:
        async for _ in app.while_serving_gens[0]:
            pass

    app = an_app()
    asyncio.run(used_up())
    spent = app.while_serving_gens[0]
    with Lifetime(app).lived():
        assert list(app.while_serving_gens) == [spent]


def test_an_app_of_another_framework_is_left_as_it_is() -> None:
    lifetime = Lifetime(object())
    with lifetime.lived(), lifetime.ending(0.1):
        pass
    assert lifetime.cut_off == 0


def test_background_tasks_have_the_shorter_of_both_times_and_the_setting_comes_back() -> None:
    app = Quart(__name__)
    for own, seen in ((5, 0.5), (0.1, 0.1), (None, 0.5)):
        app.config[PATIENCE] = own
        with Lifetime(app).ending(0.5):
            assert app.config[PATIENCE] == seen
        assert app.config[PATIENCE] == own


def test_tasks_that_were_cut_off_are_counted() -> None:
    async def run() -> int:
        app = Quart(__name__)
        lifetime = Lifetime(app)
        short, long = asyncio.ensure_future(asyncio.sleep(0)), asyncio.ensure_future(asyncio.sleep(3600))
        app.background_tasks |= {short, long}
        with lifetime.ending(0.5):
            await short
            long.cancel()
            await asyncio.wait({long})
        return lifetime.cut_off

    assert asyncio.run(run()) == 1
