"""What the handlers share."""

from boards import KEY, Client, a_board, asked, seated

from bakery.classroom.open_board import OpenBoard


def test_each_board_has_rates_and_news_of_its_own() -> None:
    one, other = OpenBoard(a_board(), KEY), OpenBoard(a_board(), KEY)
    while one.guessing.allows("somewhere"):
        pass
    assert other.guessing.allows("somewhere")
    assert one.news is not other.news


def test_the_stream_begins_with_the_whole_board_and_the_invitation() -> None:
    async def test(client: Client) -> None:
        await seated(client)
        async with client.request(f"/events?key={KEY}") as stream:
            await stream.send_complete()
            first = await stream.receive()
            assert first.startswith(b"event: board\ndata: {")
            assert b'"name": "Ada"' in first
            assert b"join here" in first
            await stream.disconnect()

    asked(test, invitation="join here")
