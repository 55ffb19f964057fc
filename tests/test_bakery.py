"""What a learner imports, and how a notebook shows it."""

import inspect
import os
import pkgutil
import pydoc
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import FunctionType

import pytest
from IPython.core.formatters import DisplayFormatter

import bakery
from bakery import Trace, simulate, timeline


class Shell:
    """As much of an IPython shell as showing needs."""

    display_formatter = DisplayFormatter()


def shown(trace: Trace) -> dict[str, str]:
    shell = Shell()
    bakery._show_traces(shell)
    forms: dict[str, str] = shell.display_formatter.format(trace)[0]  # type: ignore[no-untyped-call]
    return forms


def test_every_name_a_learner_is_promised_is_there_and_documented() -> None:
    assert bakery.__all__ == sorted(bakery.__all__)
    for name in bakery.__all__:
        assert getattr(bakery, name).__doc__, name


def test_a_notebook_draws_a_trace_and_keeps_its_words() -> None:
    trace = simulate(cakes=3)
    picture = timeline(trace)
    assert shown(trace) == {
        "text/html": picture.html,
        "image/svg+xml": picture.svg,
        "text/plain": repr(trace),
    }


def test_an_empty_trace_is_shown_too() -> None:
    forms = shown(Trace(()))
    assert forms["text/plain"] == "no orders"
    assert "<svg" in forms["image/svg+xml"]


@pytest.mark.parametrize(
    ("cell", "told"),
    [("import msgspec", True), ("import no_such_cake", False), ("no_such_cake", False), ("1 / 0", False)],
)
def test_an_import_of_a_package_that_only_some_notebooks_need_says_how_to_install_it(
    cell: str, told: bool, tmp_path: Path
) -> None:
    code = f"import sys, bakery\nsys.modules['msgspec'] = None\n{cell}"
    run = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "--HistoryManager.enabled=False", "-c", code],
        env={**os.environ, "IPYTHONDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Error" in run.stdout
    assert ("msgspec is not installed where this runs." in run.stdout) == told


@pytest.mark.parametrize(
    ("file", "cell", "told"),
    [
        ("quart.py", "from quart import Quart", True),
        ("flask.py", "from flask import Flask", True),
        ("flask.py", "from quart.cakes import Cake", False),
        ("cakes.py", "from cakes import Cake", False),
    ],
)
def test_an_import_of_what_a_file_of_the_readers_hides_names_the_file_below_its_error(
    file: str, cell: str, told: bool, tmp_path: Path
) -> None:
    (tmp_path / file).write_text(cell)  # an app, saved under the name of what it imports
    command = [sys.executable, "-m", "IPython", "--no-banner", "--HistoryManager.enabled=False", "-c"]
    run = subprocess.run(
        [*command, f"import bakery\n{cell}"],
        cwd=tmp_path,
        env={**os.environ, "IPYTHONDIR": str(tmp_path / "ipython")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Error" in run.stdout
    assert (f"Rename it, for example to my_{file}" in run.stdout) == told


def test_widgets_are_imported_only_when_they_are_asked_for() -> None:
    """They take half a second, and most notebooks show none of them at first."""
    code = "import sys, bakery; print('ipywidgets' in sys.modules); bakery.RaceLab; print('ipywidgets' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.split() == ["False", "True"]


def test_importing_the_package_takes_at_most_a_quarter_of_a_second_and_brings_no_framework() -> None:
    """Of the processor's time, the best of three: other programs on the machine are no fault of ours."""
    code = (
        "import sys, time; start = time.process_time(); import bakery; print(time.process_time() - start); "
        "print({'flask', 'quart', 'waitress', 'hypercorn', 'ipywidgets', 'anywidget', 'IPython'} & set(sys.modules))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        ).stdout.split()
        for _ in range(3)
    ]
    assert {brought for _, brought in runs} == {"set()"}
    assert min(float(seconds) for seconds, _ in runs) < 0.25


def test_help_of_the_package_begins_with_the_words_a_learner_types() -> None:
    text = pydoc.plain(pydoc.render_doc(bakery))
    beginning = text[: text.index("PACKAGE CONTENTS")]
    missing = [name for name in bakery.__all__ if name not in beginning]
    assert not missing


@pytest.mark.parametrize("function", [bakery.order, bakery.serve])
def test_help_of_a_function_names_every_parameter_and_has_an_example(function: FunctionType) -> None:
    text = pydoc.plain(pydoc.render_doc(function))
    parameters = inspect.signature(function).parameters
    assert [name for name in parameters if not re.search(rf"^        {name}: ", text, re.M)] == []
    assert f"{function.__name__}(" in text.partition("For example:")[2].partition("Args:")[0]


@pytest.mark.parametrize("function", [bakery.order, bakery.serve])
def test_help_of_a_function_shows_a_signature_that_a_person_can_read(function: FunctionType) -> None:
    signature = str(inspect.signature(function))
    assert not re.search(r"[a-z]\.[a-zA-Z]", signature), "no module names"
    assert "Callable" not in signature
    assert len(signature) < 400


def test_the_function_timeline_survives_the_import_of_every_room() -> None:
    assert all(getattr(bakery, name) for name in bakery.__all__)
    assert isinstance(bakery.timeline, FunctionType)


def test_a_name_that_is_not_there_is_missed_in_the_usual_words() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'racelab'"):
        bakery.racelab  # noqa: B018


GROWING = {"Stage", "Player", "Section", "Steps"}
"""Classes of values that are filled while a check runs, or a paper is read."""


def test_what_shops_orders_checks_and_pictures_tell_of_is_never_changed_afterwards() -> None:
    """Threads and cells hold the same values: whoever wants another one makes another one."""
    found = {
        kind.__name__: kind.__dataclass_params__.frozen
        for folder in ("shop", "orders", "checking", "picture")
        for room in pkgutil.walk_packages(
            [str(Path(bakery.__path__[0]) / folder)], prefix=f"bakery.{folder}."
        )
        for kind in vars(import_module(room.name)).values()
        if isinstance(kind, type) and hasattr(kind, "__dataclass_params__")
    }
    assert len(found) > 40
    assert {name for name, frozen in found.items() if not frozen} == GROWING
