"""The scanner sees every line of a paper, and the same as a library for all of Markdown."""

from pathlib import Path
from typing import Any

import mistune
import pytest

from bakery import lessons
from bakery.checking.markdown import Scan

PAPERS = sorted(Path(lessons.__file__).parent.glob("*.md"))


def blocks(text: str) -> list[tuple[str, int, str]]:
    scan = Scan(text, "small.md")
    assert scan.faults == []
    return [(block.kind, block.line, block.text) for block in scan.blocks]


def test_headings_code_items_and_prose_have_their_first_line() -> None:
    text = "# Title\n\nOne\ntwo.\n\n```python\n1\n```\n\n- one\n  and more\n- two\n\nThree.\n"
    assert blocks(text) == [
        ("heading", 1, "Title"),
        ("prose", 3, "One two."),
        ("code", 6, "1\n"),
        ("item", 10, "one and more"),
        ("item", 12, "two"),
        ("prose", 14, "Three."),
    ]


def test_what_stands_in_a_block_of_code_is_code_whatever_it_looks_like() -> None:
    code = "## a comment\n- [ ] one\n<!-- x -->\n\ttab\n"
    assert blocks(f"```python\n{code}```\n") == [("code", 1, code)]
    assert blocks("````python\n```\n````\n") == [("code", 1, "```\n")]


def test_a_comment_is_passed_over_and_the_lines_after_it_keep_their_numbers() -> None:
    assert blocks("<!-- one -->\n<!-- two\n\n## three -->\nFour.\n") == [("prose", 5, "Four.")]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("x\n\n##two\n", 3, "a space after its `#`"),
        ("~~~python\n", 1, "three backticks"),
        ("```python `x`\n", 1, "nothing else but `python`"),
        ("```python\n1\n", 1, "has no end: a line with nothing but ```"),
        ("Title\n=====\n", 2, "a line across the page"),
        ("one\n\n---\n", 3, "a line across the page"),
        ("* one\n", 1, "begins with `- `"),
        ("-[x] one\n", 1, "begins with `- `, and has words"),
        ("-\n", 1, "has words"),
        ("1. one\n", 1, "the order is that of the lines"),
        ("> one\n", 1, "quotations, tables and HTML"),
        ("| one |\n", 1, "quotations, tables and HTML"),
        ("<b>one</b>\n", 1, "quotations, tables and HTML"),
        ("[a]: https://example.org\n", 1, "`[words](address)`"),
        ("    code\n", 1, "goes on with a list item, and there is none above it"),
        ("one\n  two\n", 2, "goes on with a list item"),
        ("- one\n\n  two\n", 3, "there is none above it"),
        ("- one\ntwo\n", 2, "prose has an empty line above it"),
        ("<!-- one\n", 1, "has no end: `-->`"),
        ("<!-- one --> two\n", 1, "has its lines to itself"),
    ],
)
def test_a_line_that_is_not_understood_is_a_fault_with_its_number(text: str, line: int, words: str) -> None:
    (fault,) = Scan(text, "small.md").faults
    assert (fault.file, fault.line) == ("small.md", line)
    assert words in fault.says
    assert str(fault).startswith(f"small.md:{line}: ")


def kinds(tokens: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The headings, blocks of code, list items and paragraphs that the library sees, each with what marks it."""
    found = []
    for token in tokens:
        if token["type"] == "heading":
            found.append(("heading", "#" * token["attrs"]["level"]))
        elif token["type"] == "block_code":
            found.append(("code", token["raw"]))
        elif token["type"] == "list":
            found += [("item", "")] * len(token["children"])
        elif token["type"] == "paragraph":
            found.append(("prose", ""))
        elif token["type"] not in {"blank_line", "block_html"}:
            found.append((token["type"], ""))
    return found


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.stem)
def test_a_library_for_all_of_markdown_sees_the_same_blocks(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tokens = mistune.create_markdown(renderer=None)(text)
    assert isinstance(tokens, list)
    ours = [
        (block.kind, block.text if block.kind == "code" else block.mark)
        for block in Scan(text, path.name).blocks
    ]
    assert ours == kinds(tokens)
