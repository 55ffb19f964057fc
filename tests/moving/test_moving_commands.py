"""Click commands find a loop and a context."""

from moves import moved

INIT = "import click\nfrom flask import Flask, current_app, flash\napp = Flask('')\ndef init():\n    flash('x')\n"


def test_a_command_that_awaits_runs_in_a_loop_and_in_the_context() -> None:
    after = moved(INIT + "@click.command('init')\n@click.option('--a')\ndef command(a):\n    init()\n")
    assert (
        "@click.command('init')\n@click.option('--a')\n@in_app_context\nasync def command(a):\n    await init()\n"
        in after
    )
    assert after.count("def in_app_context(command):") == 1
    head = "import asyncio\nimport functools\nimport click\nfrom quart import Quart, current_app, flash\n"
    assert after.startswith(f"{head}from quart.cli import ScriptInfo\n\n\ndef in_app_context")


def test_the_decorator_of_flask_gives_way() -> None:
    text = "from flask.cli import with_appcontext\n" + INIT
    after = moved(text + "@click.command('init')\n@with_appcontext\ndef command():\n    init()\n")
    assert "@click.command('init')\n@in_app_context\nasync def command" in after


def test_the_helper_comes_once_for_several_commands() -> None:
    after = moved(
        INIT
        + "@app.cli.command()\ndef a():\n    init()\n@app.cli.command(with_appcontext=True)\ndef b():\n    init()\n"
    )
    assert after.count("def in_app_context") == 1
    assert "@app.cli.command(with_appcontext=False)\n@in_app_context\nasync def b" in after


def test_a_sync_command_that_uses_the_app_gets_its_context() -> None:
    after = moved(
        INIT + "def name():\n    return current_app.name\n@app.cli.command()\ndef hello():\n    name()\n"
    )
    assert "@app.cli.command()\n@with_appcontext\ndef hello():" in after
    assert "from quart.cli import with_appcontext\n" in after


def test_a_command_that_uses_nothing_of_it_stays() -> None:
    after = moved(INIT + "@click.command('x')\ndef hello():\n    print('hello')\n")
    assert after.endswith("@click.command('x')\ndef hello():\n    print('hello')\n")
    assert "in_app_context" not in after
