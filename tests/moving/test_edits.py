"""Edits change what they name, and nothing else."""

from bakery.moving.edits import Edits


def test_a_text_without_edits_stays() -> None:
    assert Edits().applied("a  b\r\n") == "a  b\r\n"


def test_what_is_not_edited_stays_between_edits() -> None:
    edits = Edits()
    edits.insert(2, "X")
    edits.replace((4, 5), "Y")
    assert edits.applied("ab cd ") == "abX cY "


def test_the_brackets_of_a_wider_span_stand_outside() -> None:
    edits = Edits()
    edits.wrap((0, 3), "(await ", ")")
    edits.wrap((0, 7), "(await ", ")")
    assert edits.applied("f().g()") == "(await (await f()).g())"


def test_the_order_in_which_spans_are_named_does_not_matter() -> None:
    one, other = Edits(), Edits()
    one.wrap((0, 7), "[", "]")
    one.wrap((4, 7), "<", ">")
    other.wrap((4, 7), "<", ">")
    other.wrap((0, 7), "[", "]")
    assert one.applied("f() g()") == other.applied("f() g()") == "[f() <g()>]"


def test_of_two_texts_around_one_span_the_outer_one_is_told() -> None:
    edits = Edits()
    edits.wrap((0, 1), "await ", "")
    edits.wrap((0, 1), "outer(", ")", outside=True)
    assert edits.applied("f") == "outer(await f)"


def test_what_ends_comes_before_what_begins_at_the_same_place() -> None:
    edits = Edits()
    edits.wrap((0, 1), "(", ")")
    edits.wrap((1, 2), "<", ">")
    assert edits.applied("ab") == "(a)<b>"


def test_the_same_edit_twice_is_one() -> None:
    edits = Edits()
    edits.insert(0, "x")
    edits.insert(0, "x")
    assert edits.applied("") == "x"


def test_of_two_replacements_that_overlap_the_first_stands() -> None:
    edits = Edits()
    edits.replace((0, 3), "x")
    edits.replace((1, 2), "y")
    assert edits.applied("abc") == "x"
    assert [edit.text for edit in edits.lost] == ["y"]
