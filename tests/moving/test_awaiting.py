"""`await` stands where Python wants it, with brackets where it needs them and none where it does not."""

import sys

import pytest
from moves import APP, body, moved, reasons


def view(line: str) -> str:
    """One line of a view, moved."""
    found = body(f"@app.route('/')\ndef v():\n    {line}\n")
    return found.splitlines()[2].strip()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return render_template('a')", "return await render_template('a')"),
        ("x = request.form", "x = await request.form"),
        ("x = request.form['a']", "x = (await request.form)['a']"),
        ("x = request.form.get('a')", "x = (await request.form).get('a')"),
        ("x = request.get_json()['a']['b']", "x = (await request.get_json())['a']['b']"),
        ("x = request.json or {}", "x = await request.json or {}"),
        ("x = not request.form", "x = not await request.form"),
        ("x = (request.form)['a']", "x = (await request.form)['a']"),
        ("x = 'a' in request.form", "x = 'a' in await request.form"),
        ("x = dict(**request.form)", "x = dict(**await request.form)"),
        ("x = f(*request.form)", "x = f(*await request.form)"),
        ("x = -len(request.data)", "x = -len(await request.data)"),
        ("x = [request.form[k] for k in a]", "x = [(await request.form)[k] for k in a]"),
        ("x = {k for k in request.form}", "x = {k for k in await request.form}"),
        ("x = any(k in request.form for k in a)", "x = any([k in await request.form for k in a])"),
        ("x = any(k for k in request.form)", "x = any(k for k in await request.form)"),
        (
            "x = max((request.form[k] for k in a), default=0)",
            "x = max([(await request.form)[k] for k in a], default=0)",
        ),
        ("request.files['a'].save('b')", "await (await request.files)['a'].save('b')"),
        ("x = request.args['a'], request.method", "x = request.args['a'], request.method"),
        ("x = app.make_response('')", "x = await app.make_response('')"),
        ("x = app.ensure_sync(f)(1)", "x = await app.ensure_async(f)(1)"),
        (
            "x = app.jinja_env.get_template('a').render(b=1)",
            "x = await app.jinja_env.get_template('a').render_async(b=1)",
        ),
    ],
)
def test_a_line_of_a_view(before: str, after: str) -> None:
    assert view(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f\"{request.form['a']}\"", "f\"{(await request.form)['a']}\""),
        ('f"é {request.form}"', 'f"é {await request.form}"'),
    ],
)
def test_inside_of_an_f_string_it_is_written_or_named(before: str, after: str) -> None:
    """Before Python 3.12 the parser does not always tell the place; then a person is asked."""
    if sys.version_info >= (3, 12) or view(f"x = {before}") == f"x = {after}":
        assert view(f"x = {before}") == f"x = {after}"
    else:
        assert "stands in an f-string" in reasons(f"{APP}@app.route('/')\ndef v():\n    x = {before}\n")


def test_layout_and_comments_stay() -> None:
    text = "@app.route('/')  # the door\ndef v( ):\n\n    # look\n    return (render_template(\n        'a',   # odd\n    ))\n"
    after = "@app.route('/')  # the door\nasync def v( ):\n\n    # look\n    return (await render_template(\n        'a',   # odd\n    ))\n"
    assert body(text) == after


def test_what_is_awaited_already_stays() -> None:
    text = "@app.route('/')\nasync def v():\n    return await render_template((await request.form)['a'])\n"
    assert body(text) == text


def test_what_asyncio_is_given_stays() -> None:
    text = "import asyncio\nfrom flask import flash\nasync def f():\n    await asyncio.gather(flash('a'), *[flash(b) for b in c])\n"
    assert moved(text) == text.replace("flask import", "quart import")


def test_methods_named_at_run_time_are_awaited_on_a_client() -> None:
    text = "from flask import Flask\ndef test():\n    c = Flask('').test_client()\n    getattr(c, verb)('/').status_code\n"
    assert "(await getattr(c, verb)('/')).status_code" in moved(text)


def test_a_call_at_the_top_of_a_file_is_run_to_its_end_and_named() -> None:
    text = "from flask import Flask\nasync def make(): return Flask('')\napp = make()\n"
    assert (
        moved(text)
        == "import asyncio\nfrom quart import Quart\nasync def make(): return Quart('')\napp = asyncio.run(make())\n"
    )
    assert "is called outside of any function" in reasons(text)


def test_a_context_at_the_top_of_a_file_is_left_to_a_person() -> None:
    text = "from flask import Flask\napp = Flask('')\nwith app.app_context():\n    app.open_resource('x')\n"
    assert "with app.app_context" in moved(text)
    assert "3: `AppContext` stands outside of any function" in reasons(text)


def test_what_cannot_await_is_named_with_line_and_reason() -> None:
    text = "from flask import flash\nclass C:\n    def __init__(self):\n        flash('x')\n"
    assert "4: `quart.flash` has to be awaited: `__init__` cannot be async" in reasons(text)
    assert "async def" not in moved(text)
