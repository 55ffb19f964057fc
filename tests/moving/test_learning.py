"""What an expression is, is carried from where it is made to where it is used, over all files."""

import ast

import pytest
from moves import knowledge

from bakery.moving.learning import Knowledge


def kinds(found: Knowledge, wanted: str, path: str = "app.py") -> set[str]:
    """What the name, or the last expression of that text, is known to be."""
    for happening in reversed(found.library.files[path].happenings):
        if isinstance(happening.node, ast.expr) and ast.unparse(happening.node) == wanted:
            return {kind.name for kind in found.of(happening.node, happening.scope)}
    raise AssertionError(wanted)


@pytest.mark.parametrize(
    ("text", "wanted", "kind"),
    [
        ("from flask import Flask\napp = Flask(__name__)\napp", "app", "Quart"),
        ("import flask as f\napp = f.Flask(__name__)\napp", "app", "Quart"),
        ("from flask import *\napp = Flask(__name__)\napp", "app", "Quart"),
        ("from flask.app import Flask as F\napp = F(__name__)\napp", "app", "Quart"),
        ("from flask import request as r\nr.form", "r", "Request"),
        ("from flask import request\nf = request.files['a']\nf", "f", "FileStorage"),
        ("from flask import request\nf = request.files.get('a')\nf", "f", "FileStorage"),
        ("from flask import request\nfor f in request.files.getlist('a'): f", "f", "FileStorage"),
        ("from flask import make_response\nr = make_response('')\nr", "r", "Response"),
        ("from flask import current_app\nc = current_app.test_client()\nc", "c", "QuartClient"),
        ("from flask import Flask\nwith Flask('').test_client() as c: c", "c", "QuartClient"),
        ("from flask import Flask\nr = Flask('').test_client().get('/')\nr", "r", "Response"),
        ("from flask import Flask\na = b = Flask('')\nb", "b", "Quart"),
        ("from flask import Flask\na, b = 1, Flask('')\nb", "b", "Quart"),
        ("from flask import Flask\ndef f(): return 1, Flask('')\n_, b = f()\nb", "b", "Quart"),
        ("from flask import Flask\nb = f() or Flask('')\nb", "b", "Quart"),
        ("from flask import Flask\nb = Flask('') if x else None\nb", "b", "Quart"),
        ("from flask import Request\ndef f(r: 'Request | None'): r", "r", "Request"),
        ("import json\nt = json.dumps({})\nt", "t", "str"),
    ],
)
def test_a_value_is_known_from_where_it_comes(text: str, wanted: str, kind: str) -> None:
    assert kind in kinds(knowledge(app=text), wanted)


def test_a_name_that_hides_one_of_flasks_is_not_flasks() -> None:
    assert kinds(knowledge(app="from flask import request\nrequest = 3\nrequest"), "request") == set()


def test_the_last_value_before_a_line_is_the_one_that_counts() -> None:
    text = "from flask import Flask\nr = Flask('').test_client().get('/')\nr = r.get_json()\nr"
    assert kinds(knowledge(app=text), "r") == {"Response.get_json"} or not kinds(knowledge(app=text), "r")


def test_a_value_from_one_branch_is_taken_where_the_other_says_nothing() -> None:
    text = "from flask import Flask\nif a:\n    r = Flask('')\nelse:\n    r = None\nr"
    assert kinds(knowledge(app=text), "r") == {"Quart"}


def test_parameters_are_known_from_the_calls() -> None:
    text = "from flask import Flask\ndef login(client, name): client\ndef f():\n    login(Flask('').test_client(), name='x')\n"
    assert kinds(knowledge(app=text), "client") == {"QuartClient"}


def test_attributes_are_known_from_where_they_are_set() -> None:
    text = """
        from flask import Flask
        class Door:
            def __init__(self, client):
                self._client = client
            def login(self):
                return self._client
        Door(Flask('').test_client()).login()
    """
    assert kinds(knowledge(app=text), "self._client") == {"QuartClient"}


def test_values_travel_through_fixtures_of_several_files() -> None:
    found = knowledge(
        app="from flask import Flask\ndef create_app():\n    return Flask('')\n",
        conftest="""
            import pytest
            from app import create_app
            @pytest.fixture
            def app():
                yield create_app()
            @pytest.fixture(name="client")
            def made(app):
                return app.test_client()
        """,
        tests__test_app="def test_it(client):\n    client.get('/')\n",
    )
    assert kinds(found, "client", "tests/test_app.py") == {"QuartClient"}


def test_the_nearest_fixture_of_a_name_is_taken() -> None:
    found = knowledge(
        conftest="import pytest\n@pytest.fixture\ndef client(): return 1\n",
        tests__conftest="import pytest\nfrom flask import Flask\n@pytest.fixture\ndef client(): return Flask('').test_client()\n",
        tests__test_app="def test_it(client):\n    client.get('/')\n",
    )
    assert kinds(found, "client", "tests/test_app.py") == {"QuartClient"}


def test_a_fixture_may_ask_for_another_of_its_own_name() -> None:
    found = knowledge(
        conftest="import pytest\nfrom flask import Flask\n@pytest.fixture\ndef app(): return Flask('')\n",
        test_app="import pytest\n@pytest.fixture\ndef app(app):\n    return app\ndef test_it(app):\n    app.config\n",
    )
    assert kinds(found, "app", "test_app.py") == {"Quart"}


def test_names_travel_through_modules_that_pass_them_on() -> None:
    found = knowledge(
        **{"pkg/__init__.py": "from .core import app\n"},
        pkg__core="from flask import Flask\napp = Flask('')\n",
        main="import pkg\npkg.app.test_client()\n",
    )
    assert kinds(found, "pkg.app", "main.py") == {"Quart"}


def test_a_package_that_imports_its_own_modules_passes_them_on() -> None:
    found = knowledge(
        **{"pkg/__init__.py": "from pkg import db\n"},
        pkg__db="from flask import Flask\napp = Flask('')\n",
        main="from pkg import db\ndb.app.test_client()\n",
    )
    assert kinds(found, "db.app", "main.py") == {"Quart"}


def test_inherited_methods_and_super_are_found() -> None:
    text = """
        from flask import Flask
        class Base:
            def client(self):
                return Flask('').test_client()
        class Mine(Base):
            def ask(self):
                return super().client()
        m = Mine().ask()
        m
    """
    assert kinds(knowledge(app=text), "m") == {"QuartClient"}


def test_a_property_gives_what_its_function_gives() -> None:
    text = "from flask import Flask\nclass C:\n    @property\n    def app(self): return Flask('')\nC().app"
    assert kinds(knowledge(app=text), "C().app") == {"Quart"}


def test_functions_that_call_each_other_in_a_circle_come_to_an_end() -> None:
    text = "def f(x): return g((x, x))\ndef g(x): return f([x])\nf(1)\n"
    assert kinds(knowledge(app=text), "f") == {"f"}


def test_what_is_put_under_a_name_is_found_under_it() -> None:
    text = "from flask import Flask, current_app\napp = Flask('')\napp.extensions['c'] = app.test_client()\nx = current_app.extensions['c']\nx\n"
    assert kinds(knowledge(app=text), "x") == {"QuartClient"}
    assert kinds(knowledge(app=text + "y = app.extensions['d']\ny\n"), "y") == set()
