"""The thread of a server can be waited for, and says whether it is at work."""

import threading

from bakery.shop.worker import Worker


def wait(go: threading.Event) -> None:
    go.wait(10)


def test_a_worker_is_at_work_from_its_start_to_its_end() -> None:
    go = threading.Event()
    worker = Worker(lambda: wait(go), "shop-test")
    assert not worker.at_work
    worker.start()
    assert worker.at_work
    go.set()
    worker.wait(10)
    assert not worker.at_work


def test_waiting_for_a_worker_ends_before_it_does_when_its_time_is_over() -> None:
    go = threading.Event()
    worker = Worker(lambda: wait(go), "shop-test")
    worker.start()
    worker.wait(0.0)
    assert worker.at_work
    go.set()
    worker.wait(10)


def test_a_worker_that_raises_has_ended() -> None:
    heard = threading.Event()
    before, threading.excepthook = threading.excepthook, lambda _: heard.set()
    try:
        worker = Worker(lambda: 1 // 0, "shop-test")  # type: ignore[arg-type]
        worker.start()
        worker.wait(10)
        assert not worker.at_work
        assert heard.wait(10)
    finally:
        threading.excepthook = before
