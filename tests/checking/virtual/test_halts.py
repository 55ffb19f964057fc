"""What ends a run passes through whatever a reader writes to catch mistakes."""

import pytest

from bakery.checking.virtual.halts import Deadlock, Endless, Enough, Halt, Stopped, TimeUp

KINDS = (Deadlock, Endless, Enough, Stopped, TimeUp)


@pytest.mark.parametrize("kind", KINDS)
def test_except_exception_lets_it_through(kind: type[Halt]) -> None:
    def careless() -> None:
        try:
            raise kind
        except Exception:
            pytest.fail("it was caught")

    assert issubclass(kind, Halt)
    with pytest.raises(kind):
        careless()


def test_one_reason_is_not_taken_for_another() -> None:
    for kind in KINDS:
        assert [other for other in KINDS if issubclass(kind, other)] == [kind]
