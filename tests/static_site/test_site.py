"""Every notebook runs in the browser alone, with the same words as on a machine, and nothing leaves the machine."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bakery.browser import REAL
from bakery.checking.virtual.stage import LIMIT
from bakery.shop.inprocess import MODEL
from workshop.site.files import as_json, packed, read
from workshop.site.page import BUILDS

from .conftest import Site, cells, run, run_all, run_cell

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FIRST_NOTEBOOK = f"lab/index.html?path={NOTEBOOKS[0].name}"
OPEN = "() => window.jupyterapp?.shell.currentWidget?.context?.path === '00_start_here.ipynb'"
WORD_FOR_WORD = re.compile("0[0-5]|1[34567]")
"""The notebooks that say the same here; the others come to their end without an error."""

OTHER_WORDS = {
    "doctor",  # names the packages of a browser
    "gather-a-list",  # Python's own words, of the newest Python
    "check-in-a-list",
    "prediction-who-wins",  # two hundred orders compute for longer there, on a busy machine for a bake
}
"""Cells that say something else in a browser, on purpose."""

FLASK_AND_QUART = """
import asyncio, time
from flask import Flask
from quart import Quart
from bakery import order, serve
flask, quart = Flask("a"), Quart("b")
@flask.get("/cake")
def bake(): time.sleep(0.5); return "cake"
@quart.get("/cake")
async def bake_too(): await asyncio.sleep(0.5); return "cake"
runs = [await order(serve(app, **options)) for app, options in [(flask, dict(threads=1)), (flask, dict(threads=3)), (quart, {})]]
print([int(run.makespan / 0.5 + 0.2) for run in runs], [run.most_at_once for run in runs])
"""

LOCKED = """
import threading, time
from flask import Flask
from bakery.lessons.flask_bakery import ex as flask_ex
numbered, till, sold = Flask("numbered"), threading.Lock(), 0
@numbered.get("/cake")
def numbered_cake():
    global sold
    with till:
        sold += 1
        number = sold
        time.sleep(0.5)
    return f"cake {number}"
flask_ex.numbered.check(numbered)
"""


def sanitized(text: str) -> str:
    """Text without what honestly varies, by the rules of the notebook tests."""
    rules = (ROOT / "tests" / "sanitize.cfg").read_text("utf-8")
    for pattern, instead in re.findall(r"^regex: (.*)\nreplace: (.*)$", rules, re.MULTILINE):
        text = re.sub(pattern, instead, text)
    return text


def words(cell: dict[str, Any]) -> str:
    """What a cell says, without widgets' own text."""
    said = ""
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            said += "".join(output["text"])
        else:
            said += "".join(output.get("data", {}).get("text/plain", ""))
    return sanitized(said.replace(f"{MODEL}\n", "")).strip()


def meant_to_fail(cell: dict[str, Any]) -> bool:
    return "raises-exception" in cell["metadata"].get("tags", [])


def without_a_machine(said: str) -> bool:
    return REAL in said


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_a_notebook_runs_to_its_end(site: Site, notebook: Path) -> None:
    with site.notebook(notebook.name) as page:
        assert [cell["id"] for cell in cells(page) if cell["outputs"]] == [], "answered before it is run"
        assert run_all(page)
        ran = cells(page)
        if folder := os.environ.get("BROWSER_ARTEFACTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{notebook.stem}.png")
    errors = [output for cell in ran for output in cell["outputs"] if output["output_type"] == "error"]
    assert errors == []
    assert [cell["id"] for cell in ran if cell["execution_count"] is None] == []
    stored = {cell["id"]: cell for cell in json.loads(notebook.read_bytes())["cells"]}
    for cell in ran if WORD_FOR_WORD.match(notebook.name) else ():
        said = words(cell)
        if not (cell["id"] in OTHER_WORDS or meant_to_fail(cell) or without_a_machine(said)):
            assert (cell["id"], said) == (cell["id"], words(stored[cell["id"]]))
    assert site.left == []


@pytest.fixture(scope="module")
def race(site: Site) -> "Iterator[Page]":
    """The notebook with a lab, a quiz and exercises, and its first cells run."""
    with site.notebook("05_the_race.ipynb") as page:
        for name in ("apps", "prediction-flask-rounds", "lab-apps"):
            run_cell(page, name)
        yield page


def test_an_exercise_is_not_attempted_failed_and_solved(race: "Page") -> None:
    rule = "def rule(orders, bake, threads):\n    return {}\n\nex.rule.check(rule)"
    assert "not attempted" in run_cell(race, "exercise-rule").inner_text()
    assert "wrong, because" in run_cell(race, "exercise-rule", rule.format("orders * bake")).inner_text()
    right = "-(-orders // threads) * bake"
    assert "rule: right" in run_cell(race, "exercise-rule", rule.format(right)).inner_text()


def test_a_quiz_is_answered_with_a_click(race: "Page") -> None:
    quiz = run_cell(race, "quiz-the-ceiling")
    quiz.get_by_role("group").get_by_role("button").first.click()
    quiz.get_by_role("status").get_by_text(re.compile("the_ceiling: (right|wrong)")).wait_for()


def test_the_slider_and_the_button_of_a_lab_start_a_race(race: "Page") -> None:
    lab = run_cell(race, "lab")
    lab.locator(".widget-hbox", has_text="oven (s)").locator(".noUi-handle").press("End")
    lab.get_by_role("button", name="Order").click()
    lab.get_by_text("The race is on").wait_for()
    lab.get_by_text("The race is over").first.wait_for()
    lab.get_by_text("9 s (three rounds of 3 s)").wait_for()
    lab.get_by_text("3 s (one round for all)").wait_for()


def test_a_check_that_cannot_end_answers_within_five_seconds(race: "Page") -> None:
    endless = "def rule(orders, bake, threads):\n    while True:\n        pass\n\nex.rule.check(rule)"
    begun = time.monotonic()
    assert "wrong, because" in run_cell(race, "exercise-rule", endless).inner_text()
    assert time.monotonic() - begun < 3 * LIMIT  # a busy machine is slower to answer


def test_no_file_is_promised_that_ends_with_the_kernel(race: "Page") -> None:
    said = run(race, "from bakery import progress\nprogress.save('mine.json')")
    assert "nothing was saved" in said["text"]


def test_a_lock_held_in_a_check_makes_a_queue(race: "Page") -> None:
    said = run(race, LOCKED)
    assert "whoever was let in there kept it while waiting" in said["text"]


def test_a_second_build_makes_the_same_files(folder: Path, tmp_path: Path) -> None:
    command = [
        *(sys.executable, "-m", "workshop.site", "build"),
        *("--tools", str(ROOT / os.environ.get("SITE_TOOLS", ".venv-site"))),
        "--out",
        str(tmp_path / "again"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    first, second = read(folder), read(tmp_path / "again")
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_an_order_is_checked_by_compiled_code_and_documented(site: Site) -> None:
    """msgspec is the one package of the site that is compiled for it."""
    with site.notebook("15_api_docs.ipynb") as page:
        for name in ("trusting-app", "the-model", "prediction-forgotten", "ask-trusting", "careful-app"):
            run_cell(page, name)
        assert "400 {'cake': 'plum', 'pieces': 'two'}" in run_cell(page, "ask-careful").inner_text()
        assert "3.1.0 ['/orders']" in run_cell(page, "read-the-document").inner_text()
        run_cell(page, "the-bounds")
        for name in ("taken", "one_to_eight"):
            solved = run(page, f"print(ex.paper.tasks[{name!r}].solution)")["text"]
            assert (
                f"{name}: right" in run_cell(page, f"exercise-{name.replace('_', '-')}", solved).inner_text()
            )


@pytest.fixture(scope="module")
def start(site: Site) -> "Iterator[Page]":
    """The first notebook, for code of ours."""
    with site.notebook(NOTEBOOKS[0].name) as page:
        yield page


def test_three_flask_orders_take_three_bakes_and_quart_orders_one(start: "Page") -> None:
    assert run(start, FLASK_AND_QUART)["text"].splitlines()[-1] == "[3, 1, 1] [1, 3, 3]"


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("import threading; threading.Thread(target=print).start()", "one thread"),
        ("import subprocess; subprocess.run(['ls'])", "no second Python"),
        ("from flask import Flask; Flask('a').run()", "no port"),
        ("import httpx; await httpx.AsyncClient().get('https://example.com')", "no other machine"),
        ("import aiohttp", "aiohttp opens sockets"),
        ("from flask_swagger_ui import get_swaggerui_blueprint", "no tab could open their page"),
    ],
)
def test_what_cannot_be_in_a_browser_says_so_at_once(start: "Page", code: str, word: str) -> None:
    assert word in run(start, f"import bakery\n{code}")["text"]


def test_the_front_page_leads_to_the_first_notebook_and_finds_words_in_all_of_them(site: Site) -> None:
    with site.context() as context:
        page = context.new_page()
        page.goto(f"{site.address}/")
        assert page.get_by_role("row").count() == len(NOTEBOOKS) + 1
        page.get_by_label("Words in any notebook").fill("to_thread")
        hit = page.get_by_role("link", name="What blocks").first
        hit.wait_for()
        assert "section" in page.get_by_role("status").inner_text()
        hit.click()
        page.get_by_role("heading", level=1, name="What blocks").wait_for()
        page.get_by_role("link", name="The series").click()
        page.get_by_role("link", name="Start in this browser").click()
        page.wait_for_function(OPEN)


def test_the_front_page_and_a_page_to_read_fit_a_phone_and_a_projector(site: Site) -> None:
    with site.context() as context:
        page = context.new_page()
        for width in (360, 1920):
            page.set_viewport_size({"width": width, "height": 800})
            for place in ("", "read/02_waiting.html", "read/11_moving_house.html"):
                page.goto(f"{site.address}/{place}")
                assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_search_without_its_list_or_without_a_hit_says_so(site: Site) -> None:
    with site.context() as context:
        page = context.new_page()
        context.route("**/sections.json", lambda route: route.fulfill(status=404))
        page.goto(f"{site.address}/")
        page.get_by_label("Words in any notebook").fill("cake")
        page.get_by_text("cannot be loaded").wait_for()
        context.unroute("**/sections.json")
        page.get_by_label("Words in any notebook").fill("zzzzzz")
        page.get_by_text("Nothing found").wait_for()


def test_the_first_notebook_has_a_banner(site: Site) -> None:
    with site.context() as context:
        page = site.open(context, FIRST_NOTEBOOK)
        assert (
            page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path") == "00_start_here.ipynb"
        )
        banner = page.get_by_role("region", name="About this site")
        assert "only in this browser" in banner.inner_text()
        with page.expect_download() as download:
            banner.get_by_role("button", name="Download this notebook").click()
        assert download.value.suggested_filename == "00_start_here.ipynb"
        banner.get_by_role("button", name="Close").click()
        assert banner.count() == 0


def test_a_reader_who_comes_back_to_a_newer_site_is_told_and_keeps_both_copies(
    site: Site, folder: Path
) -> None:
    with site.context() as context:
        page = site.open(context, FIRST_NOTEBOOK)
        page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")
        page.evaluate(
            "() => Object.keys(localStorage).filter(key => key.startsWith('three-cakes-build'))"
            ".forEach(key => localStorage.setItem(key, 'an older one'))"
        )
        page = site.open(context, FIRST_NOTEBOOK)
        banner = page.get_by_role("region", name="About this site")
        banner.get_by_text("newer than your copy of 00_start_here").wait_for()
        banner.get_by_role("button", name="Take the new").click()
        # The page loads anew on the way: ask until both copies are there, in a page without that line.
        page.wait_for_function(
            """async () => {
                if (!window.jupyterapp?.serviceManager || document.body.innerText.includes('newer than your copy')) return false;
                const folder = await window.jupyterapp.serviceManager.contents.get('');
                const names = folder.content.map(file => file.name);
                window.seen = names;
                return names.includes('00_start_here.ipynb') && names.includes('00_start_here_mine.ipynb');
            }""",
            timeout=60_000,
            polling=500,
        )


def test_a_page_that_is_older_than_the_site_offers_the_new_one(site: Site) -> None:
    with site.context() as context:
        context.route("**/build.json", lambda route: route.fulfill(body=as_json({"build": "newer"})))
        page = site.open(context, FIRST_NOTEBOOK)
        page.get_by_text("This page is an older copy of the site.").wait_for()
        assert page.get_by_role("button", name="Load the new one").count() == 1


def test_the_site_is_small_and_names_no_other_host(folder: Path) -> None:
    files = read(folder)
    assert len(packed(files)) <= 25_000_000
    assert set(json.loads(files[BUILDS])) == {"build"}
    config = json.loads(files["jupyter-lite.json"])
    assert "://" not in json.dumps(config["jupyter-config-data"]["litePluginSettings"])
