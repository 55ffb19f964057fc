"""Functions and modules stay small enough to be read at once."""

from pathlib import Path

import pytest

from workshop.sizes import FUNCTION, MODULE, functions, too_large

pytestmark = pytest.mark.files

SOURCE = Path(__file__).parents[2] / "src"


def test_no_function_of_ours_has_more_than_35_lines_of_code_and_no_module_more_than_400_lines() -> None:
    assert (FUNCTION, MODULE) == (35, 400)
    assert list(too_large(SOURCE)) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("def bake():\n    return 1\n", 2),
        ('def bake():\n    """Bake.\n\n    Slowly.\n    """\n    return 1\n', 2),
        ("def bake():\n    # slowly\n\n    return 1  # now\n", 2),
        ('def bake():\n    return """\none\n\ntwo\n"""\n', 6),
        ("def bake(\n    cakes,\n):\n    return [\n        cakes,\n    ]\n", 6),
        ("@late\nasync def bake():\n    return 1\n\n\nother = 1\n", 2),
        (
            'class Oven:\n    """An oven."""\n\n    def bake(self):\n        """Bake."""\n        return 1\n',
            2,
        ),
    ],
)
def test_lines_of_code_are_neither_empty_nor_comments_nor_docstrings(text: str, lines: int) -> None:
    assert list(functions(text)) == [("bake", lines)]


def test_what_stands_inside_a_function_counts_for_it_too_but_for_its_docstring() -> None:
    text = 'def bake():\n    def mix():\n        """Mix."""\n        return 1\n    return mix\n'
    assert dict(functions(text)) == {"bake": 4, "mix": 2}


def test_a_function_of_one_line_more_is_told_with_its_path_and_both_numbers(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    lines = "    cake = 1\n" * (FUNCTION - 1)
    (tmp_path / "shop" / "oven.py").write_text(f"def fits():\n{lines}\n\ndef bake():\n{lines}    cake = 2\n")
    assert list(too_large(tmp_path)) == [
        "shop/oven.py: bake has 36 lines of code, and a function has at most 35"
    ]


def test_a_module_of_one_line_more_is_told(tmp_path: Path) -> None:
    (tmp_path / "fits.py").write_text("cake = 1\n" * MODULE)
    (tmp_path / "oven.py").write_text("\n" * (MODULE + 1))
    assert list(too_large(tmp_path)) == ["oven.py: 401 lines, and a module has at most 400"]
