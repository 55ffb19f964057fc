"""A race while it runs, without a browser and without a shop: its sides, and how often it is drawn."""

import itertools

from bakery.lab import race as room
from bakery.lab.race import Setting, Side
from bakery.picture.live import LiveTimeline
from bakery.trace import Span

TEN = Setting(orders=10, threads=4, latency=0.5)


def test_a_side_takes_no_tickets_of_another_race() -> None:
    clock = itertools.chain([0.0], itertools.repeat(0.1)).__next__
    mine, other = Side("Flask", TEN, "/cake", clock), Side("Flask", TEN, "/cake", clock)
    mine.placed("order 1", 0.0)
    for ticket in (
        other.ticket("order 1"),
        "order 1",
        "",
        None,
        " ",
        f"{mine._number}",
        mine.ticket("order 99"),
        mine.ticket("order 1"),
    ):
        mine.called(ticket)
    assert mine.growth.changes == 2  # placed, and called once
    assert mine.growth.trace(0.1).spans[-1] == Span("order 1", "serve", 0.1, 0.1)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class SlowView(LiveTimeline):
    """Takes half a second for a picture."""

    clock: Clock
    drawn = 0

    def grow(self, *_: object, **__: object) -> None:
        self.drawn += 1
        self.clock.now += 0.5


def test_drawing_leaves_most_of_the_time_to_the_orders() -> None:
    view, side = SlowView(), Side("Flask", TEN, "/cake")
    view.clock = clock = Clock()
    painter = room.Painter(view, [side], 1.0, clock)
    painter.paint()
    for _ in range(100):
        side.growth.place("order 1", 0.0)
        clock.now += 0.05
        painter.paint()
    # The first picture, and one more after nine times as long as it took.
    assert view.drawn == 2


def test_where_nothing_happens_it_draws_once_a_beat() -> None:
    view, clock = LiveTimeline(), Clock()
    shown: list[object] = []
    view.observe(shown.append, "picture")
    side = Side("Flask", TEN, "/cake", clock)
    side.placed("order 1", 0.0)
    painter = room.Painter(view, [side], 1.0, clock)
    for _ in range(20):
        clock.now += room.BEAT / 4
        painter.paint()
    assert len(shown) == 5
