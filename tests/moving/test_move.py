"""A move as a whole: it comes to rest, keeps what it does not understand, and takes little time."""

import time
from pathlib import Path

import pytest
from moves import APP, moved, moves

from bakery.moving.move import frameworks, move
from bakery.moving.reading import MovingError, project

VIEW = "@app.route('/')\ndef v():\n    return render_template('a', a=request.form['a'])\n"

ODD = {
    "a name that hides": "from flask import request\ndef f():\n    request = 3\n    return request.form\n",
    "an import under another name": "import flask as f\napp = f.Flask('')\n@app.route('/')\ndef v(): return f.render_template('a')\n",
    "everything imported": "from flask import *\napp = Flask('')\n@app.route('/')\ndef v(): return render_template('a')\n",
    "an app made in a function": "from flask import Flask, render_template\ndef make():\n    app = Flask('')\n    @app.route('/')\n    def v(): return render_template('a')\n    return app\n",
    "a class of views": "from flask import request\nfrom flask.views import MethodView\nclass V(MethodView):\n    def get(self): return request.form\n",
    "a lambda as a view": "from flask import Flask\napp = Flask('')\napp.add_url_rule('/', view_func=lambda: 'x')\n",
    "nested functions": "from flask import flash\ndef a():\n    def b():\n        def c(): flash('x')\n        c()\n    b()\n",
    "decorators with arguments": "from flask import Flask\napp = Flask('')\n@app.route('/', methods=['GET'])\n@app.errorhandler(404)\ndef v(e=None): return ''\n",
    "async views": "from flask import Flask, render_template\napp = Flask('')\n@app.route('/')\nasync def v(): return render_template('a')\n",
    "tabs": "from flask import Flask, request\napp = Flask('')\n@app.route('/')\ndef v():\n\tif 1:\n\t\treturn request.form\n",
    "carriage returns": "from flask import Flask, request\r\napp = Flask('')\r\n@app.route('/')\r\ndef v():\r\n    return request.form\r\n",
    "half moved": "from flask import request\nfrom quart import Quart\napp = Quart('')\n@app.route('/')\nasync def v(): return request.form\n",
    "a class in a function": "from flask import flash\ndef f():\n    class C:\n        def m(self): flash('')\n    return C().m()\n",
    "no newline at the end": "from flask import Flask\napp = Flask('')",
    "an empty file": "",
    "only a comment": "# flask\n",
    "semicolons": "from flask import Flask, flash; app = Flask('')\ndef f(): flash('a'); flash('b')\n",
    "lines that go on": "from flask import Flask, \\\n    request\napp = \\\n    Flask('')\n",
    "match": "from flask import request\ndef f():\n    match request.form['a']:\n        case {'b': c}: return c\n",
    "walrus": "from flask import request\ndef f():\n    if (form := request.form): return form['a']\n",
    "a generator view": "from flask import Flask\napp = Flask('')\n@app.route('/')\ndef v():\n    yield 'x'\n",
    "star names": "from flask import request as r, Flask as F\ndef f(*r, **F): return r\n",
}
"""What an app may hold, and what must not be broken by moving it."""


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_moved_twice_changes_nothing(text: str) -> None:
    once = moved(text)
    assert moved(once) == once


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_what_comes_out_is_python_without_flask(text: str) -> None:
    once = moved(text)
    compile(once, "app.py", "exec")
    assert "flask" not in frameworks(project({"app.py": once}))


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_did(ends: str) -> None:
    text = f"import click\n{APP}{VIEW}@app.cli.command()\ndef c():\n    v()\n".replace("\n", ends)
    after = moved(text)
    assert after.replace(ends, "").count("\n") == 0 or ends == "\n"
    assert after.count(ends) > text.count(ends)


def test_only_what_has_to_change_changes() -> None:
    text = f"{APP}\n\n# a comment,  with blanks\nx   =  {{ 'a':1 }}   \n{VIEW}"
    before, after = text.splitlines(), moved(text).splitlines()
    changed = [
        number for number, pair in enumerate(zip(before, after, strict=True), start=1) if pair[0] != pair[1]
    ]
    assert changed == [1, 2, 8, 9]


def test_a_file_that_would_be_no_python_is_left_and_named() -> None:
    text = "from flask import flash\ndef f():\n    yield 1\n    flash('')\n    return 2\n"
    found = moves(app=text)
    assert "app.py" not in found.texts
    assert any("moved, it would be no Python" in remark.reason for remark in found.remarks)


def test_an_app_on_quart_already_has_nothing_to_change() -> None:
    text = "from quart import Quart, render_template\napp = Quart('')\n@app.route('/')\nasync def v():\n    return await render_template('a')\n"
    assert moves(app=text).texts == {}


def test_two_thousand_lines_take_less_than_three_seconds() -> None:
    """Counted in the time of this process, which a busy machine does not stretch."""
    texts = {}
    for number in range(20):
        views = VIEW.replace("'/'", "'/{0}'").replace("def v", "def v{0}")
        lines = "".join(views.format(view) + f"    # {view}\n" * 22 for view in range(4))
        texts[f"app{number}.py"] = APP + lines
    found = project(texts)
    assert sum(source.text.count("\n") for source in found.sources) >= 2_000
    start = time.process_time()
    move(found)
    assert time.process_time() - start < 3


def test_what_is_no_project_is_told_how_to_become_one(tmp_path: Path) -> None:
    with pytest.raises(MovingError, match=r"Did you mean:  move\(read\(folder\)\)"):
        move(tmp_path)  # type: ignore[arg-type]
