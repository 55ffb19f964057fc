"""Whether a form was read is seen, and told where nothing of it is in the answer."""

import pytest
from answering import refused

from bakery.lessons._forms import must_read_the_form

APP = """
from quart import Quart, request
answer = Quart("desk")

@answer.post("/order")
async def order():
    return f"one {{{cake}}} cake"
"""


@pytest.mark.parametrize(
    ("cake", "words"),
    [
        ("request.args.get('cake')", "nobody has read it"),
        ("(await request.files).get('cake')", "nobody has read it"),
        ("(await request.form).get('cakes')", "in place of “plum”"),
        ("(await request.data).decode().partition('=')[2]", "`'one lemon+tart cake'`"),
    ],
)
def test_what_is_looked_into_in_place_of_the_form_is_told(cake: str, words: str) -> None:
    said = refused(
        APP.format(cake=cake), lambda answer: must_read_the_form(answer, "/order", ("plum", "lemon tart"))
    )
    assert words in said
