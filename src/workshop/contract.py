"""What every notebook of the series promises, as checks: each yields what is wrong, in words, and nothing if all is well."""

import ast
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree

from IPython.core.inputtransformer2 import TransformerManager

from workshop.doors import LINK, NEXT_DOOR, next_door
from workshop.notebooks import faults as form_faults
from workshop.pages import FENCE, TODO, Page, headings, outputs, plain, tags

LEVELS = ("Taste", "Wait", "Serve", "Truth", "Work", "Neighbours", "Open")
WORDS = {"00_start_here.ipynb": (500, 900)}
WORDS_ELSEWHERE = (900, 1700)
CELL_LINES = 10
APP_LINES = 24
HIGHEST = 24
"""Lines of any cell, the empty ones among them: what is seen at once beside its outputs."""
WHOLE = {
    ("07_databases.ipynb", "postgres-app"): "the last part stands on its own: its imports are with its app",
    ("11_moving_house.ipynb", "exercise-login-door"): "a decorator and the two kinds of views that it wraps",
    (
        "15_api_docs.ipynb",
        "exercise-same-for-flask",
    ): "run again, an app of another cell would get its route twice",
}
"""Cells that are better whole, by notebook and id, and why."""

FACTS = re.compile(r"^\*Level (\d), (\w+) · (\d+) minutes · You need: (.+)\*$", re.MULTILINE)
PROMISE = "**After this notebook you can:**"
PREDICTION = "**Predict.**"
ROW = re.compile(r"^\|.*\|$", re.MULTILINE)
SAYS = re.compile(r"^ex\.\w+\.say\(.*\)\s*\Z", re.MULTILINE)
TABLE = re.compile(r"^(\|.*\|)\n\|[-| :]+\|$", re.MULTILINE)
"""The head of a table."""
ITEM = re.compile(r"^- ", re.MULTILINE)
WIDGET = re.compile(r"^[A-Z]\w+\(.*\)$", re.DOTALL)
WIDGET_MARK = re.compile(r"\b(children=\(|description=|value=|layout=)")
MACHINE_PATH = re.compile(r"/home/|/root/|/Users/|[A-Z]:\\\\?Users|site-packages|lib/python3")

FORBIDDEN_WORDS = {
    "localhost": "write 127.0.0.1: the name may mean another address",
    "%%time": "it prints another number every time; print what you measured with two decimals",
    "%time": "it prints another number every time; print what you measured with two decimals",
    "Out[": "a front end numbers its outputs, a test does not",
    "NBVAL_": "every output is compared",
}
FORBIDDEN_CALLS = {
    "interact": "use a slider and `observe`: it shows the same everywhere",
    "interactive": "use a slider and `observe`: it shows the same everywhere",
    "clear_output": "write to a widget's value: it shows the same everywhere",
    "nest_asyncio.apply": "it loses the reader's cells: show it in a child process",
    "app.run": "it never comes back: use `serve(app)`",
    "mkdtemp": "its folder stays on the reader's disk: `place = TemporaryDirectory()` goes with the kernel",
    "asyncio.run": "a loop is running already: use `await`, or tag the cell that shows this raises-RuntimeError",
}
FORBIDDEN_KEYWORDS = {"display_id": "a display that is updated differs between a test and a front end"}


Check = Callable[[Page], Iterator[str]]


# What the page looks like


def opens_with_a_promise(page: Page) -> Iterator[str]:
    cell = page.cells[0]
    if cell.cell_type != "markdown" or cell.id != "promise":
        yield "the first cell is prose and has the id promise"
        return
    if not cell.source.startswith("# "):
        yield "promise: begins with `# Title`"
    facts = FACTS.search(cell.source)
    if not facts:
        yield "promise: has the line `*Level 2, Serve · 25 minutes · You need: …*`"
    elif int(facts[1]) >= len(LEVELS) or LEVELS[int(facts[1])] != facts[2]:
        yield f"promise: there is no level {facts[1]}, {facts[2]}"
    before, found, after = cell.source.partition(PROMISE)
    if not found:
        yield f"promise: has the line `{PROMISE}`"
    elif not 2 <= len(ITEM.findall(after)) <= 4:
        yield "promise: lists two to four things"
    elif facts and not before[facts.end() :].strip():
        yield "promise: sets the scene in a sentence or two before the list"


def closes_with_a_receipt(page: Page) -> Iterator[str]:
    cell = page.cells[-1]
    if cell.cell_type != "markdown" or cell.id != "receipt":
        yield "the last cell is prose and has the id receipt"
        return
    if not cell.source.startswith("## Receipt\n"):
        yield "receipt: begins with `## Receipt`"
    promised = len(ITEM.findall(page.cells[0].source.partition(PROMISE)[2]))
    given = len(ITEM.findall(cell.source.partition(NEXT_DOOR)[0]))
    if promised != given:
        yield f"receipt: answers {given} items, {promised} were promised"


def names_the_next_door(page: Page) -> Iterator[str]:
    _, found, door = page.cells[-1].source.partition(NEXT_DOOR)
    expected = next_door(page.path)
    if not found:
        yield f"receipt: ends with `{NEXT_DOOR} …`"
    elif expected:
        link = LINK.search(door)
        if not link or link[0] != expected:
            yield f"receipt: the next door is {expected}"


def is_as_long_as_it_should_be(page: Page) -> Iterator[str]:
    low, high = WORDS.get(page.path.name, WORDS_ELSEWHERE)
    # A table is looked up, not read: the map in 00 grows with the series.
    text = "\n".join(LINK.sub(r"\g<text>", ROW.sub("", FENCE.sub("", cell.source))) for cell in page.prose)
    words = len(re.findall(r"[\w`][^\s]*", text))
    if not low <= words <= high:
        yield f"{words} words of prose: should be {low} to {high}"


def has_short_cells(page: Page) -> Iterator[str]:
    for cell in page.code:
        lines = [line for line in cell.source.splitlines() if line.strip()]
        limit = APP_LINES if re.search(r"\b(Flask|Quart)\(", cell.source) else CELL_LINES
        high = len(cell.source.splitlines())
        if not lines:
            yield f"{cell.id}: empty"
        if len(lines) > limit:
            yield f"{cell.id}: {len(lines)} lines of code, at most {limit}"
        elif high > HIGHEST and (page.path.name, cell.id) not in WHOLE:
            yield f"{cell.id}: {high} lines with the empty ones, at most {HIGHEST}"


def explains_between_cells(page: Page) -> Iterator[str]:
    for kind, group in groupby(page.cells, key=lambda cell: cell.cell_type):
        # A cell that says what the reader expects, and no more than that, is not much to take in.
        ids = [cell.id for cell in group if not SAYS.search(cell.source)]
        if kind == "code" and len(ids) > 2:
            yield f"{', '.join(ids)}: more than two code cells with no prose between them"


def predicts_before_it_runs(page: Page) -> Iterator[str]:
    if not any(PREDICTION in cell.source for cell in page.prose):
        yield f"no cell asks for a prediction with {PREDICTION}"
    for cell, following in zip(page.cells, page.cells[1:], strict=False):
        if (
            cell.cell_type == "markdown"
            and PREDICTION in cell.source
            and not following.id.startswith("prediction-")
        ):
            yield f"{cell.id}: a prediction stands directly before the cell in which it is said, `prediction-NAME`"


def has_headings_in_order(page: Page) -> Iterator[str]:
    above = 0
    for level, text in headings(page):
        if level > above + 1:
            yield f"the heading {text!r} skips a level"
        above = level
    if sum(level == 1 for level, _ in headings(page)) != 1:
        yield "there is one heading with one `#`: the title"


# What a reader without eyes, without JavaScript or without this machine gets


class Markup(HTMLParser):
    """The elements of an HTML text that need words: pictures without them are in `silent`."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.silent: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a picture that has no words."""
        given = dict(attrs)
        if (tag == "img" and not given.get("alt")) or (tag == "svg" and not given.get("aria-label")):
            self.silent.append(tag)


def says_pictures_in_words(page: Page) -> Iterator[str]:
    for cell in page.prose:
        if any(link["image"] and not link["text"].strip() for link in LINK.finditer(plain(cell))):
            yield f"{cell.id}: a picture without alt text: ![what it shows](…)"
        if Markup(plain(cell)).silent:
            yield f"{cell.id}: a picture without alt text"
    for cell, svg in outputs(page, "image/svg+xml"):
        root = ElementTree.fromstring(svg)  # noqa: S314 - we drew it
        title = root.find("{http://www.w3.org/2000/svg}title")
        if not root.get("aria-label", "").strip() and (title is None or not (title.text or "").strip()):
            yield f"{cell.id}: an SVG without aria-label and title"
    for cell, html in outputs(page, "text/html"):
        if Markup(html).silent:
            yield f"{cell.id}: HTML with a picture without alt text"
    for kind in ("image/png", "image/jpeg"):
        for cell, _ in outputs(page, kind):
            yield f"{cell.id}: {kind} can carry no words and is not compared: draw SVG"


def names_every_column(page: Page) -> Iterator[str]:
    for cell in page.prose:
        for head in TABLE.finditer(cell.source):
            if any(not name.strip() for name in head[1].strip("|").split("|")):
                yield f"{cell.id}: a column of a table has no name: {head[1]}"


def says_widgets_in_words(page: Page) -> Iterator[str]:
    for cell in page.code:
        for output in cell.outputs:
            text = output.get("data", {}).get("text/plain", "")
            if set(output.get("data", {})) != {"text/plain"}:
                continue
            if WIDGET.match(text) and WIDGET_MARK.search(text) and not re.search(r"description='[^']", text):
                yield f"{cell.id}: a widget without a label or words beside it"


def knows_no_machine(page: Page) -> Iterator[str]:
    for cell in page.cells:
        if found := MACHINE_PATH.search(str(cell)):
            yield f"{cell.id}: a folder of one machine ({found[0]})"


def has_links_that_lead_somewhere(page: Page) -> Iterator[str]:
    for cell in page.prose:
        for link in LINK.finditer(plain(cell)):
            if fault := link_fault(page, link["target"]):
                yield f"{cell.id}: {link['target']}: {fault}"


def link_fault(page: Page, target: str) -> str:
    """What is wrong with where a link leads, or nothing."""
    if target.startswith(("https://", "mailto:", "attachment:")):
        return ""
    if re.match(r"\w+:|/", target):
        return "leads to one machine"
    file, _, anchor = target.partition("#")
    path = page.path.parent / file if file else page.path
    if not path.exists():
        return "no such file"
    if anchor and path.suffix == ".ipynb":
        known = {text.replace(" ", "-") for _, text in headings(Page(path))}
        return "" if anchor in known else "no such heading"
    return ""


# What the code may do


def calls(source: str) -> Iterator[ast.Call]:
    """Every call that the kernel itself makes when it runs a cell: not those in a text given to a child process."""
    python = TransformerManager().transform_cell(source)  # type: ignore[no-untyped-call]
    tree = compile(python, "cell", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def does_nothing_that_differs_elsewhere(page: Page) -> Iterator[str]:
    for cell in page.code:
        for word, reason in FORBIDDEN_WORDS.items():
            if word in cell.source:
                yield f"{cell.id}: {word}: {reason}"
        try:
            several = list(calls(cell.source))
        except SyntaxError as error:
            several = []
            if "raises-SyntaxError" not in tags(cell):
                yield f"{cell.id}: not Python: {error.msg}"
        for call in several:
            yield from (f"{cell.id}: {fault}" for fault in call_faults(call, tags(cell)))


def call_faults(call: ast.Call, tagged: set[str]) -> Iterator[str]:
    """What is wrong with one call in a cell with these tags."""
    name = ast.unparse(call.func)
    for known, reason in FORBIDDEN_CALLS.items():
        called = name == known or ("." not in known and name.endswith(f".{known}"))
        # An app may have any name, so its run is known by the word before the dot.
        if known == "app.run":
            called = name.endswith("app.run")
        if called and not (known == "asyncio.run" and "raises-RuntimeError" in tagged):
            yield f"{known}: {reason}"
    if name in {"Flask", "Quart"} and call.args and isinstance(call.args[0], ast.Constant):
        yield f"{ast.unparse(call)}: it looks for templates in a package of that name; write {name}(__name__)"
    if name in {"Output", "widgets.Output"}:
        yield "Output: write to a widget's value: it shows the same everywhere"
    for keyword in call.keywords:
        if keyword.arg in FORBIDDEN_KEYWORDS:
            yield f"{keyword.arg}: {FORBIDDEN_KEYWORDS[keyword.arg]}"
        if keyword.arg == "port" and isinstance(keyword.value, ast.Constant) and keyword.value.value != 0:
            yield f"port={ast.unparse(keyword.value)}: the port may be taken; leave it to `serve`"


def fails_only_on_purpose(page: Page) -> Iterator[str]:
    for cell in page.code:
        expected = sorted(tag.removeprefix("raises-") for tag in tags(cell) if tag.startswith("raises-"))
        stored = [output.ename for output in cell.outputs if output.output_type == "error"]
        if "exception" in expected:
            expected.remove("exception")
            if len(expected) != 1:
                yield f"{cell.id}: a cell tagged raises-exception has one more tag, such as raises-ValueError"
                continue
        elif expected:
            yield f"{cell.id}: a cell tagged raises-{expected[0]} is tagged raises-exception as well"
        if stored != expected:
            yield f"{cell.id}: the error shown is {', '.join(stored) or 'none'}, the tag says {', '.join(expected) or 'none'}"


def leaves_no_words_to_write(page: Page) -> Iterator[str]:
    for cell in page.cells:
        for line in cell.source.splitlines():
            if TODO in line:
                yield f"{cell.id}: to write: {line[line.index(TODO) + len(TODO) :].strip(' :,')}"


def compares_every_output(page: Page) -> Iterator[str]:
    for cell in page.cells:
        for tag in sorted(tags(cell)):
            if tag.startswith("nbval-") or tag == "skip-execution":
                yield f"{cell.id}: tagged {tag}, but every output is compared"


def is_executed_and_in_normal_form(page: Page) -> Iterator[str]:
    yield from form_faults(page.path)


def minutes(page: Page) -> int:
    """The minutes a notebook promises."""
    facts = FACTS.search(page.cells[0].source)
    return int(facts[3]) if facts else 0


READING = 180
"""Words that a careful reader takes in during a minute."""
TASKS = {"prediction": 0.6, "exercise": 4.0, "quiz": 1.0}
"""Minutes for a task, by the first word of its cell's id."""
CELL = 0.35
"""Minutes to read, run and look at any other code cell."""


def takes_as_long_as_it_says(page: Page) -> Iterator[str]:
    """Nobody has been timed yet: an estimate, the same for all, and the page may be a fifth away from it."""
    words = sum(len(cell.source.split()) for cell in page.prose)
    cells = [TASKS.get(cell.id.partition("-")[0], CELL) for cell in page.code]
    estimate = words / READING + sum(cells)
    said = minutes(page)
    if said and abs(said - estimate) > max(2.0, estimate / 5):
        yield f"promise: {said} minutes, but reading and doing take about {estimate:.0f}"


CHECKS: tuple[Check, ...] = (
    opens_with_a_promise,
    closes_with_a_receipt,
    names_the_next_door,
    is_as_long_as_it_should_be,
    takes_as_long_as_it_says,
    has_short_cells,
    explains_between_cells,
    predicts_before_it_runs,
    has_headings_in_order,
    says_pictures_in_words,
    names_every_column,
    says_widgets_in_words,
    knows_no_machine,
    has_links_that_lead_somewhere,
    does_nothing_that_differs_elsewhere,
    fails_only_on_purpose,
    leaves_no_words_to_write,
    compares_every_output,
    is_executed_and_in_normal_form,
)


def minutes_in_table(text: str, name: str) -> int | None:
    """The minutes that a table, the README's or the map's, gives for a notebook; none where it does not name it."""
    for line in text.splitlines():
        if line.startswith("|") and Path(name).stem in line:
            numbers = re.findall(r"\|\s*(\d+)(?: min\w*)?\s*(?=\|)", line)
            return int(numbers[-1]) if numbers else None
    return None
