"""How often somebody may ask, by a clock that the test turns."""

from bakery.classroom.rates import MOST, Rate


class Clock:
    """A clock that stands until it is turned."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_allowed_and_then_so_many_a_second() -> None:
    clock = Clock()
    rate = Rate(3, 0.5, clock)
    assert [rate.allows("ada") for _ in range(4)] == [True, True, True, False]
    clock.now += 2
    assert [rate.allows("ada") for _ in range(2)] == [True, False]
    clock.now += 1_000
    assert [rate.allows("ada") for _ in range(4)] == [True, True, True, False]


def test_everybody_has_a_bucket_of_their_own() -> None:
    rate = Rate(1, 1, Clock())
    assert [rate.allows(who) for who in ("ada", "bob", "ada")] == [True, True, False]


def test_looking_costs_nothing_and_being_refused_neither() -> None:
    clock = Clock()
    rate = Rate(1, 1, clock)
    assert rate.left("ada") == 1
    assert rate.allows("ada")
    assert not any(rate.allows("ada") for _ in range(100))
    clock.now += 1
    assert rate.allows("ada")


def test_a_crowd_of_names_does_not_fill_the_memory_and_the_one_who_asked_too_often_is_remembered() -> None:
    rate = Rate(5, 0, Clock())
    while rate.allows("greedy"):
        pass
    for number in range(3 * MOST):
        rate.allows(str(number))
    assert len(rate._buckets) <= MOST
    assert not rate.allows("greedy")
