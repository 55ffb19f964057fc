"""A Quart app is served to the end, and as often as anybody likes; other apps are left as they are."""

import asyncio
from collections.abc import AsyncGenerator

from quart import Quart

from bakery.shop.lifetime import PATIENCE, Lifetime


def an_app() -> Quart:
    app = Quart(__name__)

    @app.while_serving
    async def oven() -> AsyncGenerator[None, None]:
        yield

    return app


async def through(app: Quart) -> None:
    for generator in app.while_serving_gens:
        async for _ in generator:
            pass


def test_what_has_run_is_made_anew() -> None:
    app = an_app()
    for _ in range(3):
        lifetime = Lifetime(app)
        asyncio.run(through(app))
        spent = app.while_serving_gens[0]
        lifetime.renew()
        assert app.while_serving_gens[0] is not spent
        assert len(app.while_serving_gens) == 1


def test_what_had_run_before_cannot_be_made_anew_and_is_left() -> None:
    app = an_app()
    asyncio.run(through(app))
    spent = app.while_serving_gens[0]
    Lifetime(app).renew()
    assert app.while_serving_gens == [spent]


def test_an_app_of_another_framework_is_left_as_it_is() -> None:
    lifetime = Lifetime(object())
    with lifetime.ending(0.1):
        pass
    lifetime.renew()
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
