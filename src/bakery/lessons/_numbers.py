"""What lessons that ask for a formula have in common: the number that a call gave, and how it came about."""

from collections.abc import Mapping

from bakery.checking import Run, expect


def number_of(run: Run, what: str = "seconds") -> float:
    """The number that a call gave.

    Raises `Wrong`, which only the check sees, where it gave something else.
    """
    got = run.result
    expect(got is not None, "it gives back nothing (`None`). `print` shows a number; `return` hands it over.")
    sound = isinstance(got, int | float) and not isinstance(got, bool)
    expect(sound, f"a number of {what} is wanted, and it gives `{got!r:.60}`.")
    return float(got)


def slip(got: float, known: Mapping[float, str]) -> str:
    """What a wrong number was probably made of, with a space before it; nothing where nobody knows."""
    return next((f" {says}" for value, says in known.items() if abs(value - got) < 1e-9), "")
