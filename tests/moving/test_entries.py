"""Views, hooks and error handlers are found however they are registered."""

import pytest
from moves import names, spreading

from bakery.moving.entries import Entries

HEAD = "import flask, click\nfrom flask import Flask, Blueprint\nfrom flask.views import MethodView, View\napp = Flask('')\nbp = Blueprint('a', '')\n"


def found(text: str) -> Entries:
    return spreading(app=HEAD + text).entries


@pytest.mark.parametrize(
    "text",
    [
        "@app.route('/')\ndef f(): pass",
        "@bp.get('/')\ndef f(): pass",
        "@flask.current_app.route('/')\ndef f(): pass",
        "def f(): pass\napp.add_url_rule('/', view_func=f)",
        "def f(): pass\napp.add_url_rule('/', 'f', f)",
        "def f(): pass\napp.route('/')(f)",
        "def make():\n    app = Flask('')\n    @app.route('/')\n    def f(): pass\n    return app",
        "from elsewhere import shop\n@shop.route('/')\ndef f(): pass",
        "class Mine(Flask): pass\nmine = Mine('')\n@mine.route('/')\ndef f(): pass",
    ],
)
def test_a_view_is_found(text: str) -> None:
    assert names(set(found(text).views)) == ["f"]


def test_methods_of_view_classes_are_views_and_their_helpers_are_not() -> None:
    views = found(
        "class V(MethodView):\n    def get(self): pass\n    def help(self): pass\nclass W(View):\n    def dispatch_request(self): pass"
    ).views
    assert names(set(views)) == ["V.get", "W.dispatch_request"]


def test_a_class_of_a_view_class_of_the_project_is_one_too() -> None:
    views = found("class Base(MethodView):\n    pass\nclass V(Base):\n    def get(self): pass").views
    assert names(set(views)) == ["V.get"]


@pytest.mark.parametrize(
    "text",
    [
        "@app.before_request\ndef f(): pass",
        "@bp.before_app_request\ndef f(): pass",
        "@app.errorhandler(404)\ndef f(e): pass",
        "@app.teardown_appcontext\ndef f(e): pass",
        "@bp.app_context_processor\ndef f(): pass",
        "def f(e): pass\napp.register_error_handler(404, f)",
        "def f(e): pass\ndef init(a):\n    a.teardown_appcontext(f)",
    ],
)
def test_a_hook_is_found(text: str) -> None:
    assert names(set(found(text).hooks)) == ["f"]


@pytest.mark.parametrize(
    "text",
    [
        "@app.template_filter('x')\ndef f(v): pass",
        "@app.template_filter\ndef f(v): pass",
        "@app.url_defaults\ndef f(a, b): pass",
        "@bp.record\ndef f(state): pass",
        "@app.shell_context_processor\ndef f(): pass",
    ],
)
def test_what_quart_calls_without_an_await_is_told_apart(text: str) -> None:
    entries = found(text)
    assert names(set(entries.sync)) == ["f"]
    assert not entries.hooks | entries.views


@pytest.mark.parametrize(
    "text",
    [
        "@click.command('x')\ndef f(): pass",
        "@app.cli.command('x')\ndef f(): pass",
        "@bp.cli.command()\n@click.option('--a')\ndef f(a): pass",
        "@click.group()\ndef g(): pass\n@g.command()\ndef f(): pass",
    ],
)
def test_a_command_is_found(text: str) -> None:
    assert "f" in names(set(found(text).commands))


@pytest.mark.parametrize(
    "text",
    [
        "d = {}\n@d.get('/')\ndef f(): pass",
        "class C:\n    def get(self): pass",
        "def route(x): return x\n@route\ndef f(): pass",
    ],
)
def test_what_only_sounds_like_it_is_none(text: str) -> None:
    assert not any(found(text))
