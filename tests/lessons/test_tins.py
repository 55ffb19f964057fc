"""Each way in which a tin is lost, or shared, is told; and a tin that comes back is right."""

import pytest
from answering import asked

from bakery.lessons._tins import must_come_back

RACK = """
from quart import Quart
answer = Quart("rack")
tins = []

@answer.get("/cake")
async def cake():
    tin = tins.pop()
    try:
        await asyncio.sleep({seconds})
        {then}
    finally:
        {last}
    return f"cake from the {{tin}}"
"""


@pytest.mark.parametrize(
    ("seconds", "then", "last", "words"),
    [
        ("3", "pass", "tins.append(tin)", ""),
        ("3", "tins.append(tin)", "pass", "the tin is not back on the rack"),
        ("3", "pass", "tins.append([tin])", "['square tin'], ['round tin']"),
        ("3", "pass", "tins.append(tin); return tin", "two customers got"),
        ("3", "pass", "tins.append(tin); return f'cake from the {tin}'", "A `return` in a `finally`"),
        ("0", "pass", "tins.append(tin)", "it took 0 s"),
        ("3", "tins.append(tin)", "tins.append(tin)", "square tin, square tin"),
    ],
)
def test_what_becomes_of_a_tin_is_told(seconds: str, then: str, last: str, words: str) -> None:
    text = RACK.format(seconds=seconds, then=then, last=last)
    error = asked(text, lambda answer: must_come_back(answer, answer.named("tins").given)).error
    assert words in str(error) if words else error is None
