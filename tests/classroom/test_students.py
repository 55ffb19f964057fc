"""What kernels may do, and what a web page and a crowd may not."""

import pytest
from boards import DONE, WORD, Client, a_board, asked, joins, seated


def test_a_student_joins_gets_something_done_and_leaves() -> None:
    board = a_board()

    async def test(client: Client) -> None:
        headers = await seated(client)
        answer = await client.post("/done", json=DONE, headers=headers)
        assert (answer.status_code, await answer.get_json()) == (200, {"name": "Ada"})
        assert [one.done for one in board.seats] == [{"02_waiting/together"}]
        assert (await client.post("/leave", json={}, headers=headers)).status_code == 200
        assert board.seats == []
        assert (await client.post("/done", json=DONE, headers=headers)).status_code == 410

    asked(test, board)


def test_whoever_guesses_words_soon_has_to_wait_also_with_the_right_one() -> None:
    async def test(client: Client) -> None:
        answers = [(await joins(client, word=f"guess-{number}"))[0] for number in range(40)]
        assert answers[:30] == [403] * 30
        assert 429 in answers[30:]
        assert (await joins(client))[0] == 429

    asked(test)


def test_a_thousand_who_join_from_one_place_do_not_get_a_thousand_seats() -> None:
    board = a_board()

    async def test(client: Client) -> None:
        answers = [(await joins(client, f"Robot {number}"))[0] for number in range(1_000)]
        assert answers[:100] == [200] * 100  # a class behind one router
        assert answers.count(429) > 800

    asked(test, board)
    assert 100 <= len(board.seats) <= 200


def test_one_kernel_that_sends_without_end_is_slowed_down_and_the_others_are_not() -> None:
    async def test(client: Client) -> None:
        loud, quiet = await seated(client, "Loud"), await seated(client, "Quiet")
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
