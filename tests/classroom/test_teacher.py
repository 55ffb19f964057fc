"""The teacher's page and its buttons: for whoever has the key, on the page itself."""

from collections.abc import Mapping

import pytest
from boards import KEY, Client, a_board, asked, seated

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
        await seated(client)
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
        await seated(client)
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


def test_a_teacher_opens_and_closes_the_sums() -> None:
    board = a_board()

    async def test(client: Client) -> None:
        headers = await seated(client)
        answer = await client.post(
            "/beliefs", json={"beliefs": {"one order": [False, True]}}, headers=headers
        )
        assert answer.status_code == 200
        for how, opened in (("open", True), ("close", False)):
            assert (await client.post(f"/sums/{how}?key={KEY}")).status_code == 200
            assert board.sums_are_open is opened
        assert (await client.post(f"/sums/burn?key={KEY}")).status_code == 404

    asked(test, board)
