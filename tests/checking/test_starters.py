"""The starter and the solution come from one cell, and a mark is a comment of Python, nothing else."""

import pytest

from bakery.checking.starters import (
    ends_in,
    faults,
    given,
    nodes_of,
    not_python,
    parse,
    retouched,
    same,
    solution,
    starter,
)

CELL = """\
from math import ceil  # starter:


def rule(orders):
    # a word about it
    return ceil(orders)  # starter: return ...
    # starter: return 1


ex.rule.check(rule)
"""


def test_a_mark_replaces_a_line_leaves_one_out_or_adds_one() -> None:
    assert starter(CELL) == (
        "def rule(orders):\n    # a word about it\n    return ...\n    return 1\n\n\nex.rule.check(rule)\n"
    )
    assert solution(CELL) == (
        "from math import ceil\n\n\ndef rule(orders):\n    # a word about it\n    return ceil(orders)\n\n\n"
        "ex.rule.check(rule)\n"
    )
    assert list(faults(CELL, "rule")) == []


def test_where_lines_are_left_out_no_more_than_two_empty_ones_stay() -> None:
    text = "a = 1\n\n\nb = 2  # starter:\n\n\nc = 3\n"
    assert starter(text) == "a = 1\n\n\nc = 3\n"
    assert solution(text) == "a = 1\n\n\nb = 2\n\n\nc = 3\n"


def test_a_mark_in_a_string_is_a_string() -> None:
    text = 'said = "# starter: no"  # starter: said = ...\nlong = """\nx  # starter: y\n"""\n'
    assert solution(text) == 'said = "# starter: no"\nlong = """\nx  # starter: y\n"""\n'
    assert starter(text) == 'said = ...\nlong = """\nx  # starter: y\n"""\n'


def test_a_mark_keeps_its_indentation_and_empty_lines_stay() -> None:
    assert starter("if x:\n    a()  # starter: b()\n\n\nc()") == "if x:\n    b()\n\n\nc()\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a = 1  # Starter: a = ...\nex.a.check(a)", 1, "the mark is `# starter: …`"),
        ("a = 1  #starter: a = ...\nex.a.check(a)", 1, "the mark is `# starter: …`"),
        ("b = 2\na = 1  # one # starter: a = ...\nex.a.check(a)", 2, "the only comment of its line"),
        ("a = (1  # starter: a = ...", 1, "the cell is not Python: '(' was never closed"),
        ("a = 1\n a = 2  # starter:", 2, "the solution is not Python: unexpected indent"),
        ("a = 1  # starter: a =\nex.a.check(a)", 1, "the starter is not Python: invalid syntax"),
        (
            "b = 1\na = 1 1  # starter: a = ...\nex.a.check(a)",
            2,
            "the solution is not Python: invalid syntax",
        ),
        ("a = 1\nex.a.check(a)", 1, "the starter is solved already: mark a line"),
        ("a = 1  # starter: a = ...\n", 1, "the solution ends in `ex.a.check(…)`"),
        ("a = 1  # starter: a = ...\nex.a.check()", 2, "the solution ends in `ex.a.check(…)`"),
        ("a = 1  # starter: a = ...\nex.b.check(a)", 2, "the solution ends in `ex.a.check(…)`"),
        ("a = 1  # starter: a = ...\nex.a.check(a)  # starter:", 2, "the starter ends in `ex.a.check(…)`"),
    ],
)
def test_a_cell_that_makes_no_exercise_is_told_with_its_line(text: str, line: int, words: str) -> None:
    found = list(faults(text, "a"))
    assert (line, True) in [(number, words in says) for number, says in found], found


def test_what_is_given_to_a_verb_is_found_as_an_expression() -> None:
    assert given("x = 1\nex.one.check( [x,  2] )", "one", "check") == ("[x, 2]",)
    assert given("ex.one.check(1, 2)\nex.one.check()\nex.one.check(x=1)", "one", "check") == ()
    assert given("not python (", "one", "check") == ()


def test_a_cell_ends_in_a_verb_only_with_its_last_line() -> None:
    tree = parse("ex.one.check(1)\nprint()")
    assert tree
    assert not ends_in(tree, "one", "check")
    assert not ends_in(parse("") or tree, "one", "check")


def test_two_cells_are_the_same_whatever_their_comments_and_checks_say() -> None:
    assert same("a = 1  # one\nex.a.check(a)", "a=1")
    assert not same("ex.a.say(1)", "ex.a.say(2)")
    assert not same("a = 1", "a = (")


def test_a_cell_may_await_and_one_that_is_no_python_is_none() -> None:
    assert parse("await x")
    assert parse("async def (") is None
    assert parse("a\0") is None


def test_the_nodes_of_a_text_come_from_the_outside_in_and_what_is_no_python_has_none() -> None:
    found = [type(node).__name__ for node in nodes_of("a = await b\nc")]
    assert found == ["Assign", "Expr", "Name", "Await", "Name", "Store", "Name", "Load", "Load"]
    assert nodes_of("async def (") == nodes_of("# a word") == nodes_of("") == []


def test_brackets_round_a_whole_change_a_cell_for_the_eye_alone() -> None:
    before = "cake = await form.get('cake')  # here\nex.one.check(cake)\n"
    assert same("cake = await (form.get('cake'))\nex.one.check(cake)\n", before)
    assert retouched("cake = await (form.get('cake'))\nex.one.check(cake)\n", before)
    assert not retouched("", before)
    assert not retouched("cake = await form['cake']\n", before)
    assert not retouched("cake  =  await form.get('cake')\nex.one.hint()\n", before)


def test_a_text_that_python_refuses_is_told_with_its_line_and_pythons_words() -> None:
    line, words = not_python("a = 1\nb = (", "starter")
    assert (line, words) == (2, "the starter is not Python: '(' was never closed")
    assert not_python("await bake()", "solution") == (1, "the solution is not Python")
