"""Calls that block are named in what runs on the event loop, and nowhere else."""

import pytest
from moves import moves

from bakery.moving.plan import Remark

HEAD = "import sqlite3, time, requests, subprocess\nfrom flask import Flask, g\napp = Flask('')\n"


def blocking(text: str, **others: str) -> list[Remark]:
    found = moves(app=HEAD + text, **others).remarks
    return [remark for remark in found if remark.sort == "blocking"]


@pytest.mark.parametrize(
    ("line", "what", "instead"),
    [
        ("time.sleep(1)", "time.sleep blocks", "asyncio.sleep"),
        ("sqlite3.connect('a')", "sqlite3 blocks", "aiosqlite"),
        ("requests.get('a')", "requests blocks", "httpx"),
        ("subprocess.run(['a'])", "subprocess blocks", "create_subprocess"),
        ("open('a')", "open blocks", "aiofiles"),
        ("requests.Session().get('a')", "requests blocks", "httpx"),
    ],
)
def test_a_call_that_blocks_is_named_in_a_view(line: str, what: str, instead: str) -> None:
    found = blocking(f"@app.route('/')\ndef v():\n    {line}\n")
    assert (found[0].line, found[0].reason) == (6, what)
    assert instead in found[0].write


def test_it_is_named_in_a_sync_function_that_a_view_calls() -> None:
    text = "def db():\n    return sqlite3.connect('a')\n@app.route('/')\ndef v():\n    db().execute('x')\n"
    assert [remark.line for remark in blocking(text)] == [5, 8]


def test_what_g_holds_is_followed() -> None:
    text = "@app.before_request\ndef h():\n    g.db = sqlite3.connect('a')\n@app.route('/')\ndef v():\n    g.db.execute('x')\n"
    assert [remark.line for remark in blocking(text)] == [6, 9]


def test_what_no_view_calls_may_block() -> None:
    assert not blocking("def offline():\n    time.sleep(1)\ntime.sleep(1)\n")


def test_tests_and_commands_may_block() -> None:
    text = "import click\nfrom flask import flash\n@click.command('x')\ndef c():\n    flash('')\n    time.sleep(1)\n"
    test = "import time\nfrom app import app\ndef test_it():\n    app.test_client().get('/')\n    time.sleep(1)\n"
    assert not blocking(text, test_app=test)


def test_a_name_that_hides_one_does_not_block() -> None:
    assert not blocking("def open(x): pass\n@app.route('/')\ndef v():\n    open('a')\n")


def test_what_a_library_offers_that_waits_for_nothing_is_silent() -> None:
    assert not blocking("@app.route('/')\ndef v():\n    sqlite3.register_adapter(int, str)\n")
