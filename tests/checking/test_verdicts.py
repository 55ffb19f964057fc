"""A verdict shows itself in words and in HTML, and whatever an answer put into it does no harm there."""

import pytest

from bakery.checking.verdicts import LINES, WIDTH, Note, Verdict, framed, with_code

NASTY = "<script>alert('cake')</script>"


@pytest.mark.parametrize("place", ["name", "says", "printed", "then"])
def test_a_verdict_escapes_whatever_is_in_it_in_html(place: str) -> None:
    given = {"name": "cake", "outcome": "wrong", "says": "", "printed": "", "then": "", place: NASTY}
    html = Verdict(**given)._repr_html_()  # type: ignore[arg-type]
    assert "<script" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("place", ["words", "code", "after"])
def test_a_note_escapes_whatever_is_in_it_in_html(place: str) -> None:
    html = Note(**{"words": "", place: NASTY})._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_an_error_text_between_backticks_is_escaped_as_well() -> None:
    assert with_code(f"it says `{NASTY}`") == (
        "it says <code>&lt;script&gt;alert(&#x27;cake&#x27;)&lt;/script&gt;</code>"
    )
    assert "<img" not in with_code("an odd ` and <img src=x>")


def test_an_outcome_has_its_words_and_its_sign() -> None:
    assert (
        Verdict("cake", "wrong", "it is late.").words
        == "\N{MULTIPLICATION X} cake: wrong, because it is late."
    )
    assert Verdict("cake", "right", "Well.").words == "\N{CHECK MARK} cake: right. Well."


def test_of_what_was_printed_nothing_is_left_out_where_it_has_room_and_otherwise_it_is_said() -> None:
    for lines, ending in (
        (LINES, "cake"),
        (LINES + 1, "… and 1 more line"),
        (LINES + 200, "… and many more lines"),
    ):
        words = Verdict("cake", "wrong", "it is late.", printed="cake\n" * lines).words
        assert words.splitlines()[-1].strip() == ending
    assert "c" * WIDTH in Verdict("cake", "wrong", "it is late.", printed="c" * WIDTH).words
    assert f"{'c' * (WIDTH - 1)}…" in Verdict("cake", "wrong", "it is late.", printed="c" * (WIDTH + 1)).words


def test_what_was_printed_is_shown_in_a_few_short_lines() -> None:
    words = Verdict("cake", "wrong", "x", printed="\n".join("a" * 300 for _ in range(9))).words
    assert "… and 6 more lines" in words
    assert max(map(len, words.splitlines())) < 110


def test_half_a_character_does_not_keep_a_verdict_from_being_sent() -> None:
    verdict = Verdict("cake", "wrong", "it raised \ud800", printed="\udfff")
    for text in (verdict.words, verdict.html(), repr(Note("\ud800", "\ud800"))):
        text.encode("utf-8")


def test_a_frame_asks_for_attention_only_where_it_should() -> None:
    assert 'role="status"' in framed("a", "b")
    assert 'role="status"' not in framed("a", "b", spoken=False)
