# what is served, and what is mistaken for an app, is of any type
"""A shop listens on this machine alone, on as many connections as the machine allows."""

import socket
import sys

import pytest

from bakery.shop.sockets import listen, make_room_for_a_crowd


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


def test_what_the_first_order_imports_is_there_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "encodings.idna", raising=False)
    make_room_for_a_crowd()
    assert "encodings.idna" in sys.modules


def test_a_door_is_on_the_loopback_address_and_on_no_other() -> None:
    with listen(0) as door:
        host, port = door.getsockname()
        assert (host, port > 0) == ("127.0.0.1", True)


def test_a_door_that_cannot_be_opened_is_not_left_behind() -> None:
    with listen(0) as door, pytest.raises(OSError, match="in use"):
        listen(door.getsockname()[1])


def test_a_door_names_its_protocol_so_that_answers_on_a_kept_connection_leave_at_once() -> None:
    """asyncio sets TCP_NODELAY only on sockets that say they are TCP."""
    with listen(0) as door, socket.create_connection(door.getsockname()):
        guest, _ = door.accept()
        with guest:
            assert (door.proto, guest.proto) == (socket.IPPROTO_TCP, socket.IPPROTO_TCP)


def test_a_door_hangs_up_on_everybody_it_let_in() -> None:
    with listen(0) as door, socket.create_connection(door.getsockname(), timeout=10) as client:
        guest, _ = door.accept()
        with guest:
            door.hang_up()
            assert client.recv(1) == b""


@pytest.mark.skipif(sys.platform == "win32", reason="the module of the limits is looked at")
def test_on_windows_there_is_no_limit_to_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    asked: list[object] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 100_000))
    monkeypatch.setattr(resource, "setrlimit", lambda *limits: asked.append(limits))
    with monkeypatch.context() as machine:
        machine.setattr(sys, "platform", "win32")
        make_room_for_a_crowd()
    assert asked == []
