"""`with` and `for` become async where what they enter or loop over is, and only there."""

from textwrap import dedent

from moves import moved, reasons

HEAD = "from flask import Flask\nimport pytest\napp = Flask('')\n"


def inside(text: str) -> str:
    """The text, inside of a function, moved."""
    whole = moved(
        HEAD
        + "def test():\n"
        + "".join(f"    {line}\n" if line else "\n" for line in dedent(text).strip().split("\n"))
    )
    return dedent(whole.partition("def test():\n")[2]).strip()


def test_contexts_of_quart_are_entered_async_and_others_are_not() -> None:
    assert inside("with app.app_context(): pass") == "async with app.app_context(): pass"
    assert inside("with app.test_client() as c: pass") == "async with app.test_client() as c: pass"
    assert inside("with open('a') as f: pass") == "with open('a') as f: pass"


def test_a_session_is_entered_and_its_maker_not_awaited() -> None:
    assert inside("with app.test_client().session_transaction() as s: pass") == (
        "async with app.test_client().session_transaction() as s: pass"
    )


def test_several_that_are_all_async_stay_together() -> None:
    assert inside("with app.app_context(), app.test_client() as c: pass") == (
        "async with app.app_context(), app.test_client() as c: pass"
    )


def test_a_mixed_one_is_split_and_its_block_moves_right() -> None:
    before = '''
        with app.test_client() as c, pytest.raises(KeyError):  # both
            # inside
            x = """
        text
        """

            c.get("/")
    '''
    after = '''
        async with app.test_client() as c:
            with pytest.raises(KeyError):  # both
                # inside
                x = """
        text
        """

                await c.get("/")
    '''
    assert inside(before).replace("    text", "text").replace('    """\n', '"""\n') == (
        dedent(after).strip().replace("    text", "text").replace('    """\n', '"""\n')
    )


def test_one_in_brackets_over_several_lines_is_split_too() -> None:
    before = "with (\n    open('a') as f,\n    app.app_context(),\n):\n    pass"
    assert inside(before) == "with open('a') as f:\n    async with app.app_context():\n        pass"


def test_a_mixed_one_in_a_single_line_is_named() -> None:
    assert "whose block stands in the same line" in reasons(
        f"{HEAD}def test():\n    with app.app_context(), open('a'): pass\n"
    )


def test_a_file_of_the_app_is_awaited_entered_and_read() -> None:
    before = "with app.open_resource('a') as f:\n    f.read().decode()"
    assert inside(before) == "async with await app.open_resource('a') as f:\n    (await f.read()).decode()"


def test_the_lines_of_a_file_of_the_app_are_looped_over_async() -> None:
    before = "with app.open_resource('a') as f:\n    for line in f:\n        [x for x in f]"
    assert inside(before).splitlines()[1:] == ["    async for line in f:", "        [x async for x in f]"]


def test_a_context_made_from_a_generator_is_async_with_it() -> None:
    text = """
        from contextlib import contextmanager
        from flask import Flask
        app = Flask('')
        @contextmanager
        def open_house():
            with app.app_context():
                yield app
        def test():
            with open_house() as house:
                house.open_resource('a')
    """
    after = moved(dedent(text))
    assert "@asynccontextmanager\nasync def open_house" in after
    assert "    async with open_house() as house:\n        await house.open_resource('a')" in after


def test_a_generator_that_becomes_async_is_looped_over_async() -> None:
    text = "from flask import flash\ndef g():\n    flash('')\n    yield 1\ndef f():\n    for x in g(): pass\n    y = list(g())\n"
    after = moved(text)
    assert "async for x in g(): pass" in after
    assert "y = list([each async for each in g()])" in after


def test_a_response_that_was_entered_still_can_be() -> None:
    after = inside("with app.test_client().get('/') as r:\n    r.data")
    assert after == "with nullcontext(await app.test_client().get('/')) as r:\n    await r.data"
