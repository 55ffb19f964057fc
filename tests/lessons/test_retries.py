"""Whoever asks again is judged by when the stand-in was asked, and by what came back."""

import textwrap

import pytest
from answering import asked, refused

from bakery.lessons._retries import must_come_again, must_keep_a_deadline

AGAIN = """
def told_pause(answer):
    said = answer.headers.get("Retry-After", "")
    return 3.0 if "GMT" in said else float(said) if said.isdecimal() else None
async def answer(client, method, path):
"""
IN_TIME = "\nimport httpx\nasync def answer(client):\n"

RIGHT = """
for pause in (0.5, 1, None):
    reply = await client.request(method, path)
    if reply.status_code not in (429, 503) or pause is None or method not in ('GET', 'PUT', 'DELETE'): return reply
    said = told_pause(reply)
    await asyncio.sleep(pause if said is None else said)
"""


def text_of(before: str, body: str) -> str:
    return before + textwrap.indent(textwrap.dedent(body), "    ")


@pytest.mark.parametrize("threadless", [False, True])
def test_what_comes_again_as_it_should_is_right(threadless: bool) -> None:
    assert asked(text_of(AGAIN, RIGHT), must_come_again, threadless=threadless).error is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return (await client.request(method, path)).json()", "the answer with 200 is wanted"),
        ("return (await client.request(method, path)).status_code", "and it gives `200`"),
        ("await client.request(method, path)", "gives back nothing (`None`)"),
        ("return await client.request(method, path)", "it asks once"),
        (
            RIGHT.replace("client.request(method, path)", "client.request('GET', path)"),
            "it is called with the method POST, and sends a GET",
        ),
        (RIGHT.replace("else said)", "else min(said, 1))"), "it comes again after 1 s; 2 s is wanted"),
        (RIGHT.replace("if said is None else said", ""), "after 0.5 s; 2 s is wanted"),
        (
            RIGHT.replace("return reply", "return await client.request(method, path)", 1),
            "the shop answers 200, and is asked again",
        ),
    ],
)
def test_what_comes_again_otherwise_is_told_with_what_was_seen(body: str, words: str) -> None:
    assert words in refused(text_of(AGAIN, body), must_come_again)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return {'price': 300}", "the price is there after 0 s"),
        ("return (await client.get('/price')).text", "when a call takes 0.5 s, it gives"),
        ("raise TimeoutError", "it gives up after 0 s"),
        ("raise KeyError('price')", "it raised KeyError"),
        (
            "while True:\n    try: await client.get('/price', timeout=0.8)\n    except Exception: pass",
            "never stop",
        ),
    ],
)
def test_a_deadline_that_is_none_is_told_with_what_was_seen(body: str, words: str) -> None:
    assert words in refused(text_of(IN_TIME, body), must_keep_a_deadline)
