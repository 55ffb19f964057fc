"""The teacher's page names what is there: its minutes add up, and a section or a task that it names has not gone."""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from bakery.lessons import every
from workshop.pages import HEADING as TITLE
from workshop.pages import Page, headings
from workshop.series import series
from workshop.teaching import HEADING, NUMBER, PAGE, Plan, Step, contents, plans

pytestmark = pytest.mark.files

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / PAGE).read_text("utf-8")
PLANS = list(plans(TEXT))
TOLD = {told.name[:2]: told for told in series(ROOT)}
SECTIONS = {
    number: {text for _, text in headings(Page(ROOT / "notebooks" / f"{told.name}.ipynb"))}
    for number, told in TOLD.items()
}
TASKS = {lesson.name[:2]: set(lesson.names) for lesson in every()}
NAMED = re.compile(rf"{NUMBER.pattern}|{HEADING.pattern}|`ex\.(?P<task>\w+)`")


def named(lines: Iterator[str] | list[str]) -> Iterator[tuple[str, str, str]]:
    """Each section and each task that is named, with the notebook that was named last before it in its line."""
    for line in lines:
        number = ""
        for found in NAMED.finditer(line):
            number = found[1] or number
            if number and found["text"]:
                yield number, "section", found["text"]
            if number and found["task"]:
                yield number, "task", found["task"]


def missing(lines: Iterator[str] | list[str]) -> list[str]:
    """What is named and is not there."""
    return [
        f"{number} has no {kind} {name!r}"
        for number, kind, name in named(lines)
        if name not in (SECTIONS if kind == "section" else TASKS)[number]
    ]


def by_section(page: Page) -> dict[str, list[str]]:
    """The code below each heading, in the order of the notebook."""
    found: dict[str, list[str]] = {}
    section = ""
    for cell in page.cells:
        if cell.cell_type == "code":
            found.setdefault(section, []).append(cell.source)
            continue
        for title in TITLE.finditer(cell.source):
            section = title[2]
            found.setdefault(section, [])
    return found


CODE = {number: by_section(Page(ROOT / "notebooks" / f"{told.name}.ipynb")) for number, told in TOLD.items()}


def cells(step: Step) -> list[str]:
    """The cells that a row is about: from the first to the last section that it names."""
    sections = CODE[step.notebook]
    wanted = [
        name
        for number, kind, name in named([f"{step.where} {step.what}"])
        if kind == "section" and number == step.notebook
    ]
    places = [list(sections).index(name) for name in wanted]
    found = [code for name in list(sections)[min(places) : max(places) + 1] for code in sections[name]]
    return found[:1] if "its first cell" in step.what else found


def names(code: str) -> tuple[set[str], set[str]]:
    """The names that a cell asks for, and those that it makes."""
    asked: set[str] = set()
    made: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name):
            (asked if isinstance(node.ctx, ast.Load) else made).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.arg):
            made.add(node.arg)
        elif isinstance(node, ast.alias):
            made.add((node.asname or node.name).partition(".")[0])
    return asked, made


def lacking(steps: Iterable[Step]) -> dict[str, set[str]]:
    """What whoever types these rows has not typed before it is asked for, by notebook."""
    known: dict[str, set[str]] = {}
    missing: dict[str, set[str]] = {}
    for step in steps:
        for code in cells(step):
            asked, made = names(code)
            known.setdefault(step.notebook, {*dir(builtins), "display"}).update(made)
            missing.setdefault(step.notebook, set()).update(asked - known[step.notebook])
    return {number: found for number, found in missing.items() if found}


def live(plan: Plan) -> list[Step]:
    """The rows that a teacher types in the blank edition, where nothing stands that was not typed."""
    return [step for step in plan.steps if step.what.startswith("Live") and not step.whole]


@pytest.mark.parametrize("plan", PLANS[:2], ids=lambda plan: plan.title)
def test_whoever_types_what_is_live_has_typed_all_that_it_asks_for(plan: Plan) -> None:
    assert len(live(plan)) >= 4
    assert lacking(live(plan)) == {}


def test_who_begins_in_the_middle_of_a_blank_page_is_told_what_is_not_there() -> None:
    row = Step(10, "`02` *The forgotten `await`*", "Live, from *The same bake as a coroutine* on.")
    assert lacking([row]) == {"02": {"time", "BAKE", "Span"}}


PACE = 150
"""Characters that somebody types in a minute who also talks; alone, it would be twice as many."""


def test_what_is_live_can_be_typed_in_its_minutes() -> None:
    rows = [step for plan in PLANS for step in live(plan)]
    assert [step for step in rows if sum(map(len, cells(step))) > PACE * step.minutes] == []


def test_a_task_that_a_row_gives_stands_in_a_section_that_the_row_names() -> None:
    rows = [step for plan in PLANS for step in plan.steps if "`ex." in step.what]
    assert len(rows) >= 6
    for step in rows:
        below = {name for _, kind, name in named([f"{step.where} {step.what}"]) if kind == "section"}
        code = "\n".join(code for name in below for code in CODE[step.notebook][name])
        for task in re.findall(r"`ex\.(\w+)`", step.what):
            assert re.search(rf"\bex\.{task}\b", code), step


def test_there_are_plans_for_three_lengths_and_a_day() -> None:
    assert [plan.title.split(":")[0] for plan in PLANS] == [
        "45 minutes",
        "90 minutes",
        "180 minutes",
        "A day",
    ]


@pytest.mark.parametrize("plan", PLANS[:3], ids=lambda plan: plan.title)
def test_the_minutes_of_a_plan_add_up_to_its_title(plan: Plan) -> None:
    assert plan.minutes == int(plan.title.split()[0])


def test_a_notebook_that_is_taken_whole_has_its_own_minutes() -> None:
    whole = [step for plan in PLANS for step in plan.steps if step.whole]
    assert len(whole) >= 6
    for step in whole:
        assert step.minutes == TOLD[step.notebook].minutes, step


def test_part_of_a_notebook_takes_no_longer_than_the_whole() -> None:
    for plan in PLANS:
        for number in TOLD:
            assert sum(step.minutes for step in plan.steps if step.notebook == number) <= TOLD[number].minutes


def test_every_section_and_every_task_that_a_plan_names_is_there() -> None:
    rows = [f"{step.where} {step.what}" for plan in PLANS for step in plan.steps]
    assert len(list(named(rows))) > 30
    assert missing(rows) == []


def test_every_section_that_the_rest_of_the_page_names_is_there() -> None:
    lines = [line for line in TEXT.splitlines() if not line.startswith("| any")]
    assert missing(lines) == []


def test_what_is_gone_is_named() -> None:
    assert missing(["| 5 | `03` *Gone with the wind* | `ex.nothing` |"]) == [
        "03 has no section 'Gone with the wind'",
        "03 has no task 'nothing'",
    ]


def test_the_table_of_contents_counts_what_the_lessons_have() -> None:
    (row,) = [line for line in contents(ROOT).splitlines() if line.startswith("| 00 ")]
    assert re.match(r"\| 00 Start here \| \d+ \| 2 \| 1 \| 0 \| How a notebook works, ", row), row


def test_every_task_that_is_named_anywhere_has_the_notebook_it_belongs_to() -> None:
    """A name that stands without its notebook would not be found."""
    known = set().union(*TASKS.values())
    assert set(re.findall(r"`ex\.(\w+)`", TEXT)) <= known


PAGES = [PAGE, Path("docs/hub/README.md")]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_of_a_teachers_page_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", (ROOT / page).read_text("utf-8"))
    assert links
    gone = [
        link
        for link in links
        if "://" not in link and not (ROOT / page.parent / link.partition("#")[0]).exists()
    ]
    assert gone == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_make_command_of_a_teachers_page_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", (ROOT / page).read_text("utf-8"), re.MULTILINE))
    assert named
    assert named <= targets
