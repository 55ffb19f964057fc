# what is served, and what is mistaken for an app, is of any type
"""A shop listens on this machine alone, on as many connections as the machine allows."""

import sys

import pytest

from bakery.shop.sockets import make_room_for_a_crowd


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize(
    ("soft", "hard", "wanted"),
    [(256, 100_000, 8192), (1024, 4096, 4096), (256, -1, 8192), (20_000, -1, None), (-1, -1, None)],
)
def test_the_limit_of_open_files_is_raised_as_far_as_it_goes(
    soft: int, hard: int, wanted: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    assert resource.RLIM_INFINITY == -1
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))
    make_room_for_a_crowd()
    assert asked == ([(wanted, hard)] if wanted else [])
