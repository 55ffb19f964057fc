"""Small projects as text, moved: for the tests of every room of `bakery.moving`."""

from textwrap import dedent

from bakery.moving.imports import Library
from bakery.moving.learning import Knowledge
from bakery.moving.move import Move, move
from bakery.moving.plan import Remark
from bakery.moving.reading import project
from bakery.moving.scopes import Function
from bakery.moving.spreading import Spread, spread

APP = "from flask import Flask, request, render_template\napp = Flask(__name__)\n"
"""The head of a small app; the tests write what comes below it."""


def files(**texts: str) -> dict[str, str]:
    """Texts by path: `tests__test_app` is tests/test_app.py; a name with a dot in it stays as it is."""
    return {_path(name): dedent(text) for name, text in texts.items()}


def _path(name: str) -> str:
    return name if "." in name else f"{name.replace('__', '/')}.py"


def moves(**texts: str) -> Move:
    """A project, moved."""
    return move(project(files(**texts)))


def moved(text: str, **others: str) -> str:
    """The text of app.py, moved beside other files."""
    texts = files(app=text, **others)
    return move(project(texts)).texts.get("app.py", texts["app.py"])


def body(text: str, **others: str) -> str:
    """What stands below the head of an app, moved."""
    whole = moved(APP + dedent(text), **others)
    return whole.partition("app = Quart(__name__)\n")[2]


def remarks(text: str, **others: str) -> list[Remark]:
    """What is left to a person."""
    return list(moves(app=text, **others).remarks)


def reasons(text: str, **others: str) -> str:
    """The reasons of all remarks, and what to write, one a line."""
    return "\n".join(f"{remark.line}: {remark.reason} | {remark.write}" for remark in remarks(text, **others))


def knowledge(**texts: str) -> Knowledge:
    """What is known of a project."""
    return Knowledge(Library(project(files(**texts))))


def spreading(**texts: str) -> Spread:
    """What becomes async in a project."""
    return spread(knowledge(**texts))


def names(functions: set[Function]) -> list[str]:
    """The names of functions, in order."""
    return sorted(function.name for function in functions)
