"""A hook that runs at another moment than was meant is told by its name, and the handler's own time is known."""

import pytest
from answering import asked
from quart import Quart

from bakery.lessons._hooks import handler_takes, on_ends, on_yields


@pytest.mark.parametrize("name", ["teardown_appcontext", "teardown_request", "after_request"])
def test_a_hook_at_another_end_than_the_shops_is_told_by_its_name(name: str) -> None:
    app = Quart("stove")
    assert on_ends(app) == ""
    getattr(app, name)(lambda one: one)
    assert f"A function of `{name}` runs" in on_ends(app)


def test_the_end_of_the_shop_is_no_other_end() -> None:
    app = Quart("stove")
    app.after_serving(lambda: None)
    assert on_ends(app) == on_yields(app) == ""


SINK = """
from quart import Quart
answer = Quart("sink")

@answer.get("/cake")
async def cake():
    await asyncio.sleep({handler})
    return "cake"

@answer.after_request
async def wash(response):
    await asyncio.sleep({after})
    return response
"""


@pytest.mark.parametrize(("handler", "after"), [(0, 0.4), (0.4, 0), (0.3, 0.4)])
def test_the_handlers_time_is_without_what_comes_after_it(handler: float, after: float) -> None:
    took: list[float] = []
    asked(
        SINK.format(handler=handler, after=after),
        lambda answer: took.append(handler_takes(answer, "/cake")),
    )
    assert took == [handler]
