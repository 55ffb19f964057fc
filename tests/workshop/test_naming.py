"""A cell that JupyterLab named at random is named after its task, its heading or its first words."""

import pytest
from making import code, notebook, prose
from nbformat import NotebookNode

from bakery.checking.parsing import understood
from workshop.naming import slug, with_names
from workshop.notebooks import id_faults

RANDOM = ("496797d7", "0d0c0b0a-1111-2222-3333-444455556666", "Two_cakes", "1234")
PAPER = understood(
    "# Small\n\n## prediction: at_once\n\n- answer: 1\n- seen: trace.cakes\n\nx\n\n"
    "## exercise: bake_all\n\n```python\na = 1  # starter: a = ...\nex.bake_all.check(a)\n```\n\n- hint: x\n\nx\n\n"
    "## quiz: why\n\nWhy?\n\n- [x] So.\n  Yes.\n- [ ] No.\n  no.\n\n"
    "## prediction: quick\n\n- answer: 1\n- seen: it\n\n```python\nex.quick.say(...)\nex.quick.check(1)\n```\n\nx\n",
    "small.md",
)


def named(*cells: NotebookNode) -> list[str]:
    return [cell.id for cell in with_names(notebook(*cells), PAPER).cells]


@pytest.mark.parametrize("random", RANDOM)
@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("from x import ex\n\nex.at_once.say(...)", "prediction-at-once"),
        ("ex.at_once.check(trace)", "check-at-once"),
        ("def bake_all(): ...\nex.bake_all.check(bake_all)", "exercise-bake-all"),
        ("ex.bake_all", "exercise-bake-all"),
        ("ex.bake_all.hint()", "hint-bake-all"),
        ("ex.why", "quiz-why"),
        ("ex.quick.say(...)\nex.quick.check(1)", "prediction-quick"),
        ("ex.progress()", "your-progress"),
        ("async def bake():\n    await oven()", "bake"),
        ("class SlowOven: ...", "slowoven"),
        ("trace = await order(shop, cakes=3)\ntrace", "trace"),
        ("await order(shop, cakes=3)", "await-order-shop-cakes"),
        ("%pip list", "pip-list"),
        ("1 + 2", "code"),
        ("", "code"),
    ],
)
def test_a_code_cell_is_named_after_its_task_or_what_it_defines(source: str, name: str, random: str) -> None:
    assert named(code("first", "0"), code(random, source)) == ["first", name]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("Some words.\n\n## The *same* bake, as a `coroutine`!\n\nMore.", "the-same-bake-as"),
        ("**Predict.** How many bakes?", "predict-how-many-bakes"),
        ("3 cakes don't wait.", "cakes-dont-wait"),
        ("…", "prose"),
        ("deadbee1", "deadbee1-cell"),
    ],
)
def test_prose_is_named_after_its_heading_or_its_first_words(source: str, name: str) -> None:
    assert named(code("first", "0"), prose("496797d7", source), code("last", "0")) == ["first", name, "last"]


def test_the_first_and_the_last_cell_have_the_names_that_every_notebook_has() -> None:
    cells = (prose("496797d7", "# Title"), prose("496797d8", "x"), prose("496797d9", "## Receipt\n"))
    assert named(*cells) == ["promise", "x", "receipt"]


def test_a_name_that_says_something_stays_and_is_given_once() -> None:
    given = (code("bake", "1"), code("496797d7", "def bake(): ..."), code("496797d8", "bake = 1"))
    assert named(*given) == ["bake", "bake-2", "bake-3"]
    twice = notebook(code("bake", "1"), code("other", "2"))
    twice.cells[1].id = "bake"
    assert [cell.id for cell in with_names(twice).cells] == ["bake", "code"]


def test_what_was_named_needs_no_other_name() -> None:
    once = with_names(notebook(code("496797d7", "ex.why"), prose("496797d8", "Words")), PAPER)
    assert id_faults([cell.id for cell in once.cells]) == []
    assert with_names(once, PAPER) == once


def test_a_second_cell_of_one_task_is_named_after_its_verb() -> None:
    assert named(code("quiz-why", "ex.why"), code("496797d7", 'ex.why.check("a")')) == [
        "quiz-why",
        "check-why",
    ]


def test_a_name_is_a_few_words_in_small_letters() -> None:
    assert slug("Three Cakes: at_once, in one oven") == "three-cakes-at-once"
    assert slug("42") == ""
