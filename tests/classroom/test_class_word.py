"""Words that a class can say, hear and type."""

from bakery.classroom.class_word import WORDS, class_word


def test_there_are_sixty_four_different_short_words() -> None:
    assert len(set(WORDS)) == 64
    assert [word for word in WORDS if not (word.isascii() and word.isalpha() and len(word) <= 8)] == []


def test_a_word_is_made_of_three_and_seldom_the_same() -> None:
    words = {class_word() for _ in range(50)}
    assert len(words) > 45
    assert {len(word.split("-")) for word in words} == {3}
