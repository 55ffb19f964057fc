"""The courier carries what is done, tries again, and disturbs nobody."""

from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import pytest

from bakery.classroom.courier import Courier, Network, Reply, Unreachable

SECONDS = 20
"""What a busy machine may take."""

WELL = Reply(200, {"name": "Ada"})


class Way:
    """A way on which the answers are known beforehand, and after them all is well."""

    def __init__(self, *answers: Reply | Exception) -> None:
        self.answers = list(answers)
        self.sent: SimpleQueue[tuple[list[str], str]] = SimpleQueue()

    def post(self, path: str, what: dict[str, Any], token: str = "") -> Reply:
        assert path == "done"
        self.sent.put((what["done"], token))
        answer = self.answers.pop(0) if self.answers else WELL
        if isinstance(answer, Exception):
            raise answer
        return answer

    def heard(self) -> tuple[list[str], str]:
        return self.sent.get(timeout=SECONDS)


def nobody() -> str:
    return ""


def sent_by(way: Way, rejoin: Callable[[], str] = nobody) -> Courier:
    return Courier(way, "token", rejoin, pause=0.001)


def ended(courier: Courier) -> bool:
    courier._thread.join(SECONDS)
    return not courier.at_work


def test_a_task_is_carried_with_the_token() -> None:
    way = Way()
    courier = sent_by(way)
    courier.take("02_waiting", "together")
    assert way.heard() == (["02_waiting/together"], "token")
    courier.stop()
    assert ended(courier)


@pytest.mark.parametrize("answer", [Unreachable("gone"), Reply(503, {}), Reply(429, {}), Reply(500, {})])
def test_what_did_not_arrive_is_carried_again(answer: Reply | Exception) -> None:
    way = Way(answer, answer)
    courier = sent_by(way)
    courier.take("02_waiting", "together")
    assert {way.heard()[0][0] for _ in range(3)} == {"02_waiting/together"}
    courier.stop()
    assert ended(courier)
    assert way.sent.empty()


def test_what_the_board_will_never_take_is_not_carried_again() -> None:
    way = Way(Reply(400, {"says": "?"}))
    courier = sent_by(way)
    courier.take("02_waiting", "together")
    way.heard()
    courier.take("02_waiting", "forgotten")
    assert way.heard() == (["02_waiting/forgotten"], "token")
    courier.stop()
    assert ended(courier)


def test_a_board_that_has_begun_anew_hears_everything_once_more() -> None:
    way = Way(WELL, Reply(401, {}))
    courier = sent_by(way, lambda: "new token")
    courier.take("02_waiting", "together")
    way.heard()
    courier.take("02_waiting", "forgotten")
    assert way.heard() == (["02_waiting/forgotten"], "token")
    assert way.heard() == (["02_waiting/forgotten", "02_waiting/together"], "new token")
    courier.stop()
    assert ended(courier)


@pytest.mark.parametrize("status", [401, 410])
def test_where_nobody_wants_to_hear_it_the_courier_ends(status: int) -> None:
    way = Way(Reply(status, {}))
    courier = sent_by(way)
    courier.take("02_waiting", "together")
    assert ended(courier)


def test_nothing_is_carried_before_anything_is_done() -> None:
    way = Way()
    courier = sent_by(way)
    courier.stop()
    assert ended(courier)
    assert way.sent.empty()


def test_where_nothing_listens_the_board_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        Network("http://127.0.0.1:9/", straight=True).post("join", {})


@pytest.mark.parametrize(
    ("name", "value"), [("ALL_PROXY", "socks5://127.0.0.1:9"), ("SSL_CERT_FILE", "/nowhere/certificates.pem")]
)
def test_an_environment_with_which_no_client_can_be_made_is_passed_by(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Unreachable, match="ConnectError"):
        Network("http://127.0.0.1:9/", straight=False).post("join", {})
