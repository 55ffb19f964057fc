"""The page of the class board in a real browser, and a notebook that lights up on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from boards import WORD, OpenBoard, joined, light, running_board

from bakery.classroom.__main__ import series

from .axe import findings
from .lab import BASE, TOKEN

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from .window import Window

NAMES = ["Ada", "Grace", "Linus", "Barbara", "Guido", "Radia", "Hedy", "Alan", "Frances", "Jean"]
ODD = ["<b>bold</b>", "محمد علي", "\u202edrawkcab", "Maximilian-Alexander von und zu Hohenstein", "Zoë 👩‍🍳"]
TASKS = {notebook.name: notebook.tasks for notebook in series()}
BOOK = "06_what_blocks"

OVERFLOWING = """() => {
    const inside = box => box.bottom <= innerHeight + 1 && box.right <= innerWidth + 1;
    const squares = [...document.querySelectorAll('#seats button')];
    const parts = squares.flatMap(square => [square, ...square.querySelectorAll('.light')]);
    const cut = squares.filter(square => {
        const box = square.getBoundingClientRect();
        return [...square.querySelectorAll('.light')].some(light => {
            const own = light.getBoundingClientRect();
            return own.bottom > box.bottom || own.right > box.right;
        });
    });
    return [parts.filter(part => !inside(part.getBoundingClientRect())).length, cut.length];
}"""


@pytest.fixture
def board() -> Iterator[OpenBoard]:
    with running_board() as board:
        yield board


def fill(board: OpenBoard, people: int) -> None:
    """Let so many people join, of whom each has done one task more than the one before, from none to all."""
    tasks = TASKS[BOOK]
    with board.client() as client:
        for number in range(people):
            name = (
                ODD[number // 6] if number % 6 == 5 and number // 6 < len(ODD) else NAMES[number % len(NAMES)]
            )
            headers = joined(client, name)
            light(client, headers, [f"{BOOK}/{task}" for task in tasks[: number % (len(tasks) + 1)]])


@contextmanager
def opened(
    browser: "Browser",
    address: str,
    theme: Literal["light", "dark"] = "light",
    size: tuple[int, int] = (1280, 720),
) -> Iterator["Page"]:
    """The teacher's page, of which nothing may fail and nothing may leave the machine."""
    # Without `bypass_csp`: the page has to work with the policy that it is sent with.
    context = browser.new_context(color_scheme=theme, viewport={"width": size[0], "height": size[1]})
    wrong: list[str] = []
    context.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda raised: wrong.append(str(raised.error)))
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("() => document.getElementById('latest').textContent")
    yield page
    context.close()
    assert wrong == []


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)], ids=["1280", "1920"])
@pytest.mark.parametrize("people", [0, 30, 100])
def test_everybody_is_on_the_page_at_a_glance_in_light_and_in_dark(
    browser: "Browser", board: OpenBoard, artefacts: Path | None, people: int, size: tuple[int, int]
) -> None:
    fill(board, people)
    themes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for theme in themes:
        with opened(browser, board.page, theme, size) as page:
            assert page.locator("#seats > li").count() == people
            assert page.evaluate(OVERFLOWING) == [0, 0]
            if artefacts:
                page.screenshot(path=artefacts / f"class-board-{people}-{theme}-{size[0]}.png")
            if people < 100:  # a hundred squares are like thirty, and take axe three times as long
                assert findings(page, within=("body",)) == []


def test_names_are_text_and_stay_in_their_square(browser: "Browser", board: OpenBoard) -> None:
    fill(board, 30)
    with opened(browser, board.page) as page:
        names = page.locator("#seats .name").all_inner_texts()
        assert "<b>bold</b>" in names
        assert "drawkcab" in names
        assert page.locator("#seats b").count() == 0
        squares = page.locator("#seats button")
        assert squares.nth(5).get_attribute("title") == "<b>bold</b>"


def test_a_light_is_told_by_its_shape_and_in_words_as_well(browser: "Browser", board: OpenBoard) -> None:
    fill(board, 3)
    with opened(browser, board.page) as page:
        first, _, third = page.locator("#seats button").all()
        assert first.inner_text().strip().startswith("Ada")
        assert first.locator(".spoken").text_content() == ", nothing done here yet"
        assert third.locator(".spoken").text_content() == ", done: bystander, barks"
        on, off = third.locator(".light.on").first, third.locator(".light:not(.on)").first
        shape = "light => getComputedStyle(light).borderRadius + getComputedStyle(light, '::after').content"
        assert on.evaluate(shape) != off.evaluate(shape)


def test_nobody_is_ranked(browser: "Browser", board: OpenBoard) -> None:
    fill(board, 12)
    with opened(browser, board.page) as page:
        names = page.locator("#seats .name").all_inner_texts
        as_they_joined = names()
        assert as_they_joined[:5] == NAMES[:5]
        page.locator("#order").select_option("name")
        assert names() == sorted(as_they_joined)
        assert page.locator("#order option").all_inner_texts() == ["as they joined", "by name"]


def test_whoever_joins_lights_up_and_leaves_is_seen_without_a_reload(
    browser: "Browser", board: OpenBoard
) -> None:
    with opened(browser, board.page) as page, board.client() as client:
        assert "class_board.join(" in page.locator("#invitation").inner_text()
        headers = joined(client, "Ada")
        page.locator("#seats li").wait_for()
        assert page.locator("#invitation").is_hidden()
        light(client, headers, ["02_waiting/in_a_row"])
        page.locator("#seats .light.on").wait_for()
        assert page.locator("#title").inner_text() == "02 Waiting"
        client.post("/leave", json={}, headers=headers)
        page.locator("#seats li").wait_for(state="detached")


def test_a_screen_reader_is_told_little_and_in_whole_sentences(browser: "Browser", board: OpenBoard) -> None:
    with opened(browser, board.page) as page, board.client() as client:
        page.evaluate(
            """() => {
                window.said = [];
                new MutationObserver(() => said.push(document.getElementById('latest').textContent))
                    .observe(document.getElementById('latest'), {childList: true, characterData: true, subtree: true});
            }"""
        )
        for number in range(20):
            light(client, joined(client, f"Student {number}"), ["02_waiting/in_a_row"])
        page.wait_for_function("() => said.some(text => text.includes('in_a_row'))", timeout=60_000)
        said: list[str] = page.evaluate("() => said")
        assert len(said) <= 3
        assert said[-1].endswith(".")
        assert page.locator("#latest").get_attribute("role") == "status"


def test_a_teacher_works_by_keyboard_alone(browser: "Browser", board: OpenBoard) -> None:
    fill(board, 3)
    with opened(browser, board.page) as page:
        focus_on(page, "#seats li:nth-child(2) button")
        page.keyboard.press("Enter")
        assert page.locator("#person-name").inner_text() == "Grace"
        assert "06 What blocks" in page.locator("#person dl").inner_text()
        page.keyboard.press("Escape")
        assert page.locator("#person").is_hidden()
        page.keyboard.press("Enter")  # the focus is back where it was
        focus_on(page, "#show-out")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelectorAll('#seats > li').length === 2")
        assert page.locator("#person").is_hidden()


def focus_on(page: "Page", selector: str) -> None:
    """Press Tab until this has the focus, as somebody without a mouse does."""
    for _ in range(40):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not get to {selector}")


def test_sums_are_on_the_page_once_they_are_opened(browser: "Browser", board: OpenBoard) -> None:
    with opened(browser, board.page) as page, board.client() as client:
        for number in range(6):
            beliefs = {"beliefs": {"one order": [number < 2, number < 5]}}
            client.post("/beliefs", json=beliefs, headers=joined(client, "Ada")).raise_for_status()
        page.locator("#beliefs").click()
        assert "one order" not in page.locator("#sums").inner_text()
        page.locator("#open-sums").click()
        page.locator("#sums td").first.wait_for()
        assert page.locator("#sums tbody").inner_text().split("\t") == ["one order", "2 of 6", "5 of 6"]
        assert "Ada" not in page.locator("#sums").inner_text()
        assert findings(page, within=("#sums",)) == []


def test_a_board_that_ends_is_said_on_the_page(browser: "Browser", board: OpenBoard) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(board.page)
    page.wait_for_function("() => document.getElementById('latest').textContent")
    board.process.terminate()
    page.wait_for_function("() => document.getElementById('latest').textContent.includes('does not answer')")
    context.close()


def test_a_notebook_joins_through_the_proxy_and_its_check_lights_up(
    window: "Window", browser: "Browser", board: OpenBoard
) -> None:
    """At the address that a hub has: with a prefix, a token in the query, and Jupyter's proxy between."""
    port = board.url.rpartition(":")[2]
    outside = f"http://127.0.0.1:{window.lab.port}{BASE}proxy/{port}/"
    with (
        opened(browser, f"{outside}?key={board.key}&token={TOKEN}") as page,
        window.notebook("00_start_here.ipynb") as notebook,
    ):
        notebook.run_below(
            "from bakery import class_board\n"
            f'class_board.join("{outside}?token={TOKEN}", "{WORD}", name="Ada")'
        )
        page.locator("#seats li").wait_for()
        said = notebook.run_below(
            "from bakery.lessons.start_here import ex\n"
            "def last_cake(cakes, oven):\n    return oven\n\nex.last_cake.check(last_cake)"
        )
        assert "right" in said
        page.locator("#seats .light.on").wait_for()
        assert ", done: last_cake" in (page.locator("#seats .spoken").text_content() or "")
        assert "You have left" in notebook.run_below("class_board.leave()")
        page.locator("#seats li").wait_for(state="detached")
