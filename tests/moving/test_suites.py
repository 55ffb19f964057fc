"""Tests can await: classes of unittest, their set-up, fakes, and commands that they run."""

from moves import moved, moves, reasons

CASE = "import unittest\nfrom flask import Flask\nclass Base(unittest.TestCase):\n    def setUp(self):\n        self.c = Flask('').test_client()\n"


def test_a_test_case_becomes_one_that_awaits() -> None:
    after = moved(CASE + "    def test_it(self):\n        self.c.get('/')\n    def test_none(self): pass\n")
    assert "class Base(unittest.IsolatedAsyncioTestCase):" in after
    assert "    def setUp(self):" in after
    assert "    async def test_it(self):\n        await self.c.get('/')\n    def test_none" in after


def test_a_set_up_that_awaits_has_another_name_and_so_has_its_super() -> None:
    text = (
        CASE
        + "        self.c.get('/')\nclass Mine(Base):\n    def setUp(self):\n        super().setUp()\n    def test_it(self): pass\n"
    )
    after = moved(text)
    assert after.count("async def asyncSetUp(self):") == 2
    assert "await super().asyncSetUp()" in after


def test_a_case_without_anything_to_await_stays() -> None:
    text = "import unittest\nclass T(unittest.TestCase):\n    def test_it(self): pass\n"
    assert moved(text) == text


def test_a_case_imported_by_name_brings_its_import() -> None:
    text = "from unittest import TestCase\nfrom flask import Flask\nclass T(TestCase):\n    def test_it(self):\n        Flask('').test_client().get('/')\n"
    after = moved(text)
    assert "class T(unittest.IsolatedAsyncioTestCase):" in after
    assert "import unittest\n" in after


def test_a_case_of_another_library_is_named() -> None:
    text = "from oslotest.base import BaseTestCase\nfrom flask import Flask\nclass T(BaseTestCase):\n    def test_it(self):\n        Flask('').test_client().get('/')\n"
    assert "`oslotest.base.BaseTestCase` calls its tests without an `await`" in reasons(text)


def test_a_fake_that_is_a_lambda_can_be_awaited() -> None:
    test = "import app\ndef test_it(monkeypatch):\n    monkeypatch.setattr(app, 'f', lambda: 3)\n"
    after = moves(app="from flask import flash\ndef f(): flash('')\n", test_app=test).texts["test_app.py"]
    assert "monkeypatch.setattr(app, 'f', AsyncMock(side_effect=lambda: 3))" in after
    assert after.startswith("from unittest.mock import AsyncMock\n")


def test_a_command_that_a_waiting_test_runs_gets_a_thread() -> None:
    text = "from flask import Flask\napp = Flask('')\ndef test_it():\n    app.test_client().get('/')\n    assert 'x' in app.test_cli_runner().invoke(args=['a']).output\n"
    assert "(await asyncio.to_thread(app.test_cli_runner().invoke, args=['a'])).output" in moved(text)


def test_a_command_that_a_sync_test_runs_stays() -> None:
    text = "from flask import Flask\napp = Flask('')\ndef test_it():\n    app.test_cli_runner().invoke(args=['a'])\n"
    assert "\ndef test_it():\n    app.test_cli_runner().invoke(args=['a'])\n" in moved(text)


def test_g_after_a_request_is_named_with_its_line() -> None:
    text = "from flask import Flask, g, session\nc = Flask('').test_client()\ndef test_it():\n    with c:\n        c.get('/')\n        session['a']\n        g.user\n"
    assert next(line for line in reasons(text).splitlines() if "`g` is empty" in line).startswith("7: ")
    assert reasons(text).count("`g` is empty") == 1


def test_g_inside_of_a_context_is_not() -> None:
    text = "from flask import Flask, g\napp = Flask('')\ndef test_it():\n    with app.app_context():\n        g.user\n"
    assert reasons(text) == ""


def test_a_block_that_keeps_a_connection_open_is_named() -> None:
    text = "from flask import Flask\napp = Flask('')\n@app.teardown_request\ndef t(e): pass\ndef test_it():\n    with app.test_client() as c:\n        c.get('/')\n"
    assert "6: below Quart 0.23 no teardown runs" in reasons(text)
    assert "no teardown runs" not in reasons(text.replace("@app.teardown_request", "@app.before_request"))
