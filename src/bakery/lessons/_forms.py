"""Handlers of 08 and 11 that read a form: what customers posted, and whether anybody looked into it."""

from collections.abc import Sequence

from bakery.checking import Answer, expect
from bakery.checking.describing import short


def must_read_the_form(answer: Answer, path: str, cakes: Sequence[str]) -> None:
    """Expect of several customers, who post the names of cakes, that each gets the cake of that name."""
    from quart import Request

    reads = vars(Request)["form"].fget
    answer.must_be("quart").watch(reads)
    orders = [{"form": {"cake": cake}} for cake in cakes]
    served = answer.visit(path, method="POST", each=orders)
    first = served.texts[0]
    expect(
        "None" not in first or served.calls.get("form"),
        f"`{path}` answers {short(first)}: what was posted is in the form, and nobody has read it. `await request.form` brings it.",
    )
    expect(
        served.texts != ["one cake cake"] * len(cakes),
        f"`{path}` answers {short(first)}, and {short(f'one {cakes[0]} cake')} is wanted. `cake` is the name of the field: whoever "
        "goes through a form, or unpacks it, gets the names of its fields. The value stands behind the name, in square brackets.",
    )
    expect(
        not first.startswith("one cake="),
        f"`{path}` answers {short(first)}, and {short(f'one {cakes[0]} cake')} is wanted. That is the body as it was sent, with the name "
        "of its field: `await request.form` takes it apart.",
    )
    served.gets(*(f"one {cake} cake" for cake in cakes))
