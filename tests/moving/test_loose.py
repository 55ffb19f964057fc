"""What goes out of sight is named, and nothing else."""

from moves import reasons

ASYNC = "from flask import flash\ndef save(): flash('')\nclass Door:\n    def login(self): flash('')\n"


def test_a_call_on_something_unknown_by_the_name_of_an_async_function_is_named() -> None:
    assert "it is not known what `door` is, and a function `login`" in reasons(
        f"{ASYNC}def f(door):\n    door.login()\n"
    )


def test_names_that_every_object_has_say_nothing() -> None:
    text = "from flask import flash\nclass A:\n    def get(self): flash('')\ndef f(d): d.get('x')\n"
    assert reasons(text) == ""


def test_other_calls_on_something_unknown_are_silent() -> None:
    assert reasons(f"{ASYNC}def f(door):\n    door.open()\n") == ""


def test_what_another_library_gives_is_not_ours() -> None:
    assert reasons(f"{ASYNC}import ftp\ndef f():\n    ftp.connect().login()\n") == ""


def test_an_async_function_that_is_handed_on_is_named() -> None:
    text = f"{ASYNC}import threading\ndef f():\n    threading.Thread(target=save).start()\n"
    assert "`save` is async now and is given to `threading.Thread`" in reasons(text)
    assert "is given to `sorted`" in reasons(f"{ASYNC}sorted([], key=save)\n")


def test_what_quart_or_the_project_is_given_is_followed_instead() -> None:
    text = f"{ASYNC}from flask import Flask\napp = Flask('')\napp.add_url_rule('/', view_func=save)\ndef run(f): f()\nasync def g():\n    run(save)\n"
    assert reasons(text) == ""


def test_a_factory_that_became_async_is_named() -> None:
    text = "from flask import Flask\ndef create_app():\n    app = Flask('')\n    with app.app_context(): pass\n    return app\n"
    assert "2: `create_app` makes the app and is async now" in reasons(text)
    assert "makes the app" not in reasons(
        "", conftest="import pytest\n" + text.replace("def", "@pytest.fixture\ndef")
    )
