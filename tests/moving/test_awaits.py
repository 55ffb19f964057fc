"""The list of what is awaited comes from the installed Quart, and is complete: its source, read another way, agrees."""

import ast
import inspect
from importlib import import_module
from pathlib import Path

import pytest

from bakery.moving import awaits
from bakery.moving.awaits import CLASSES, accepted, exists, required, surface

SAID = {
    "functions": "make_response render_template render_template_string stream_template flash send_file send_from_directory",
    "methods": "Request.get_json Request.get_data Response.get_json Response.get_data QuartClient.get QuartClient.post "
    "Quart.open_resource Quart.make_response FileStorage.save AppContext.push AsyncFile.read SessionInterface.open_session",
    "properties": "Request.json Request.data Request.form Request.files Request.values Response.json Response.data",
    "contexts": "AppContext RequestContext QuartClient QuartClient.session_transaction AsyncFile TestApp",
}
"""What the course says, in words of its own, and Quart's own guide."""

NEVER = ("url_for", "redirect", "abort", "jsonify", "get_flashed_messages", "after_this_request")


def async_names(module: str) -> set[str]:
    """`async def` as the source of a module says it: `name`, or `Class.name`; no private names."""
    path = inspect.getsourcefile(import_module(module))
    assert path
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    found = {node.name for node in tree.body if isinstance(node, ast.AsyncFunctionDef)}
    for owner in tree.body:
        if isinstance(owner, ast.ClassDef):
            inside = (
                node for node in owner.body if isinstance(node, ast.AsyncFunctionDef) and not looped(node)
            )
            found |= {f"{owner.name}.{node.name}" for node in inside}
    return {name for name in found if not name.rpartition(".")[2].startswith("_")}


def looped(function: ast.AsyncFunctionDef) -> bool:
    """Whether it is for `async for`, and never awaited."""
    return not function.decorator_list and any(isinstance(node, ast.Yield) for node in ast.walk(function))


@pytest.mark.parametrize("part", SAID)
def test_what_the_course_says_is_awaited_is_on_the_list(part: str) -> None:
    assert set(SAID[part].split()) <= getattr(surface(), part)


def test_what_needs_no_await_is_not_on_the_list() -> None:
    assert not surface().functions & set(NEVER)


def test_every_async_function_that_quart_exports_is_on_the_list() -> None:
    said = set()
    for module in ("quart.helpers", "quart.templating", "quart.ctx", "quart.globals"):
        said |= {name for name in async_names(module) if exists("quart", name)}
    assert said == surface().functions


@pytest.mark.parametrize(
    ("module", "labels"),
    [
        ("quart.app", ["Quart"]),
        ("quart.blueprints", ["Blueprint"]),
        ("quart.wrappers.request", ["Request"]),
        ("quart.wrappers.response", ["Response"]),
        ("quart.testing.client", ["QuartClient"]),
        ("quart.testing.app", ["TestApp"]),
        ("quart.ctx", ["AppContext", "RequestContext"]),
        ("quart.datastructures", ["FileStorage"]),
        ("quart.sessions", ["SessionInterface", "SecureCookieSessionInterface"]),
        ("quart.views", ["View", "MethodView"]),
    ],
)
def test_every_async_method_of_a_class_is_on_the_list(module: str, labels: list[str]) -> None:
    known = surface()
    listed = known.methods | known.properties | known.contexts
    said = {name for name in async_names(module) if name.partition(".")[0] in labels and "." in name}
    assert {name for name in said if name.partition(".")[0] in CLASSES} <= listed


def test_a_class_of_quart_that_apps_handle_is_looked_at() -> None:
    quart = import_module("quart")
    classes = {name for name in dir(quart) if inspect.isclass(quart.__dict__.get(name))}
    assert classes - set(CLASSES) <= {"Config", "Markup", "Websocket", "ResponseReturnValue"}


def test_what_flask_has_and_quart_lacks_is_known() -> None:
    assert {
        "Quart.wsgi_app",
        "Quart.ensure_sync",
        "QuartClient.get_cookie",
        "Response.text",
    } <= surface().gone
    assert not surface().gone & {
        "Request.args",
        "Quart.config",
        "Response.headers",
        "Quart.name",
        "Quart.jinja_env",
    }


def test_without_flask_nothing_is_said_to_be_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_flask(name: str) -> object:
        if name.startswith("flask"):
            raise ImportError(name)
        return import_module(name)

    monkeypatch.setattr(awaits, "import_module", no_flask)
    assert awaits._gone() == frozenset()


def test_names_are_looked_up_where_they_are_imported_from() -> None:
    assert exists("quart", "render_template")
    assert exists("quart.testing", "QuartClient")
    assert exists("quart", "cli")
    assert not exists("quart", "Flask")
    assert not exists("quart.nowhere", "x")


def test_what_a_method_has_to_be_given_is_asked_of_quart() -> None:
    assert required("Quart.test_request_context") == ("path",)
    assert required("QuartClient.get") == required("Quart.nothing") == required("str.join") == ()
    assert required("Quart.process_response")[0] in ("response", "ctx")


def test_which_names_a_method_takes_is_asked_of_quart() -> None:
    assert {"form", "files", "json", "headers"} <= accepted("QuartClient.open")
    assert accepted("QuartClient.get") == accepted("Quart.nothing") == accepted("str.join") == frozenset()
