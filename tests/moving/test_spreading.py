"""Async is catching: whoever calls something async becomes async, to the last file."""

import pytest
from moves import names, spreading


def asynced(text: str, **others: str) -> list[str]:
    return names(spreading(app=text, **others).asynced)


def test_views_and_hooks_become_async_all_together() -> None:
    text = "from flask import Flask\napp = Flask('')\n@app.route('/')\ndef v(): return ''\n@app.before_request\ndef h(): pass\ndef other(): pass\n"
    assert asynced(text) == ["h", "v"]


def test_what_quart_calls_without_an_await_stays_sync() -> None:
    text = "from flask import Flask\napp = Flask('')\n@app.template_filter('x')\ndef f(v): return v\n@app.url_defaults\ndef u(a, b): pass\n"
    assert asynced(text) == []


def test_callers_follow_over_all_levels_and_files() -> None:
    found = spreading(
        one="from flask import flash\ndef a(): flash('x')\ndef b(): a()\n",
        two="from one import b\ndef c(): b()\n",
        three="import two\ndef d(): two.c()\ndef e(): pass\n",
    )
    assert names(found.asynced) == ["a", "b", "c", "d"]


def test_a_circle_of_calls_comes_to_an_end() -> None:
    assert asynced("from flask import flash\ndef a(): b()\ndef b(): a(); flash('')\n") == ["a", "b"]


def test_a_function_inside_is_not_its_outer_function() -> None:
    text = "from flask import flash\ndef outer():\n    def inner():\n        flash('')\n    return inner\n"
    assert asynced(text) == ["inner"]


def test_a_wrapper_becomes_async_with_what_it_wraps() -> None:
    text = """
        import functools
        from flask import Flask
        app = Flask('')
        def guard(view):
            @functools.wraps(view)
            def wrapped(**values):
                return view(**values)
            return wrapped
        @app.route('/')
        @guard
        def v(): return ''
        @guard
        def also(): return ''
        def caller(): also()
    """
    assert asynced(text) == ["also", "caller", "v", "wrapped"]


def test_a_decorator_with_arguments_is_looked_through() -> None:
    text = """
        from flask import Flask
        app = Flask('')
        def needs(role):
            def decorator(f):
                def wrapped(*a, **k):
                    return f(*a, **k)
                return wrapped
            return decorator
        @app.route('/')
        @needs('baker')
        def v(): return ''
    """
    assert asynced(text) == ["v", "wrapped"]


def test_methods_that_override_each_other_are_async_together() -> None:
    text = """
        from flask import flash
        class Base:
            def say(self): pass
        class Loud(Base):
            def say(self): flash('!')
        class Other:
            def say(self): pass
    """
    assert asynced(text) == ["Base.say", "Loud.say"]


def test_a_method_in_the_place_of_a_coroutine_of_quarts_becomes_one() -> None:
    text = "from flask.sessions import SessionInterface\nclass S(SessionInterface):\n    def open_session(self, a, r): pass\n    def mine(self): pass\n"
    assert asynced(text) == ["S.open_session"]


@pytest.mark.parametrize(
    "how",
    [
        "monkeypatch.setattr('app.f', fake)",
        "monkeypatch.setattr(app, 'f', fake)",
        "mock.patch('app.f', new=fake)",
        "mock.patch.object(app, 'f', fake)",
    ],
)
def test_a_fake_is_async_if_what_it_stands_for_is(how: str) -> None:
    test = (
        f"import app\nfrom unittest import mock\ndef test_it(monkeypatch):\n    def fake(): pass\n    {how}\n"
    )
    assert "fake" in asynced("from flask import flash\ndef f(): flash('')\n", test_app=test)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("class C:\n    def __init__(self): flash('')", "cannot be async"),
        ("f = lambda: flash('')", "a lambda cannot await"),
        ("import functools\n@functools.lru_cache\ndef f(): flash('')", "a cache would keep the coroutine"),
        ("def f():\n    yield from [flash('')]", "yield from"),
    ],
)
def test_what_cannot_become_async_is_known_with_the_reason(text: str, reason: str) -> None:
    found = spreading(app=f"from flask import flash\n{text}\n")
    assert not found.asynced
    assert any(reason in why for why in found.pinned.values())


def test_a_property_may_be_async() -> None:
    text = "from flask import flash\nclass C:\n    @property\n    def p(self): flash('')\ndef f(): C().p\n"
    assert asynced(text) == ["C.p", "f"]


def test_functions_that_are_async_already_make_their_callers_async() -> None:
    assert asynced("async def a(): pass\ndef b(): a()\n") == ["a", "b"]
