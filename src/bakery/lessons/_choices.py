"""What lessons that ask for a choice among several have in common: a list that is turned round is called by its name."""

from collections.abc import Collection

from bakery.checking import expect


def must_not_be_the_others(
    chosen: Collection[object], wanted: Collection[object], every: Collection[object], which: str
) -> None:
    """Expect that not all those were chosen that are not wanted, and only those; `which` says what these are."""
    others = set(every) - set(wanted)
    expect(
        set(chosen) != others,
        f"in it are exactly those {which}. It is turned round: what is left out is wanted.",
    )
