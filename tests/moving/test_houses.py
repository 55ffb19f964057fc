"""One small app in four frameworks: the same answers, and what each keeps of Flask's words."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from bakery.moving.costs import lines_kept, program, words_kept
from bakery.moving.house import HOUSES
from bakery.moving.move import move
from bakery.moving.reading import read
from bakery.moving.trying import green

TWINS = ("flask", "quart", "fastapi", "django")
OTHERS = [pytest.param(framework, marks=pytest.mark.slow) for framework in TWINS[2:]]
"""Which are installed to be compared, and have the same version on every Python."""


@pytest.mark.parametrize("framework", [*TWINS[:2], *OTHERS])
def test_the_eight_tests_of_a_twin_are_green(framework: str) -> None:
    assert importlib.util.find_spec(framework), "run: make .venv/ready-to-test"
    found = green(HOUSES / framework)
    assert (found.green, found.of) == (8, 8), found.said


def kept(framework: str, pattern: str) -> tuple[int, int]:
    """Percent of words, and of lines, that are kept of Flask's."""
    before, after = program(HOUSES / "flask", pattern), program(HOUSES / framework, pattern)
    return words_kept(before, after).percent, lines_kept(before, after).percent


def test_quart_keeps_most_of_an_app() -> None:
    by_words = [kept(framework, "*.py")[0] for framework in TWINS]
    assert by_words == sorted(by_words, reverse=True)
    assert by_words[1] >= 98
    assert by_words[2] < 85
    assert by_words[3] < 70


def test_of_the_lines_of_tests_quart_keeps_least() -> None:
    by_lines = {framework: kept(framework, "test_*.py")[1] for framework in TWINS[1:]}
    assert by_lines["quart"] < by_lines["django"] < by_lines["fastapi"]


def test_quarts_twin_is_what_the_tool_makes_of_flasks_but_for_the_oven() -> None:
    texts = move(read(HOUSES / "flask")).texts
    assert texts["test_app.py"] == Path(HOUSES, "quart", "test_app.py").read_text(encoding="utf-8")
    made = (
        texts["app.py"]
        .replace("import time\n", "import asyncio\n")
        .replace("    time.sleep(", "    await asyncio.sleep(")
    )
    assert made == Path(HOUSES, "quart", "app.py").read_text(encoding="utf-8")


THREE_AT_ONCE = """
import asyncio, sys
from bakery import order, serve
sys.path.insert(0, ".")
from {module} import {name}
async def main():
    with serve({app}) as shop:
        return await order(shop, cakes=3, path="/bake/0.5", bake=0.5)
print(asyncio.run(main()).bakes_long)
"""


@pytest.mark.parametrize(
    ("framework", "module", "name", "app"),
    [
        ("quart", "app", "create_app", "create_app()"),
        ("fastapi", "app", "create_app", "create_app()"),
        ("django", "asgi", "app", "app"),
    ],
)
def test_in_every_one_that_awaits_three_bakes_take_one(
    framework: str, module: str, name: str, app: str
) -> None:
    code = THREE_AT_ONCE.format(module=module, name=name, app=app)
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=HOUSES / framework, capture_output=True, text=True, check=True
    )
    assert run.stdout == "1\n"
