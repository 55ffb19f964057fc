"""Stand-ins of notebook 16, below a client of httpx: as strict as the mill, and with a script that begins anew."""
# ruff: noqa: ANN401  # stand-ins of the reader's, and what they give

import inspect
from collections.abc import Callable
from typing import Any

import httpx

from bakery.checking import expect
from bakery.checking.describing import described
from bakery.checking.mistakes import Wrong
from bakery.checking.virtual.lines import own_line_of
from bakery.lessons._recordings import must_say

StandIn = Callable[[httpx.Request], Any]


def on(stand_in: object, patience: float | None = None) -> httpx.AsyncClient:
    """A client of httpx on the reader's stand-in; `patience` in seconds. What is no answer raises `Wrong` there."""
    if not callable(stand_in):
        raise Wrong(f"a stand-in is a function of a request, and this is {described(stand_in)}.")

    async def answering(request: httpx.Request) -> httpx.Response:
        try:
            made = stand_in(request)
            made = await made if inspect.isawaitable(made) else made
        except httpx.HTTPStatusError as error:
            raise Wrong(
                f"the stand-in raises an `HTTPStatusError` ({own_line_of(error)}). A status is an answer, and a mill gives it: "
                "`return httpx.Response(…)`. It is the client who makes an error of it, with `raise_for_status`."
            ) from None
        if isinstance(made, BaseException):
            raise Wrong(f"the stand-in gives back the error `{type(made).__name__}`. An error is raised.")
        if not isinstance(made, httpx.Response):
            raise Wrong(f"the stand-in gives {described(made)}, and httpx wants an `httpx.Response(…)`.")
        return made

    return httpx.AsyncClient(
        transport=httpx.MockTransport(answering), base_url="http://mill", timeout=patience
    )


async def must_be_as_strict_as_the_mill(given: StandIn, prices: dict[Any, Any]) -> None:
    """Expect one of these prices for each flour, 404 for another, and 405 for what is no GET. Raises `Wrong`."""
    client = on(given)
    for flour, cents in (("rye", 120), ("wheat", 90), ("oat flakes", 75), ("rye", 120)):
        came = await client.get(f"/price/{flour}")
        if came.status_code == 404 and (instead := await _looked_up(client, flour, prices)):
            raise Wrong(
                f"a GET of `/price/{flour}` gets 404, and {flour} is in `PRICES`. What it looks up there is {instead}."
            )
        expect(
            came.status_code != 405,
            f"a GET of `/price/{flour}` gets 405, and a GET is all that the mill allows. `request.method` is `'GET'` there.",
        )
        why = (
            "It is looked up there, and not written down a second time. `request.url.path` has spaces as spaces; other parts of "
            "`request.url` have them as `%20`."
            if " " in flour
            else "`request.url.path` is the path alone, with `/price/` before the flour; other parts of `request.url` have more."
        )
        expect(
            came.status_code == 200,
            f"a GET of `/price/{flour}` gets {came.status_code}, and {flour} is in `PRICES`. {why}",
        )
        must_say(came, {"cents": cents}, f"`/price/{flour}`")
    await _knows_no_more(client)


async def _looked_up(client: httpx.AsyncClient, flour: str, prices: dict[Any, Any]) -> str:
    """What a stand-in looks up in place of a flour: a part of its address that it finds where all have prices of their own."""
    url = client.build_request("GET", f"/price/{flour}").url
    whole = [str(url), url.raw_path.decode(), url.path, url.raw_path, url.host]
    parts = [part for one in (str(url), url.path) for part in one.split("/")]
    ends = [url.path[at:] for at in range(1, len(url.path))]
    strange = [one for one in (*whole, *parts, *ends) if one not in prices]
    marked = {1000 + at: one for at, one in enumerate(dict.fromkeys(strange))}
    prices.update({one: cents for cents, one in marked.items()})
    try:
        came = await client.get(f"/price/{flour}")
        found = marked.get(came.json()["cents"])
    except Exception:  # whatever a reader raises
        return ""
    finally:
        for one in marked.values():
            prices.pop(one, None)
    return "" if found is None else f"`{found!r}`"


async def _knows_no_more(client: httpx.AsyncClient) -> None:
    """Expect 404 for what is no flour of the mill, though it sounds like one, and 405 for what is no GET."""
    for flour in ("stone", "buckwheat", "oat"):
        try:
            came = await client.get(f"/price/{flour}")
        except KeyError:
            raise Wrong(
                f"asked for `/price/{flour}`, the stand-in raises a `KeyError`: {flour} is not in `PRICES`. The mill answers 404."
            ) from None
        expect(
            came.status_code == 404,
            f"`/price/{flour}` gets status {came.status_code}, and {flour} is not in `PRICES`. The mill says 404, and a client "
            "that looks at the status has to see it.",
        )
    for method, flour in (("POST", "rye"), ("DELETE", "rye"), ("POST", "stone")):
        came = await client.request(method, f"/price/{flour}")
        expect(
            came.status_code == 405,
            f"a {method} to `/price/{flour}` gets status {came.status_code}, and the mill says 405: it lets nobody but a GET "
            "ask for a price"
            + (
                ", and does not even look whether there is one."
                if flour == "stone"
                else ". `request.method` tells."
            ),
        )


async def must_begin_anew(make: Callable[[], Any]) -> None:
    """Expect 503, 503, and then 200, of two stand-ins that are asked in turns. Raises `Wrong`."""
    alone, first, second = make(), make(), make()
    for made in (alone, first, second):
        if inspect.isawaitable(made):
            if inspect.iscoroutine(made):
                made.close()
            raise Wrong(
                "`burnt_twice` is an `async def`. Making a stand-in waits for nothing: a plain `def`."
            )
    expect(
        callable(alone),
        f"`burnt_twice()` gives {described(alone)}, and a stand-in is wanted: a function of a request.",
    )
    expect(
        not inspect.isclass(alone),
        "`burnt_twice()` gives a class, and a stand-in is wanted: one thing of that class, made with brackets.",
    )
    wanted = "503 503 200 200 200 200"
    (said,) = await _asked_in_turns(alone)
    expect(
        said == wanted,
        f"a stand-in that is asked six times, for rye and for wheat, says {said}, and {wanted} is wanted.",
    )
    both = await _asked_in_turns(first, second)
    expect(
        both == [wanted, wanted],
        f"alone, a stand-in says {wanted}. Two of them, each asked six times in turns, say {' and '.join(both)}. Each should say "
        f"{wanted}, whatever the other was asked: what they count is shared.",
    )


async def _asked_in_turns(*several: Any) -> list[str]:
    """The statuses that each of these says when all are asked six times, in turns."""
    said: list[list[str]] = [[] for _ in several]
    for turn in range(1, 7):
        for heard, one in zip(said, several, strict=True):
            came = await _asked_again(on(one), turn)
            heard.append(str(came.status_code))
            if came.status_code == 200:
                must_say(came, {"cents": 120}, f"request {turn}")
    return [" ".join(heard) for heard in said]


async def _asked_again(client: httpx.AsyncClient, turn: int) -> httpx.Response:
    try:
        return await client.get("/price/rye" if turn % 2 else "/price/wheat")
    except (StopIteration, IndexError, RuntimeError) as error:
        if not _is_at_its_end(error):
            raise
        raise Wrong(
            f"at request {turn} the script is at its end, and the stand-in raises an error that no mill would. It should go "
            "on with its last line."
        ) from None


def _is_at_its_end(error: Exception) -> bool:
    return "StopIteration" in f"{type(error).__name__} {error}" or isinstance(error, IndexError)
