"""A long run says how far it is, and leaves no trace of that."""

import asyncio
import io
from collections.abc import Callable
from typing import Any

import pytest
from fake_shops import CAKE, Fake, one, playing, run, saying

from bakery.orders import progress_line
from bakery.orders.ordering import order
from bakery.orders.progress_line import ProgressLine
from bakery.trace import Trace


def clock(*times: float) -> Callable[[], float]:
    remaining = iter(times)
    return lambda: next(remaining)


@pytest.fixture
def talkative(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is shown, whatever the environment of these tests says."""
    monkeypatch.delenv("BAKERY_ORDERS_IN_FLIGHT", raising=False)


def said(orders: int, clock: Callable[[], float], *served: int) -> str:
    """What a line says of a run in which so many are served, one look after the other."""
    stream = io.StringIO()
    line = ProgressLine(orders, stream, clock)
    for number in served:
        line.show(served=number)
    line.erase()
    return stream.getvalue()


@pytest.mark.usefixtures("talkative")
def test_a_short_run_says_nothing() -> None:
    assert said(3, clock(0, 1, 4.9), 1, 2) == ""


@pytest.mark.usefixtures("talkative")
def test_a_long_run_rewrites_one_line_and_leaves_nothing_behind() -> None:
    text = said(1000, clock(10, 16, 17), 37, 999)
    first = "37 of 1,000 cakes served, 963 orders in flight, 6 s"
    second = "999 of 1,000 cakes served, 1 order in flight, 7 s"
    assert text.split("\r") == ["", first, second.ljust(len(first)), " " * len(second), ""]


@pytest.mark.usefixtures("talkative")
def test_a_line_is_there_at_once_though_it_has_no_end() -> None:
    stream = io.TextIOWrapper(seen := io.BytesIO())
    ProgressLine(3, stream, clock(0, 6)).show(served=1)
    assert seen.getvalue().endswith(b"6 s")


def test_progress_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAKERY_ORDERS_IN_FLIGHT", "off")
    stream = io.StringIO()
    ProgressLine(1, stream, clock(0, 60)).show(served=0)
    assert stream.getvalue() == ""


@pytest.mark.usefixtures("talkative")
def test_an_order_shows_its_progress(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def test() -> Trace:
        shown = asyncio.Event()

        def show(self: ProgressLine, served: int) -> None:
            tell(self, served)
            shown.set()

        tell = ProgressLine.show
        monkeypatch.setattr(ProgressLine, "show", show)
        monkeypatch.setattr(progress_line, "PATIENCE", 0.0)
        monkeypatch.setattr(progress_line, "TICK", 0.01)

        async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await shown.wait()
            await saying(CAKE)(fake, reader, writer)

        async with playing(script) as fake:
            return await order(fake, 1)

    assert run(test()).cakes == 1
    error = capsys.readouterr().err
    assert error.startswith("\r0 of 1 cake served, 1 order in flight, 0 s")
    assert error.endswith(" \r")


@pytest.mark.usefixtures("talkative")
@pytest.mark.parametrize(("seconds", "shown"), [(4.999, False), (5.0, True), (5.001, True)])
def test_a_run_is_a_long_one_from_five_seconds_on(seconds: float, shown: bool) -> None:
    assert ("1 of 3 cakes" in said(3, clock(0, seconds), 1)) is shown


def test_a_run_looks_once_a_second_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []
    wait = asyncio.wait

    async def noting(tasks: Any, **options: Any) -> Any:  # noqa: ANN401  # as asyncio has it
        looked.append(options.get("timeout"))
        return await wait(tasks, **options)

    monkeypatch.setattr(asyncio, "wait", noting)
    assert run(one(saying(CAKE))).cakes == 1
    assert set(looked) == {1.0}
