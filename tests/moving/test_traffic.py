"""What views do with requests and responses is said in Quart's way."""

import pytest
from moves import body, reasons

APP = "from flask import Flask, request, make_response, stream_with_context, Response\napp = Flask('')\n"


def view(*lines: str) -> str:
    """The lines of a view, moved."""
    inside = "".join(f"    {line}\n" for line in lines)
    found = body(f"from flask import make_response, stream_with_context\n@app.route('/')\ndef v():\n{inside}")
    return found.partition("def v():\n")[2].replace("\n    ", "\n").strip()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = request.environ['HTTP_USER_AGENT']", 'x = request.headers["User-Agent"]'),
        ("x = request.environ.get('HTTP_X_REAL_IP', '')", "x = request.headers.get(\"X-Real-Ip\", '')"),
        ("x = request.environ['REMOTE_ADDR']", "x = request.remote_addr"),
        ("x = request.environ.get('REMOTE_ADDR')", "x = request.remote_addr"),
        ("x = request.environ['wsgi.url_scheme'] == 'https'", "x = request.scheme == 'https'"),
    ],
)
def test_the_environment_of_wsgi_is_a_header_or_an_attribute(before: str, after: str) -> None:
    assert view(before) == after


@pytest.mark.parametrize(
    "line", ["x = request.environ", "x = request.environ['wsgi.input']", "request.environ['a'] = 1"]
)
def test_what_else_stands_in_it_is_named(line: str) -> None:
    assert "4: `request.environ` does not exist on Quart" in reasons(f"{APP}def v():\n    {line}\n")


def test_the_data_of_a_response_is_set_by_a_method() -> None:
    assert (
        view("r = make_response()", "r.data = 'x'  # y") == "r = await make_response()\nr.set_data('x')  # y"
    )


def test_a_stream_takes_the_function_and_its_generator_is_async() -> None:
    text = "    def rows(n):\n        yield n\n    return stream_with_context(rows(3))\n"
    after = body(f"from flask import stream_with_context\n@app.route('/')\ndef v():\n{text}")
    assert "async def rows(n):" in after
    assert "return stream_with_context(rows)(3)" in after


def test_a_stream_of_something_else_is_named() -> None:
    assert "`stream_with_context` takes a function" in reasons(
        f"{APP}def v():\n    return stream_with_context(x for x in y)\n"
    )


def test_an_app_that_is_called_as_wsgi_is_named() -> None:
    assert "the app is called as WSGI" in reasons(f"{APP}def t():\n    app(environ, start_response)\n")


def test_json_of_another_type_is_another_answer_and_is_named() -> None:
    assert "was an error 415 on Flask" in reasons(f"{APP}def v():\n    request.json\n")


def test_code_in_a_text_is_named_and_a_docstring_is_not() -> None:
    assert "a text that is code" in reasons('x = "from flask import Flask"\n')
    assert reasons('"""from flask import Flask"""\n') == ""


def test_a_length_of_ones_own_is_named_in_tests_only() -> None:
    text = "x = {'Content-Length': '0'}\n"
    assert reasons(text) == ""
    assert "sent as it is" in reasons("", test_app=text)


def test_a_response_that_is_closed_needs_no_line() -> None:
    assert view("r = make_response()", "r.close()", "return r") == "r = await make_response()\nreturn r"
    assert "`response.close` does not exist" in reasons(f"{APP}def t():\n    x = make_response().close()\n")
