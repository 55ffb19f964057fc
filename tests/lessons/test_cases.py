"""An error is told with the case in which it came up."""

import pytest

from bakery.checking.mistakes import Wrong
from bakery.lessons._cases import in_case

CASES = {
    "it raised KeyError": "there is one page, and then it raised KeyError",
    "`it` has no value.\nPython says: NameError": "`it` has no value. In this case there is one page.\nPython says: NameError",
    "an `await` is missing.\nPython says: TypeError": "an `await` is missing.\nPython says: TypeError",
    "the orders are others.": "the orders are others.",
}


@pytest.mark.parametrize("said", CASES)
def test_an_error_is_told_with_the_case_in_which_it_came_up_and_a_missing_await_without(said: str) -> None:
    with pytest.raises(Wrong) as caught, in_case("there is one page"):
        raise Wrong(said)
    assert str(caught.value) == CASES[said]
