"""What a race should take, worked out: rounds of baking, and one bowl for all who mix.

`kitchen.predict` knows one shop with a bowl of its own. In one process both shops of a race share the bowl, the
interpreter lock: as many threads as mix at the same moment, so many times slower each of them mixes.
"""

from dataclasses import dataclass, field

from bakery.kitchen import predict


def race(orders: int, baking: float, *, mixing: float = 0.0, threads: int = 1) -> tuple[float, float]:
    """Seconds that Flask with its threads and Quart need for `orders` each, all placed at the same moment.

    Raises `TypeError` or `ValueError`, as `predict` does, for a race that cannot be.
    """
    alone = predict(orders, mixing, baking, bakers=threads), predict(orders, mixing, baking, waits=False)
    if not mixing:
        return alone
    return _together(orders, float(mixing), float(baking), threads)


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

    def begin(self, mixing: float) -> None:
        """Every baker who is free takes an order."""
        busy = len(self.mixing) + (len(self.baking) if self.waits else 0)
        starting = min(self.queue, self.bakers - busy)
        self.queue -= starting
        self.mixing += [mixing] * starting


HAIR = 1e-12
"""Seconds; sums of decimals end a hair beside their mark."""


def _together(orders: int, mixing: float, baking: float, threads: int) -> tuple[float, float]:
    shops = (_Shop(orders, threads, waits=True), _Shop(orders, bakers=1, waits=False))
    now = 0.0
    while any(shop.queue or shop.mixing or shop.baking for shop in shops):
        for shop in shops:
            shop.begin(mixing)
        hands = sum(len(shop.mixing) for shop in shops)
        # The next thing that happens: a bowl is done, or a cake.
        mixed = [now + min(shop.mixing) * hands for shop in shops if shop.mixing]
        baked = [min(shop.baking) for shop in shops if shop.baking]
        moment = min(mixed + baked)
        share = (moment - now) / hands if hands else 0.0
        now = moment
        for shop in shops:
            left = [seconds - share for seconds in shop.mixing]
            shop.mixing = [seconds for seconds in left if seconds > HAIR]
            shop.baking += [now + baking] * (len(left) - len(shop.mixing))
            shop.baking = [done for done in shop.baking if done > now + HAIR]
            if len(left) > len(shop.mixing):
                shop.last = max(shop.last, now + baking)
    return shops[0].last, shops[1].last
