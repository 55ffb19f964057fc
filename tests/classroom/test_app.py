"""The app: each refusal has a sentence, and nothing is kept that nobody asked for."""

from pathlib import Path

import pytest
from boards import DONE, KEY, Client, a_board, asked, joins, seated

from bakery.classroom.kept_board import read
from bakery.classroom.messages import LARGEST


def test_each_refusal_has_a_status_and_a_sentence() -> None:
    async def test(client: Client) -> None:
        headers = await seated(client)
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
        assert [(await joins(client))[0] for _ in range(2)] == [200, 503]

    asked(test, a_board(seats=1))


def test_a_board_that_is_kept_is_in_its_file_when_the_app_closes(tmp_path: Path) -> None:
    path = tmp_path / "board.json"

    async def test(client: Client) -> None:
        await seated(client)

    asked(test, kept_in=path)
    assert [one["name"] for one in read(path)["seats"].values()] == ["Ada"]


def test_nothing_is_on_the_disk_of_whoever_does_not_ask_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def test(client: Client) -> None:
        await client.post("/done", json=DONE, headers=await seated(client))

    asked(test)
    assert list(tmp_path.iterdir()) == []
