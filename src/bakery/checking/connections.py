"""What httpx says of a client, a request or an answer that is not there, not read or closed already, and what that means."""

import re
from collections.abc import Iterable

from bakery.checking.virtual.lines import own_line_of, own_text_of

HOST = "service"
"""The name by which a stand-in service is asked: only the client that an answer is given knows the way there."""


def known_of_clients(error: BaseException, said: str) -> Iterable[str]:
    """Sentences on what httpx has raised; the first one is told."""
    if type(error).__name__ == "UnsupportedProtocol" and "missing an" in said:
        yield "a path alone was asked for, and this client has no `base_url`. Is it the client that the function was given?"
    if (address := _address_of(error)).partition("://")[2].partition("/")[0] == HOST:
        yield (
            f"the client that was given was not asked. Another one asked for `{address}`, and did not get there: only the "
            "given one knows the way."
        )
    if "client has been closed" in said:
        yield (
            "a request was sent after its client was closed: what asks belongs into the block of the `async with`, and a client "
            "that is still needed afterwards, or was only lent, is not closed there."
        )
    if "open a client instance more than once" in said:
        yield (
            "an `async with` opens its client, and this one was opened before: several orders share it. Whoever makes the client opens "
            "it, once, and closes it when all of them are done."
        )
    if "unexpected keyword argument 'allow_redirects'" in said:
        yield "`allow_redirects` is a word of `requests` and aiohttp. httpx calls it `follow_redirects`."
    if isinstance(error, AttributeError) and error.name == "response" and _tells_of_no_answer(error.obj):
        yield (
            f"a `{type(error.obj).__name__}` of httpx has no `response`, since no answer came. Of the errors of httpx only an "
            "`HTTPStatusError` has one."
        )
    yield from _known_of_arguments(error, said)
    yield from _known_of_streams(error, said)


def _known_of_arguments(error: BaseException, said: str) -> Iterable[str]:
    """What a request or an error lacks that it is made with; the first one is told."""
    if re.search(r"Client\.request\(\) missing 1 required positional argument: 'url'", said):
        yield (
            "`request` wants a method and an address, and it got one thing. Where a tuple has both, a star hands them over one by "
            "one: `request(*…)`."
        )
    if re.search(
        r"(HTTPError|RequestError|HTTPStatusError)\.__init__\(\) missing 1 required positional argument: 'message'",
        said,
    ):
        yield (
            f"an error of httpx is made with a message ({own_line_of(error)}), which stands in its brackets. Without brackets it is made "
            "with none."
        )


def _known_of_streams(error: BaseException, said: str) -> Iterable[str]:
    """What goes wrong with an answer that is read in pieces; the first one is told."""
    if type(error).__name__ == "StreamClosed":
        yield "the pieces of an answer were asked for when it was closed already: they are read inside the block of the `async with`."
    if type(error).__name__ == "ResponseNotRead":
        yield (
            "nothing of this answer has been read yet, so it has no `.content`, `.text` or `.json()`. Its pieces come with "
            "`async for piece in answer.aiter_bytes():`; `await answer.aread()` would hold all of them."
        )
    if "sync iterator on an async stream" in said:
        yield "the pieces of this answer are waited for: `async for piece in answer.aiter_bytes():`."
    if "_AsyncGeneratorContextManager can't be used in 'await'" in said:
        line = own_line_of(error)
        yield (
            f"what is awaited there is opened and closed by a block ({line}): `async with` in the place of `await`, and in the block "
            "it is open."
        )
    if "a bytes-like object is required, not 'str'" in said and "aiter_text" in own_text_of(error):
        yield "`aiter_text` gives texts, and bytes are wanted: `aiter_bytes` gives what came, as it is."


def _tells_of_no_answer(one: object) -> bool:
    """Whether it is an error of httpx that came in the place of an answer."""
    return isinstance(one, Exception) and "RequestError" in {kind.__name__ for kind in type(one).__mro__}


def _address_of(error: BaseException) -> str:
    """The address to which no connection of httpx or aiohttp came about; empty for every other error."""
    kinds = {one.__name__ for one in type(error).__mro__}
    if "ClientConnectorError" in kinds:
        return f"http://{getattr(error, 'host', '')}"
    if not kinds & {"ConnectError", "ConnectTimeout"}:
        return ""
    try:
        return str(getattr(getattr(error, "request", None), "url", ""))
    except RuntimeError:  # nobody has said which request it was
        return ""
