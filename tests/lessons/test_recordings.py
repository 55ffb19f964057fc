"""A recorder is judged by when the mill was asked, and by what is played."""

import textwrap

import pytest
from answering import asked, refused

from bakery.checking import Answer
from bakery.lessons._recordings import must_record

TAPE = """
import httpx
class answer(httpx.AsyncBaseTransport):
    def __init__(self, real, tape):
        self.real, self.tape = real, tape
    async def handle_async_request(self, request):
"""

RIGHT = """
key = f"{request.method} {request.url.raw_path.decode()}"
if key not in self.tape:
    real = await self.real.request(request.method, request.url.raw_path.decode())
    if real.status_code >= 500: return httpx.Response(real.status_code, json=real.json())
    self.tape[key] = real.status_code, real.json()
return httpx.Response(self.tape[key][0], json=self.tape[key][1])
"""


def recorder(answer: Answer) -> None:
    answer.play(must_record)


def text_of(body: str) -> str:
    return TAPE + textwrap.indent(textwrap.dedent(body), " " * 8)


@pytest.mark.parametrize("threadless", [False, True])
def test_a_recorder_that_keeps_what_it_should_is_right(threadless: bool) -> None:
    assert asked(text_of(RIGHT), recorder, threadless=threadless).error is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (RIGHT.replace("if real.status_code >= 500:", "if False:"), "its 503 is played"),
        (RIGHT.replace('{request.method} ', ""), "Another method is another question"),
        (RIGHT.replace('{request.url.raw_path.decode()}"', '{request.url.path}"'), "`/price/rye?bags=10` gets"),
        (RIGHT.replace('{request.url.raw_path.decode()}"', '{request.url}"'), "another port"),
        (RIGHT.replace("if key not in self.tape:", "if True:"), "the mill was asked 5 times"),
        (RIGHT.replace(", json=real.json())\n    self", ")\n    self"), "handed on with all that it says"),
        (RIGHT.replace("real.status_code, json=real.json())\n    self", "503, json={'error': 503})\n    self"), "handed on with all"),
        (RIGHT.replace('raw_path.decode()}"', 'path} {list(request.url.params.values())}"'), "with their names as well"),
        (RIGHT.replace("raw_path.decode())", "raw_path.decode().replace('sacks', 'bags'))"), "was asked for `/price/rye?bags=10`"),
        ("return httpx.Response(200, json={})", "`/price/rye?bags=1` gets `{}`"),
        ("return httpx.Response(200, text='cake')", "which is no JSON"),
    ],
)  # fmt: skip
def test_a_recorder_that_keeps_too_much_or_too_little_is_told_what_was_seen(body: str, words: str) -> None:
    assert words in refused(text_of(body), recorder)
