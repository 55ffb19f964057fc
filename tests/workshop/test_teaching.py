"""The teacher's page names what is there: its minutes add up, and a section or a task that it names has not gone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bakery.lessons import every
from workshop.pages import Page, headings
from workshop.series import series
from workshop.teaching import HEADING, NUMBER, PAGE, Plan, contents, plans

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
