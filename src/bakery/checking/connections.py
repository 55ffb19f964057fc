"""What httpx says of a client, a request or an answer that is not there, not read or closed already, and what that means."""

import re
from collections.abc import Iterable


def known_of_clients(error: BaseException, said: str) -> Iterable[str]:
    """Sentences on what httpx has raised; the first one is told."""
    if type(error).__name__ == "UnsupportedProtocol" and "missing an" in said:
        yield "a path alone was asked for, and this client has no `base_url`. Is it the client that the function was given?"
    if "client has been closed" in said:
        yield "a request was sent after its client was closed: what asks belongs into the block of the `async with`."
    if type(error).__name__ == "StreamClosed":
        yield "the pieces of an answer were asked for when it was closed already: they are read inside the block of the `async with`."
    if type(error).__name__ == "ResponseNotRead":
        yield (
            "nothing of this answer has been read yet, so it has no `.content`, `.text` or `.json()`. Its pieces come with "
            "`async for piece in answer.aiter_bytes():`; `await answer.aread()` would hold all of them."
        )
    if "unexpected keyword argument 'allow_redirects'" in said:
        yield "`allow_redirects` is a word of `requests` and aiohttp. httpx calls it `follow_redirects`."
    if re.search(r"Client\.request\(\) missing 1 required positional argument: 'url'", said):
        yield (
            "`request` wants a method and an address, and it got one thing. Where a tuple has both, a star hands them over one by "
            "one: `request(*…)`."
        )
    if "sync iterator on an async stream" in said:
        yield "the pieces of this answer are waited for: `async for piece in answer.aiter_bytes():`."
