"""A notebook written down in a test."""

import json
from pathlib import Path
from textwrap import dedent

FIRST_WIDGET = "import ipywidgets; ipywidgets.HTML('flour')"
"""A cell to run before all others where widgets have to be heard while a cell awaits.

JupyterLab asks for the thread that hears them when the first widget comes. Those that come before the answer, a tenth
of a second later on a busy machine, are heard only between cells.
"""

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def write_notebook(file: Path, **cells: str) -> str:
    """Write a notebook of code cells, each under its id, and return its name."""
    made = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": KERNEL},
        "cells": [_code_cell(name, dedent(source).strip()) for name, source in cells.items()],
    }
    file.write_text(json.dumps(made), "utf-8")
    return file.name


def _code_cell(name: str, source: str) -> dict[str, object]:
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
