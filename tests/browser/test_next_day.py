"""Coming back the next day: run, saved, shut down and opened again, a notebook shows what it showed."""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from .draft import FIRST_WIDGET, write_notebook
from .window import OpenNotebook, Window

if TYPE_CHECKING:
    from playwright.sync_api import Locator

PATIENT = 20_000

APPS = f"""
{FIRST_WIDGET}
import asyncio
import time

from bakery import KitchenLab, LiveTimeline, RaceLab, simulate, timeline
from flask import Flask
from quart import Quart

oven = {{"seconds": 0.0}}
flask_app, quart_app = Flask("next_day"), Quart("next_day")


@flask_app.get("/cake")
def cake():
    return "cake"


@quart_app.get("/cake")
async def other_cake():
    return "cake"
"""

OUTPUTS = {
    "slider": """
        import ipywidgets

        slider = ipywidgets.FloatSlider(value=0.5, max=3, description="oven (s)")
        slider
    """,
    "interact": """
        @ipywidgets.interact(cakes=(1, 9))
        def show(cakes=4):
            print(f"{cakes} cakes")
    """,
    "race": "lab = RaceLab(flask_app, quart_app, oven)\nawait lab.run(orders=7, latency=0.0)\nlab",
    "unraced": "RaceLab(flask_app, quart_app, oven)",
    "kitchen": "KitchenLab(cakes=4)",
    "view": "LiveTimeline(simulate(cakes=2))",
    "trace": "simulate(cakes=5)",
    "quiz": "from bakery.lessons.three_cakes import ex\n\nex.more_hands",
}


GONE = "Run this cell to use it: its kernel has ended."


@pytest.fixture(scope="module")
def opened(window: Window) -> Iterator[OpenNotebook]:
    """A notebook with every kind of output that we make, as it is the next day."""
    name = write_notebook(window.lab.root / "yesterday.ipynb", apps=APPS, **OUTPUTS)
    with window.notebook(name, height=3000) as today:
        assert today.run_all(), today.errors
        quiz = output(today, "quiz")
        quiz.get_by_role("button", name="A faster database").click()
        quiz.get_by_role("status").filter(has_text="wrong").wait_for(timeout=PATIENT)
        today.do("async panel => { await panel.context.save(); }")
    with window.notebook(name, height=3000) as next_day:
        next_day.settle()
        yield next_day
        assert next_day.complaints == []


def output(opened: OpenNotebook, cell: str) -> "Locator":
    number = list(OUTPUTS).index(cell) + 1
    return opened.page.locator(".jp-CodeCell").nth(number).locator(".jp-OutputArea").last


def test_no_output_reads_model_not_found(opened: OpenNotebook) -> None:
    words = opened.page.locator(".jp-Notebook").inner_text()
    assert "Error displaying widget" not in words
    assert "model not found" not in words


def test_a_slider_stands_where_it_stood(opened: OpenNotebook) -> None:
    assert "0.50" in output(opened, "slider").inner_text()
    assert output(opened, "interact").get_by_text("4 cakes").count() == 1


@pytest.mark.parametrize("lab", ["race", "kitchen"])
def test_a_lab_shows_its_dials_and_its_last_picture_and_says_what_to_do(
    opened: OpenNotebook, lab: str
) -> None:
    shown = output(opened, lab)
    expect = {
        "race": ("7 cakes in", "The race is over.", "7"),
        "kitchen": ("4 cakes in 10 s", "done first", "4"),
    }
    picture, status, orders = expect[lab]
    assert picture in str(shown.locator(".bakery-live svg").first.get_attribute("aria-label"))
    assert status in shown.inner_text()
    assert shown.get_by_label("orders" if lab == "race" else "cakes", exact=True).input_value() == orders
    assert shown.get_by_text(GONE).count() == 1


def test_a_lab_before_its_first_race_says_what_to_do(opened: OpenNotebook) -> None:
    assert output(opened, "unraced").get_by_text(GONE).count() == 1


@pytest.mark.parametrize("cell", ["view", "kitchen"])
def test_a_picture_still_plays_without_a_kernel(opened: OpenNotebook, cell: str) -> None:
    shown = output(opened, cell)
    shown.get_by_role("button", name="Play").click()
    shown.get_by_text("times as fast as it was").wait_for(timeout=PATIENT)
    shown.get_by_text(GONE).wait_for(timeout=PATIENT)


def test_a_trace_is_the_picture_that_it_was(opened: OpenNotebook) -> None:
    assert "5 cakes in 20 s" in str(output(opened, "trace").locator("img").first.get_attribute("alt"))


def test_a_quiz_keeps_its_words_and_the_answer_that_was_given(opened: OpenNotebook) -> None:
    quiz = output(opened, "quiz")
    assert quiz.get_by_role("button").count() == 4
    assert quiz.get_by_role("button", pressed=True).inner_text().endswith("A faster database.")
    assert "wrong" in quiz.get_by_role("status").inner_text()
    assert quiz.get_by_text(GONE).count() == 1


def test_one_line_says_it_and_not_a_broken_chain_at_each_part(opened: OpenNotebook) -> None:
    chains = """cell => [cell, ...cell.querySelectorAll('.jupyter-widgets-disconnected')]
        .filter(part => getComputedStyle(part, '::before').display !== 'none'
            && getComputedStyle(part, '::before').content !== 'none').length"""
    for cell in ("race", "unraced", "kitchen", "view", "quiz"):
        assert output(opened, cell).evaluate(chains) == 0, cell


def test_what_is_kept_of_every_kind_of_output_is_small(opened: OpenNotebook) -> None:
    state = opened.model["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    assert len(json.dumps(state)) < 200_000


def test_run_again_it_is_as_good_as_new(opened: OpenNotebook) -> None:
    assert opened.run_all(), opened.errors
    assert GONE not in opened.page.locator(".jp-Notebook").inner_text()
    kitchen = output(opened, "kitchen")
    kitchen.get_by_role("slider").first.press("ArrowRight")
    kitchen.get_by_text(re.compile("5 cakes in")).first.wait_for(timeout=PATIENT)
