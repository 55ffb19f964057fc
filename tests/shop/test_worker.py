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
    while not worker.at_work:
        pass
    go.set()
    worker.wait(10)
    assert not worker.at_work


def test_waiting_for_a_worker_ends_before_it_does_when_its_time_is_over() -> None:
    go = threading.Event()
    worker = Worker(lambda: wait(go), "shop-test")
    worker.start()
    while not worker.at_work:
        pass
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


def test_a_worker_that_is_called_off_before_it_has_begun_never_begins() -> None:
    done: list[str] = []
    worker = Worker(lambda: done.append("work"), "shop-test")
    assert worker.call_off()
    worker.start()
    worker._thread.join(10)
    assert done == []
    assert not worker.at_work


def test_a_worker_that_has_begun_cannot_be_called_off() -> None:
    go, begun = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go.wait(10)

    worker = Worker(work, "shop-test")
    worker.start()
    assert begun.wait(10)
    assert not worker.call_off()
    go.set()
    worker.wait(10)
    assert not worker.call_off()
