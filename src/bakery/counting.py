"""Counting aloud: a number and its noun agree, in one place for all the words of this package.

It imports nothing of ours, so that every room may count here.
"""

NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def counted(number: int, noun: str, nouns: str = "") -> str:
    """A number in figures before its noun: "1 cake", "3 cakes", "1,000 replies" (`nouns` where "s" is not all)."""
    return f"{number:,} {form(number, noun, nouns or f'{noun}s')}"


def in_words(number: int, noun: str, nouns: str = "") -> str:
    """A small number spelled out before its noun: "no bakes", "one bake", "three bakes", "40 bakes"."""
    spelled = NUMBERS[number] if 0 <= number < len(NUMBERS) else f"{number:,}"
    return f"{spelled} {form(number, noun, nouns or f'{noun}s')}"


def how_often(number: int) -> str:
    """A small number of times, spelled out: "once", "twice", "three times", "40 times"."""
    return {1: "once", 2: "twice"}.get(number, in_words(number, "time"))


def form(number: int, one: str, many: str) -> str:
    """The form of a word that goes with a number: "is" for one, "are" for all others."""
    return one if number == 1 else many
