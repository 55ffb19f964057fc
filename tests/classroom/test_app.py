"""The app, asked in process: who may do what, and what everybody else is answered."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from boards import WORD, a_board
from quart.typing import TestClientProtocol as Client

from bakery.classroom.app import create_app
from bakery.classroom.board import Board
from bakery.classroom.kept_board import read
from bakery.classroom.messages import LARGEST

KEY = "teacher"
DONE = {"done": ["02_waiting/together"]}


def asked(test: Callable[[Client], Awaitable[None]], board: Board | None = None, **options: Any) -> None:  # noqa: ANN401
    """Run a test with a client of the app."""

    async def run() -> None:
        app = create_app(board or a_board(), KEY, **options)
        async with app.test_app():
            await test(app.test_client())

    asyncio.run(run())


async def join(client: Client, name: str = "Ada", word: str = WORD) -> tuple[int, Any]:
    answer = await client.post("/join", json={"word": word, "name": name, "token": ""})
    return answer.status_code, await answer.get_json()


async def seat(client: Client, name: str = "Ada") -> dict[str, str]:
    return {"Authorization": f"Bearer {(await join(client, name))[1]['token']}"}


def test_a_student_joins_gets_something_done_and_leaves() -> None:
    board = a_board()

    async def test(client: Client) -> None:
        headers = await seat(client)
        answer = await client.post("/done", json=DONE, headers=headers)
        assert (answer.status_code, await answer.get_json()) == (200, {"name": "Ada"})
        assert [one.done for one in board.seats] == [{"02_waiting/together"}]
        assert (await client.post("/leave", json={}, headers=headers)).status_code == 200
        assert board.seats == []
        assert (await client.post("/done", json=DONE, headers=headers)).status_code == 410

    asked(test, board)


def test_each_refusal_has_a_status_and_a_sentence() -> None:
    async def test(client: Client) -> None:
        headers = await seat(client)
        await client.post(f"/seats/1/show-out?key={KEY}")
        refused = [
            (await client.post("/join", json={"word": "no", "name": "", "token": ""}), 403, "not the word"),
            (await client.post("/done", json=DONE), 401, "does not know you"),
            (await client.post("/done", json=DONE, headers=headers), 410, "taken you from the board"),
            (await client.post("/done", data=b"{", headers=headers), 400, "no JSON"),
            (await client.post("/join", data=b"x" * (LARGEST + 1)), 413, "exceeds"),
            (await client.get("/join"), 405, "not allowed"),
            (await client.get("/nowhere"), 404, "not found"),
        ]
        for answer, status, words in refused:
            assert answer.status_code == status
            assert words in (await answer.get_json())["says"]

    asked(test)


def test_a_full_board_says_so() -> None:
    async def test(client: Client) -> None:
        assert [(await join(client))[0] for _ in range(2)] == [200, 503]

    asked(test, a_board(seats=1))


def test_whoever_guesses_words_soon_has_to_wait_also_with_the_right_one() -> None:
    async def test(client: Client) -> None:
        answers = [(await join(client, word=f"guess-{number}"))[0] for number in range(40)]
        assert answers[:30] == [403] * 30
        assert 429 in answers[30:]
        assert (await join(client))[0] == 429

    asked(test)


def test_a_thousand_who_join_from_one_place_do_not_get_a_thousand_seats() -> None:
    board = a_board()

    async def test(client: Client) -> None:
        answers = [(await join(client, f"Robot {number}"))[0] for number in range(1_000)]
        assert answers[:100] == [200] * 100  # a class behind one router
        assert answers.count(429) > 800

    asked(test, board)
    assert 100 <= len(board.seats) <= 200


def test_one_kernel_that_sends_without_end_is_slowed_down_and_the_others_are_not() -> None:
    async def test(client: Client) -> None:
        loud, quiet = await seat(client, "Loud"), await seat(client, "Quiet")
        answers = [(await client.post("/done", json=DONE, headers=loud)).status_code for _ in range(60)]
        assert answers.count(429) > 20
        assert (await client.post("/done", json=DONE, headers=quiet)).status_code == 200

    asked(test)


@pytest.mark.parametrize(
    "header", [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_no_web_page_can_join_or_guess_the_word(header: dict[str, str]) -> None:
    async def test(client: Client) -> None:
        answer = await client.post("/join", json={"word": WORD, "name": "Eve", "token": ""}, headers=header)
        assert answer.status_code == 403
        assert "A web page cannot" in (await answer.get_json())["says"]

    asked(test)


FROM_ELSEWHERE: list[Mapping[str, str]] = [
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "null"},
]


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
@pytest.mark.parametrize("path", ["/sums/open", "/seats/1/show-out"])
def test_a_page_of_another_site_presses_no_button_even_with_the_key(
    path: str, headers: dict[str, str]
) -> None:
    board = a_board()

    async def test(client: Client) -> None:
        await seat(client)
        assert (await client.post(f"{path}?key={KEY}", headers=headers)).status_code == 403

    asked(test, board)
    assert not board.sums_are_open
    assert len(board.seats) == 1


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
def test_a_page_of_another_site_hears_no_events(headers: dict[str, str]) -> None:
    async def test(client: Client) -> None:
        assert (await client.get(f"/events?key={KEY}", headers=headers)).status_code == 403

    asked(test)


@pytest.mark.parametrize(
    "query", ["", "?key=", "?key=guess", "?key=%ff%ed", "?KEY=teacher", "?key=teache%C5%97"]
)
def test_without_the_key_nobody_sees_or_changes_the_board(query: str) -> None:
    board = a_board()

    async def test(client: Client) -> None:
        await seat(client)
        answers = [
            await client.get(f"/{query}"),
            await client.get(f"/events{query}"),
            await client.post(f"/sums/open{query}"),
            await client.post(f"/seats/1/show-out{query}"),
        ]
        assert [answer.status_code for answer in answers] == [403] * 4
        assert "has a key" in (await answers[0].get_json())["says"]

    asked(test, board)
    assert len(board.seats) == 1


def test_the_page_runs_its_own_script_only_and_keeps_its_address_to_itself() -> None:
    async def test(client: Client) -> None:
        answer = await client.get(
            f"/?key={KEY}", headers={"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}
        )
        assert answer.status_code == 200
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        text = await answer.get_data(as_text=True)
        assert "://" not in text
        assert 'src="/' not in text  # below a prefix, too
        for part in ("board.js", "board.css", "icon.svg"):
            assert (await client.get(f"/page/{part}")).status_code == 200

    asked(test)


def test_the_stream_begins_with_the_whole_board_and_the_invitation() -> None:
    async def test(client: Client) -> None:
        await seat(client)
        async with client.request(f"/events?key={KEY}") as stream:
            await stream.send_complete()
            first = await stream.receive()
            assert first.startswith(b"event: board\ndata: {")
            assert b'"name": "Ada"' in first
            assert b"join here" in first
            await stream.disconnect()

    asked(test, invitation="join here")


def test_a_teacher_opens_and_closes_the_sums() -> None:
    board = a_board()

    async def test(client: Client) -> None:
        headers = await seat(client)
        answer = await client.post(
            "/beliefs", json={"beliefs": {"one order": [False, True]}}, headers=headers
        )
        assert answer.status_code == 200
        for how, opened in (("open", True), ("close", False)):
            assert (await client.post(f"/sums/{how}?key={KEY}")).status_code == 200
            assert board.sums_are_open is opened
        assert (await client.post(f"/sums/burn?key={KEY}")).status_code == 404

    asked(test, board)


def test_a_board_that_is_kept_is_in_its_file_when_the_app_closes(tmp_path: Path) -> None:
    path = tmp_path / "board.json"

    async def test(client: Client) -> None:
        await seat(client)

    asked(test, kept_in=path)
    assert [one["name"] for one in read(path)["seats"].values()] == ["Ada"]


def test_nothing_is_on_the_disk_of_whoever_does_not_ask_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def test(client: Client) -> None:
        await client.post("/done", json=DONE, headers=await seat(client))

    asked(test)
    assert list(tmp_path.iterdir()) == []
