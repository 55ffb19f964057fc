"""What a race should take, worked out: rounds of baking, and one bowl for all who mix.

`kitchen.predict` knows one shop with a bowl of its own. In one process both shops of a race share the bowl, the
interpreter lock: as many threads as mix at the same moment, so many times slower each of them mixes.
"""

from dataclasses import dataclass, field
from math import inf

from bakery.kitchen import predict


def race(orders: int, baking: float, *, mixing: float = 0.0, threads: int = 1) -> tuple[float, float]:
    """Seconds that Flask with its threads and Quart need for `orders` each, all placed at the same moment.

    Raises `TypeError` or `ValueError`, as `predict` does, for a race that cannot be.
    """
    alone = predict(orders, mixing, baking, bakers=threads), predict(orders, mixing, baking, waits=False)
    if not mixing:
        return alone
    return _together(orders, float(mixing), float(baking), threads)


HAIR = 1e-12
"""Seconds; sums of decimals end a hair beside their mark."""


@dataclass
class _Shop:
    """How far a shop is; all moments in seconds from the start."""

    queue: int
    bakers: int
    waits: bool
    mixing: list[float] = field(default_factory=list)
    """Seconds of mixing still to do, for each cake in somebody's hands."""
    baking: list[float] = field(default_factory=list)
    """When each cake in the oven is done."""
    last: float = 0.0

    @property
    def open(self) -> bool:
        """Whether a cake is not done yet."""
        return bool(self.queue or self.mixing or self.baking)

    def begin(self, mixing: float) -> None:
        """Every baker who is free takes an order."""
        busy = len(self.mixing) + (len(self.baking) if self.waits else 0)
        starting = min(self.queue, self.bakers - busy)
        self.queue -= starting
        self.mixing += [mixing] * starting

    def next(self, now: float, hands: int) -> float:
        """When the next cake is mixed or done, if `hands` go on sharing the bowl."""
        mixed = [now + min(self.mixing) * hands] if self.mixing else []
        return min(mixed + self.baking, default=inf)

    def go_on(self, now: float, share: float, baking: float) -> None:
        """Until `now` each cake has been mixed for a `share` more; what is mixed goes into the oven."""
        left = [seconds - share for seconds in self.mixing]
        self.mixing = [seconds for seconds in left if seconds > HAIR]
        mixed = len(left) - len(self.mixing)
        self.baking = [done for done in self.baking + [now + baking] * mixed if done > now + HAIR]
        if mixed:
            self.last = max(self.last, now + baking)


def _together(orders: int, mixing: float, baking: float, threads: int) -> tuple[float, float]:
    """From one event to the next, until both shops have served everybody."""
    flask, quart = shops = _Shop(orders, threads, waits=True), _Shop(orders, bakers=1, waits=False)
    now = 0.0
    while any(shop.open for shop in shops):
        for shop in shops:
            shop.begin(mixing)
        hands = sum(len(shop.mixing) for shop in shops)
        moment = min(shop.next(now, hands) for shop in shops)
        share = (moment - now) / hands if hands else 0.0
        now = moment
        for shop in shops:
            shop.go_on(now, share, baking)
    return flask.last, quart.last
