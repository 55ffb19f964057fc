"""Words for a class: easy to say, to hear and to type."""

import secrets

WORDS = (
    *("almond", "apple", "apron", "bacon", "banana", "barley", "basil", "basket"),
    *("bottle", "butter", "candle", "carrot", "cellar", "cherry", "cocoa", "coffee"),
    *("corner", "cream", "crumb", "dinner", "dough", "fig", "flour", "fork"),
    *("garden", "ginger", "grape", "hazel", "honey", "ladle", "lemon", "lentil"),
    *("mango", "maple", "market", "melon", "mint", "muffin", "napkin", "nutmeg"),
    *("olive", "onion", "orange", "oven", "papaya", "pepper", "picnic", "plum"),
    *("pocket", "pumpkin", "raisin", "ribbon", "saffron", "salad", "sesame", "spoon"),
    *("sugar", "table", "tea", "tomato", "vanilla", "waffle", "walnut", "yeast"),
)

SEVERAL = 3
"""Of 64: a quarter of a million combinations, for guesses of which a board answers thirty a minute."""


def class_word() -> str:
    """A word that a class joins by: "butter-lemon-spoon"."""
    return "-".join(secrets.choice(WORDS) for _ in range(SEVERAL))
