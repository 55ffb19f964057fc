"""Every notebook, opened in JupyterLab and run with Run All; `make test` opens the first one of each level."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from workshop.series import series

from . import axe
from .conftest import NOTEBOOKS
from .window import OpenNotebook, Theme, Window

OUTPUT = ".jp-OutputArea-output"
NUMBER = "input[type=number]"

# The two may be linked by the kernel, so the number follows a little later.
BESIDE = """async slider => {
    let around = slider;
    while (around && !around.querySelector('input[type=number]')) around = around.parentElement;
    const beside = around ? [...around.querySelectorAll('input[type=number]')] : [];
    const shown = () => beside.map(field => Number(field.value));
    const followed = () => shown().includes(Number(slider.ariaValueNow));
    for (let tries = 0; !followed() && tries < 60; tries++) await new Promise(done => setTimeout(done, 50));
    return shown();
}"""

AT_ONCE = 2
"""Notebooks mostly wait, so the next one runs already while one is looked at. A third page would cost more than it saves."""

LAST_FIRST = sorted((file.name for file in NOTEBOOKS.glob("*.ipynb")), reverse=True)
"""The last ones wait longest, and should not be alone at the end."""

FIRST_OF_A_LEVEL = {
    f"{name}.ipynb"
    for name in {told.level: told.name for told in reversed(series(NOTEBOOKS.parent))}.values()
}

LEFT_OUT = pytest.mark.skip(reason="this notebook is opened by: make test-lab")

TO_OPEN = [
    name
    if name in FIRST_OF_A_LEVEL or os.environ.get("EVERY_NOTEBOOK")
    else pytest.param(name, marks=LEFT_OUT)
    for name in LAST_FIRST
]
"""All of them take a sixth of the time of all tests together."""

THEMES: tuple[Theme, ...] = ("dark", "light")
"""The second one is what JupyterLab wears where nobody asks for another, and the one that is looked at."""

TALL = 6000
"""Pixels of a picture: two or three for a notebook, in a tenth of the time of twenty."""


class Rounds:
    """Opens and starts notebooks in the order in which they will be asked for."""

    def __init__(self, window: Window, names: list[str]) -> None:
        self._window = window
        self._ahead = names
        self._running: dict[str, tuple[OpenNotebook, ExitStack]] = {}

    def take(self, name: str) -> tuple[OpenNotebook, ExitStack]:
        """A notebook whose cells are running, and what closes it."""
        while self._ahead and len(self._running) < AT_ONCE:
            self._start(self._ahead.pop(0))
        return self._running.pop(name)

    def close(self) -> None:
        """Close those that nobody took."""
        for _, closing in self._running.values():
            closing.close()

    def _start(self, name: str) -> None:
        with ExitStack() as closing:
            opened = closing.enter_context(self._window.notebook(name, theme=THEMES[0]))
            opened.start_all()
            self._running[name] = opened, closing.pop_all()


@pytest.fixture(scope="module")
def rounds(request: pytest.FixtureRequest, window: Window) -> Iterator[Rounds]:
    """All notebooks that the tests of this run ask for."""
    wanted = (item for item in request.session.items if not item.get_closest_marker("skip"))
    calls = (getattr(item, "callspec", None) for item in wanted if item.path == request.path)
    rounds = Rounds(window, list(dict.fromkeys(call.params["run"] for call in calls if call)))
    yield rounds
    rounds.close()


@pytest.fixture(scope="module", params=TO_OPEN)
def run(request: pytest.FixtureRequest, rounds: Rounds, artefacts: Path | None) -> Iterator[OpenNotebook]:
    """A notebook after Run All, which has worn both themes."""
    opened, closing = rounds.take(request.param)
    with closing:
        opened.wait_all()
        for theme in THEMES:
            opened.wear(theme)
            if artefacts:
                opened.screenshots(artefacts, f"{Path(request.param).stem}-{theme}", tall=TALL)
        yield opened


def test_run_all_reaches_the_end_without_an_error(run: OpenNotebook) -> None:
    assert run.errors == []
    counts = [cell["execution_count"] for cell in run.model["cells"] if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1)), "some cells did not run"


def test_axe_finds_nothing_in_what_we_show(run: OpenNotebook) -> None:
    assert axe.findings(run.page) == []


def test_every_slider_moves_by_keyboard_together_with_the_number_field_beside_it(run: OpenNotebook) -> None:
    """An ipywidgets slider has no name that a screen reader could say; the number field has.

    The number is the slider's own, not 0.6000000000000001: steps of 0.25 or 0.5 are exact in binary.
    """
    for slider in run.page.locator(f"{OUTPUT} .noUi-handle").all():
        before = slider.get_attribute("aria-valuenow")
        slider.press("ArrowRight" if before != slider.get_attribute("aria-valuemax") else "ArrowLeft")
        moved = slider.get_attribute("aria-valuenow")
        assert moved not in (before, None)
        assert float(str(moved)) in slider.evaluate(BESIDE), "no number field beside it says the same"


def test_every_number_field_takes_a_number_from_the_keyboard(run: OpenNotebook) -> None:
    for field in run.page.locator(f"{OUTPUT} {NUMBER}").all():
        before = field.input_value()
        field.press("ArrowUp" if before != field.get_attribute("max") else "ArrowDown")
        assert field.input_value() != before
    run.settle()


def test_the_page_complains_of_nothing_and_asks_no_other_machine(run: OpenNotebook) -> None:
    assert run.complaints == []
