"""A person reads what changes, what is left, and how sure the tool is."""

from moves import moves

from bakery.moving.report import diff, report, summary

APP = "from flask import Flask, flash\napp = Flask('')\n@app.route('/')\ndef v():\n    flash('a')\n    return ''\n"


def test_a_diff_has_what_goes_and_what_comes() -> None:
    shown = diff(moves(app=APP))
    assert "--- app.py\n+++ app.py\n" in shown
    assert "-def v():\n-    flash('a')\n+async def v():\n+    await flash('a')\n" in shown


def test_a_file_without_a_last_newline_says_so() -> None:
    assert "\\ No newline at end of file\n" in diff(moves(app=APP.rstrip("\n")))


def test_the_summary_counts_and_gives_percent_that_never_flatter() -> None:
    assert summary(moves(app=APP)) == "1 file to change: 1 of 1 awaits (100 %) written, 0 left to you."
    stuck = APP + "class C:\n    def __init__(self): flash('b')\n    def __eq__(self, o): flash('c')\n"
    assert summary(moves(app=stuck)) == "1 file to change: 1 of 3 awaits (33 %) written, 2 left to you."
    assert summary(moves(app="x = 1\n")) == "Nothing to change."


def test_what_is_said_of_many_places_is_said_once() -> None:
    views = "".join(f"@app.route('/{n}')\ndef v{n}():\n    time.sleep(1)\n" for n in range(9))
    said = report(moves(app="import time\nfrom flask import Flask\napp = Flask('')\n" + views))
    assert said.count("time.sleep blocks") == 1
    assert "app.py:6, 9, 12, 15, 18, 21 and 3 more: time.sleep blocks" in said
    assert said.count("The three ways out:") == 1


def test_every_entry_has_file_line_reason_and_what_to_write() -> None:
    said = report(moves(app="from flask import Flask\napp = Flask('')\napp.wsgi_app = 1\n"))
    assert "- app.py:3: `app.wsgi_app` does not exist on Quart\n    write: `app.asgi_app`" in said


def test_parts_without_an_entry_have_no_head() -> None:
    assert report(moves(app=APP)) == summary(moves(app=APP))


def test_the_diff_of_one_file_is_of_that_file_only() -> None:
    found = moves(one=APP, two=APP)
    assert diff(found, only="one.py").count("+++") == 1
    assert diff(found).count("+++") == 2
