"""Names of Flask become Quart's, however they were imported, and what Quart lacks is named."""

import pytest
from moves import moved, reasons


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from flask import Flask, g\napp = Flask('')\n", "from quart import Quart, g\napp = Quart('')\n"),
        (
            "from flask import (\n    Flask,  # it\n    g,\n)\nFlask\n",
            "from quart import (\n    Quart,  # it\n    g,\n)\nQuart\n",
        ),
        ("from flask import Flask as F\nF('')\n", "from quart import Quart as F\nF('')\n"),
        ("import flask\nflask.Flask('')\n", "import quart\nquart.Quart('')\n"),
        ("import flask as f\nf.Flask(f.g)\n", "import quart as f\nf.Quart(f.g)\n"),
        ("import os, flask\nflask.g\n", "import os, quart\nquart.g\n"),
        (
            "import flask.testing\nflask.testing.FlaskClient\n",
            "import quart.testing\nquart.testing.QuartClient\n",
        ),
        (
            "from flask.testing import FlaskClient\nFlaskClient\n",
            "from quart.testing import QuartClient\nQuartClient\n",
        ),
        ("from flask import *\napp = Flask('')\n", "from quart import *\napp = Quart('')\n"),
        (
            "def f():\n    from flask import Flask\n    return Flask\n",
            "def f():\n    from quart import Quart\n    return Quart\n",
        ),
        ("from flask import Flask\nx: Flask\n", "from quart import Quart\nx: Quart\n"),
        ("import flask\ndef f(flask): return flask.x\n", "import quart\ndef f(flask): return flask.x\n"),
        (
            "from flask import Flask\nclass A(Flask): pass\n",
            "from quart import Quart\nclass A(Quart): pass\n",
        ),
    ],
)
def test_names_follow_their_import(before: str, after: str) -> None:
    assert moved(before) == after


@pytest.mark.parametrize(
    "text",
    [
        "import flaskr\nfrom flask_login import x\nflask = 3\n",
        '"""Made with flask."""\n# from flask import Flask\nx = "import flask as f"\n',
        "from .flask import Flask\nFlask('')\n",
        "class Flask: pass\nFlask()\n",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert moved(text) == text


def test_a_dotted_name_that_is_patched_follows() -> None:
    assert moved("def test(monkeypatch):\n    monkeypatch.setattr('flask.request', 1)\n") == (
        "def test(monkeypatch):\n    monkeypatch.setattr('quart.request', 1)\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from flask import _request_ctx_stack\n", "1: Quart has no `quart._request_ctx_stack`"),
        ("from flask.nowhere import x\n", "1: Quart has no `quart.nowhere.x`"),
        ("import flask\n\nflask.before_render_template\nflask.nothing\n", "4: Quart has no `quart.nothing`"),
        (
            "from flask import Flask\napp = Flask('')\napp.wsgi_app = x(app.wsgi_app)\n",
            "3: `app.wsgi_app` does not exist on Quart",
        ),
        (
            "from flask import request\ndef f():\n    request.stream.read()\n",
            "3: `request.stream` is not there",
        ),
        (
            "from flask import Flask\nc = Flask('').test_client()\nc.get_cookie('a')\n",
            "3: `client.get_cookie` does not exist",
        ),
    ],
)
def test_what_quart_lacks_is_named_with_its_line(text: str, said: str) -> None:
    assert said in reasons(text)


def test_what_quart_has_is_not_named() -> None:
    text = "from flask import Flask, request, g\nfrom flask.cli import AppGroup\napp = Flask('')\napp.config, app.logger, request.args, g.x\n"
    assert reasons(text) == ""
