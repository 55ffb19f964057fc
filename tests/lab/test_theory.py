"""What a race should take: by formula where there is nothing to share, by hand where there is one bowl."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakery.kitchen import predict
from bakery.lab.theory import race

numbers = st.integers(1, 30)
seconds = st.integers(0, 40).map(lambda n: n / 20)


@given(numbers, seconds, numbers)
def test_without_mixing_it_is_the_rule_of_rounds(orders: int, baking: float, threads: int) -> None:
    assert race(orders, baking, threads=threads) == (
        predict(orders, 0, baking, bakers=threads),
        predict(orders, 0, baking, waits=False),
    )


@pytest.mark.parametrize(
    ("orders", "baking", "mixing", "threads", "flask", "quart"),
    [
        # One order each: both mix at half speed, then bake.
        (1, 1.0, 0.1, 1, 1.2, 1.2),
        # Both mix until 0.2; Quart alone until 0.4; Flask mixes again at 0.7 and at 1.3.
        (3, 0.5, 0.1, 1, 1.9, 0.9),
        # Four threads beside one loop: a fifth of the bowl for each until 0.5.
        (8, 1.0, 0.1, 4, 2.9, 2.2),
        # No oven at all: the bowl is all there is, and every second of it counts.
        (5, 0.0, 0.1, 1, 1.0, 1.0),
    ],
)
def test_both_shops_share_one_bowl(
    orders: int, baking: float, mixing: float, threads: int, flask: float, quart: float
) -> None:
    assert race(orders, baking, mixing=mixing, threads=threads) == pytest.approx((flask, quart))


@given(numbers, seconds, st.sampled_from([0.01, 0.1, 0.25]), numbers)
def test_two_shops_at_one_bowl_are_never_faster_than_each_of_them_alone(
    orders: int, baking: float, mixing: float, threads: int
) -> None:
    flask, quart = race(orders, baking, mixing=mixing, threads=threads)
    assert flask >= predict(orders, mixing, baking, bakers=threads, bowls=1) - 1e-6
    assert quart >= predict(orders, mixing, baking, waits=False) - 1e-6
    # And all the mixing of both has to be done by somebody, one after another.
    assert max(flask, quart) >= 2 * orders * mixing + baking - 1e-6


@pytest.mark.parametrize("wrong", [{"orders": 0}, {"threads": 0}, {"baking": -1.0}, {"mixing": float("nan")}])
def test_a_race_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    race_of: dict[str, float] = {"orders": 3, "baking": 1.0} | wrong
    with pytest.raises(ValueError, match="Did you mean"):
        race(**race_of)  # type: ignore[arg-type]
