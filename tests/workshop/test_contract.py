"""Every notebook keeps its promises, and every check of a promise can fail.

Whether the stored outputs are true is not asked here: nbval runs every notebook and compares.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from workshop.contract import CHECKS, HIGHEST, WHOLE, WORDS, Check, minutes, minutes_in_table
from workshop.notebooks import normal, written
from workshop.pages import Page

pytestmark = pytest.mark.files

ROOT = Path(__file__).parents[2]
new: Any = nbformat.v4  # whose functions have no types
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def name(value: object) -> str:
    return value.stem if isinstance(value, Path) else getattr(value, "__name__", str(value))


@pytest.mark.parametrize("check", CHECKS, ids=name)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_the_notebook_keeps_the_contract(path: Path, check: Check) -> None:
    assert list(check(Page(path))) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_the_minutes_are_those_of_the_readme_and_of_the_map(path: Path) -> None:
    cells = Page(NOTEBOOKS[0]).prose
    tables = [(ROOT / "README.md").read_text(encoding="utf-8"), *(cell.source for cell in cells)]
    listed = {minutes_in_table(text, path.name) for text in tables}
    assert listed <= {None, minutes(Page(path))}


# The checks themselves, on a small notebook that is all right until something is done to it

PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="one bar"><title>one bar</title></svg>'
)
PROMISE = """# Small cakes

*Level 2, Serve · 6 minutes · You need: a route.*

Two cakes are baked.

**After this notebook you can:**

- bake one cake
- bake two cakes"""
RECEIPT = """## Receipt

- One cake.
- Two cakes.

**Next door:** [Big cakes](02_big.ipynb), which come next."""


def small() -> NotebookNode:
    """A notebook that keeps the whole contract."""
    shown = new.new_output("display_data", {"image/svg+xml": PICTURE, "text/plain": "one bar"})
    slider = new.new_output("execute_result", {"text/plain": "FloatSlider(value=1.0, description='oven')"})
    failure = new.new_output("error", ename="RuntimeError", evalue="no", traceback=["RuntimeError: no"])
    return normal(
        new.new_notebook(
            cells=[
                new.new_markdown_cell(PROMISE, id="promise"),
                new.new_markdown_cell("## One\n\n" + "cake " * 900, id="one"),
                new.new_markdown_cell("**Predict.** How long, see [above](#One)?", id="predict"),
                new.new_code_cell("trace", id="prediction-bar", outputs=[shown], execution_count=1),
                new.new_code_cell("slider", id="slider", outputs=[slider], execution_count=2),
                new.new_markdown_cell("### Why\n\nThat is why.", id="why"),
                new.new_code_cell(
                    "asyncio.run(bake())",
                    id="fail",
                    outputs=[failure],
                    execution_count=3,
                    metadata={"tags": ["raises-exception", "raises-RuntimeError"]},
                ),
                new.new_markdown_cell(RECEIPT, id="receipt"),
            ]
        )
    )


def faults(notebook: NotebookNode, folder: Path) -> dict[str, str]:
    """What each check says about a notebook that lies in `folder` beside its neighbour, where it says something."""
    path = folder / "01_small.ipynb"
    path.write_bytes(written(notebook))
    title = new.new_markdown_cell("# Big cakes", id="promise")
    neighbour = new.new_notebook(cells=[title])
    (folder / "02_big.ipynb").write_bytes(written(neighbour))
    found = {check.__name__: "; ".join(check(Page(path))) for check in CHECKS}
    return {check: said for check, said in found.items() if said}


def test_a_notebook_that_is_all_right_passes_every_check(tmp_path: Path) -> None:
    assert faults(small(), tmp_path) == {}


Change = Callable[[NotebookNode], object]


def source(cell: int, old: str, new: str) -> Change:
    """Replace words in a cell."""

    def change(notebook: NotebookNode) -> None:
        assert old in notebook.cells[cell].source
        notebook.cells[cell].source = notebook.cells[cell].source.replace(old, new)

    return change


def code(text: str) -> Change:
    """Let a code cell say something else."""
    return lambda notebook: notebook.cells[4].update(source=text)


def shows(**data: str) -> Change:
    """Let a code cell show something else; `__` stands for the slash of a MIME type and `PLUS` for its plus."""
    bundle = {kind.replace("__", "/").replace("PLUS", "+"): value for kind, value in data.items()}
    return lambda notebook: notebook.cells[3].outputs[0].update(data=bundle)


def tag(cell: int, *tags: str) -> Change:
    return lambda notebook: notebook.cells[cell].metadata.update(tags=list(tags))


@pytest.mark.parametrize(
    ("check", "words", "change"),
    [
        ("opens_with_a_promise", "id promise", lambda nb: nb.cells[0].update(id="start")),
        ("opens_with_a_promise", "# Title", source(0, "# Small cakes", "Small cakes")),
        ("opens_with_a_promise", "25 minutes", source(0, "6 minutes", "a while")),
        ("takes_as_long_as_it_says", "25 minutes, but", source(0, "6 minutes", "25 minutes")),
        ("opens_with_a_promise", "no level 2, Wait", source(0, "Serve", "Wait")),
        ("opens_with_a_promise", "no level 7", source(0, "Level 2", "Level 7")),
        ("opens_with_a_promise", "After this notebook", source(0, "After this", "With this")),
        ("opens_with_a_promise", "two to four", source(0, "- bake two cakes", "")),
        ("opens_with_a_promise", "sets the scene", source(0, "Two cakes are baked.", "")),
        ("closes_with_a_receipt", "id receipt", lambda nb: nb.cells[-1].update(id="end")),
        ("closes_with_a_receipt", "begins with", source(-1, "## Receipt", "## The end")),
        ("closes_with_a_receipt", "answers 1 items, 2", source(-1, "- Two cakes.\n", "")),
        ("names_the_next_door", "ends with", source(-1, "Next door", "Then")),
        ("names_the_next_door", "[Big cakes](02_big.ipynb)", source(-1, "Big cakes", "Bigger cakes")),
        ("names_the_next_door", "[Big cakes](02_big.ipynb)", source(-1, "02_big", "01_small")),
        ("is_as_long_as_it_should_be", "should be 900 to 1700", source(1, "cake cake", "")),
        ("is_as_long_as_it_should_be", "should be 900 to 1700", source(1, "cake ", "one cake ")),
        ("has_short_cells", "11 lines of code, at most 10", code("a = 1\n\n" * 11)),
        ("has_short_cells", "25 lines of code, at most 24", code("app = Flask(__name__)\n" * 25)),
        ("has_short_cells", "25 lines with the empty ones, at most 24", code("a = 1\n\n\n" * 8 + "a")),
        ("has_short_cells", "empty", code("")),
        ("explains_between_cells", "prediction-bar, slider, more", lambda nb: nb.cells.insert(5, one_more())),
        ("explains_between_cells", "prediction-bar, slider, say, more", lambda nb: nb.cells.__setitem__(slice(5, 5), [one_cell(), one_more()])),
        ("predicts_before_it_runs", "asks for a prediction", source(2, "**Predict.**", "Well.")),
        ("predicts_before_it_runs", "predict:", lambda nb: nb.cells[3].update(id="bar")),
        ("predicts_before_it_runs", "predict:", lambda nb: nb.cells.insert(2, nb.cells.pop(1))),
        ("has_headings_in_order", "'Why' skips", source(5, "### Why", "#### Why")),
        ("has_headings_in_order", "one heading with one", source(5, "### Why", "# Why")),
        ("says_pictures_in_words", "![what it shows]", source(5, "That", "![](02_big.ipynb) That")),
        ("says_pictures_in_words", "why: a picture", source(5, "That", '<img src="a.png"> That')),
        ("says_pictures_in_words", "an SVG without", shows(image__svgPLUSxml="<svg/>")),
        ("says_pictures_in_words", "HTML with", shows(text__html="<p><img src='x'></p>")),
        ("says_pictures_in_words", "draw SVG", shows(image__png="AAAA")),
        ("says_widgets_in_words", "a label", shows(text__plain="FloatSlider(value=1.0)")),
        ("says_widgets_in_words", "a label", shows(text__plain="HBox(children=(Button(),))")),
        ("names_every_column", "a column of a table has no name: | | two |", source(5, "That", "| | two |\n|---|---|\n| 1 | 2 |\n\nThat")),
        ("knows_no_machine", "/home/", source(5, "That", "In /home/baker, that")),
        ("knows_no_machine", "/root/", shows(text__plain="/root/cake.py")),
        ("has_links_that_lead_somewhere", "no such file", source(5, "That", "[x](03_none.ipynb)")),
        ("has_links_that_lead_somewhere", "no such heading", source(5, "That", "[x](#Two)")),
        ("has_links_that_lead_somewhere", "no such heading", source(5, "That", "[x](02_big.ipynb#One)")),
        ("has_links_that_lead_somewhere", "one machine", source(5, "That", "[x](http://127.0.0.1:80/)")),
        ("has_links_that_lead_somewhere", "one machine", source(5, "That", "[x](/lab)")),
        ("does_nothing_that_differs_elsewhere", "write Flask(__name__)", code("app = Flask('bakery')")),
        ("does_nothing_that_differs_elsewhere", "a loop is running", code("asyncio.run(bake())")),
        ("does_nothing_that_differs_elsewhere", "child process", code("nest_asyncio.apply()")),
        ("does_nothing_that_differs_elsewhere", "serve(app)", code("app.run()")),
        ("does_nothing_that_differs_elsewhere", "serve(app)", code("flask_app.run(debug=True)")),
        ("does_nothing_that_differs_elsewhere", "port=5000", code("serve(app, port=5000)")),
        ("does_nothing_that_differs_elsewhere", "127.0.0.1", code("get('http://localhost/')")),
        ("does_nothing_that_differs_elsewhere", "reader's disk", code("folder = Path(tempfile.mkdtemp())")),
        ("does_nothing_that_differs_elsewhere", "two decimals", code("%%time\nbake()")),
        ("does_nothing_that_differs_elsewhere", "observe", code("widgets.interact(f, x=1)")),
        ("does_nothing_that_differs_elsewhere", "widget's value", code("clear_output(wait=True)")),
        ("does_nothing_that_differs_elsewhere", "widget's value", code("out = widgets.Output()")),
        ("does_nothing_that_differs_elsewhere", "is updated", code("display(1, display_id='x')")),
        ("does_nothing_that_differs_elsewhere", "numbers its outputs", code("Out[1]")),
        ("does_nothing_that_differs_elsewhere", "is compared", code("# NBVAL_IGNORE_OUTPUT\n1")),
        ("fails_only_on_purpose", "one more tag", tag(6, "raises-exception")),
        ("fails_only_on_purpose", "is RuntimeError, the tag says ValueError", tag(6, "raises-exception", "raises-ValueError")),
        ("fails_only_on_purpose", "is tagged raises-exception", tag(6, "raises-RuntimeError")),
        ("fails_only_on_purpose", "is RuntimeError, the tag says none", tag(6)),
        ("fails_only_on_purpose", "is none, the tag says KeyError", tag(3, "raises-exception", "raises-KeyError")),
        ("leaves_no_words_to_write", "why: to write: a reason", source(5, "That", "TODO: a reason. That")),
        ("compares_every_output", "nbval-ignore-output", tag(3, "nbval-ignore-output")),
        ("is_executed_and_in_normal_form", "not executed: prediction-bar", lambda nb: nb.cells[3].update(execution_count=None)),
        ("is_executed_and_in_normal_form", "not in normal form", lambda nb: nb.metadata.update(widgets={})),
    ],
)  # fmt: skip
def test_the_check_finds_the_fault(check: str, words: str, change: Change, tmp_path: Path) -> None:
    notebook = small()
    change(notebook)
    assert words in faults(notebook, tmp_path).get(check, "nothing found")


def one_cell() -> NotebookNode:
    """A prediction in one cell, with its experiment."""
    text = "ex.small.say(...)\ntrace = bake()\nex.small.check(trace)"
    cell: NotebookNode = new.new_code_cell(text, id="say", execution_count=3)
    return cell


def test_a_cell_that_only_says_what_is_expected_is_not_much_to_take_in(tmp_path: Path) -> None:
    notebook = small()
    says = new.new_code_cell("from x import ex\n\nex.small.say(...)", id="say", execution_count=3)
    notebook.cells[5:5] = [says]
    assert "explains_between_cells" not in faults(notebook, tmp_path)


def one_more() -> NotebookNode:
    cell: NotebookNode = new.new_code_cell("more", id="more", execution_count=3)
    return cell


@pytest.mark.parametrize(
    "change",
    [
        code('run_file("import nest_asyncio; nest_asyncio.apply(); asyncio.run(main())")'),
        code("subprocess.run(['python', 'cake.py'])"),
        code("serve(app, port=0)\napp.running()"),
        code("import time\nawait asyncio.sleep(1)"),
        code("a = 1\n\n\n" * 7 + "a = 1\n\na"),
        shows(text__plain="Bread(rye=1)"),
        source(5, "That", "```python\n# no heading\n```\n`![](x)` [x](02_big.ipynb#Big-cakes)"),
    ],
)
def test_a_near_miss_is_no_fault(change: Change, tmp_path: Path) -> None:
    notebook = small()
    change(notebook)
    assert faults(notebook, tmp_path) == {}


def test_the_minutes_come_from_the_readmes_table() -> None:
    readme = "| [Small](notebooks/01_small.ipynb) | bake | 25 |\n| `02_big` | 2 cakes | 30 min |\n01_none 5"
    assert [minutes_in_table(readme, f"{name}.ipynb") for name in ("01_small", "02_big", "01_none")] == [
        25,
        30,
        None,
    ]


def test_each_cell_that_is_better_whole_is_there_and_too_high_for_the_others() -> None:
    high = {
        (path.name, cell.id)
        for path in NOTEBOOKS
        for cell in Page(path).code
        if len(cell.source.splitlines()) > HIGHEST
    }
    assert high == (set(WHOLE) if NOTEBOOKS else set())


def test_the_word_bounds_name_notebooks_of_the_series() -> None:
    assert not NOTEBOOKS or set(WORDS) <= {path.name for path in NOTEBOOKS}
