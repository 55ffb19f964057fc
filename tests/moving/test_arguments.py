"""Arguments are named as Quart names them."""

import pytest
from moves import moved, reasons

HEAD = "import io, json\nfrom flask import Flask, send_file, send_from_directory\nc = Flask('').test_client()\ndef test(what):\n    "


def call(text: str) -> str:
    """One call inside of a test, moved."""
    return moved(f"{HEAD}{text}\n").rpartition("def test(what):\n    ")[2].strip()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("c.post('/', data={'a': 'b'})", "await c.post('/', form={'a': 'b'})"),
        ("c.post('/', data=dict(a='b'))", "await c.post('/', form=dict(a='b'))"),
        ("c.post('/', data='text')", "await c.post('/', data='text')"),
        ("c.post('/', data=json.dumps({}))", "await c.post('/', data=json.dumps({}))"),
        ("c.post('/', data=b'x' + b'y')", "await c.post('/', data=b'x' + b'y')"),
        ("c.post('/', json={'a': 1})", "await c.post('/', json={'a': 1})"),
        (
            "c.post('/', data='x', content_type='text/plain')",
            "await c.post('/', data='x', headers={\"Content-Type\": 'text/plain'})",
        ),
        (
            "c.post('/', data='x', headers={'A': 'b'}, content_type='a/b')",
            "await c.post('/', data='x', headers={\"Content-Type\": 'a/b', 'A': 'b'})",
        ),
        (
            "c.post('/', data={'f': (io.BytesIO(b''), 'a.png')}, content_type='multipart/form-data')",
            "await c.post('/', files={'f': FileStorage(io.BytesIO(b''), 'a.png')})",
        ),
        (
            "c.post('/', data={'f': (io.BytesIO(b''), 'a', 'image/png')})",
            "await c.post('/', files={'f': FileStorage(io.BytesIO(b''), 'a', content_type='image/png')})",
        ),
        (
            "c.post('/', data={'a': 'b', 'f': (io.BytesIO(b''), 'a')})",
            "await c.post('/', form={'a': 'b'}, files={'f': FileStorage(io.BytesIO(b''), 'a')})",
        ),
        (
            "c.get('/', environ_base={'REMOTE_ADDR': '1.2.3.4'})",
            "await c.get('/', scope_base={\"client\": ('1.2.3.4', 0)})",
        ),
        ("c.get('/', follow_redirects=True, buffered=True)", "await c.get('/', follow_redirects=True)"),
        ("c.application.test_request_context()", 'c.application.test_request_context("/")'),
        (
            "c.application.test_request_context(method='POST')",
            "c.application.test_request_context(\"/\", method='POST')",
        ),
        ("c.application.test_request_context('/a')", "c.application.test_request_context('/a')"),
        (
            "send_file('a', download_name='b', max_age=3, etag=True)",
            "await send_file('a', attachment_filename='b', cache_timeout=3, add_etags=True)",
        ),
        ("send_from_directory('a', path='b')", "await send_from_directory('a', file_name='b')"),
    ],
)
def test_a_call_of_the_client_or_of_a_helper(before: str, after: str) -> None:
    assert call(before) == after


def test_a_file_brings_its_import() -> None:
    text = f"{HEAD}c.post('/', data={{'f': (io.BytesIO(b''), 'a')}})\n"
    assert "from quart.datastructures import FileStorage\n" in moved(text)


def test_fields_that_come_through_a_parameter_are_followed() -> None:
    text = "from flask import Flask\nc = Flask('').test_client()\ndef post(d):\n    return c.post('/', data=d)\npost({'a': 'b'})\n"
    assert "c.post('/', form=d)" in moved(text)


def test_a_helper_that_hands_its_arguments_on_is_seen_through() -> None:
    text = "from flask import Flask\nc = Flask('').test_client()\ndef post(url, **more):\n    return c.post(url, **more)\ndef test():\n    post('/', data={'a': 'b'})\n"
    assert "await post('/', form={'a': 'b'})" in moved(text)


def test_what_is_not_known_is_left_and_named() -> None:
    assert call("c.post('/', data=what)") == "await c.post('/', data=what)"
    assert "it is not known what `what` holds" in reasons(f"{HEAD}c.post('/', data=what)\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("c.get('/', base_url='https://a')", "takes no `base_url`"),
        ("c.get('/', environ_base={'A': 'b'})", "takes no `environ_base`"),
        ("c.get('/', query_string='a=b')", "takes `query_string` as a dict only"),
        ("c.post('/', data={'a': ['b', 'c']})", "holds several values"),
        ("send_file('a', etag='x')", "is true or false, and no text"),
    ],
)
def test_what_the_client_does_not_take_is_named(text: str, said: str) -> None:
    assert said in reasons(f"{HEAD}{text}\n")


def test_a_client_of_somebody_else_keeps_its_arguments() -> None:
    text = "import requests\nfrom flask import Flask\ndef test():\n    requests.post('/', data={'a': 'b'})\n"
    assert "requests.post('/', data={'a': 'b'})" in moved(text)


def test_fields_and_files_that_stand_under_a_name_are_told_apart() -> None:
    text = f"{HEAD}fields = {{'a': 'b', 'f': (io.BytesIO(b''), 'a')}}\n    c.post('/', data=fields)\n"
    assert "c.post('/', form={'a': 'b'}, files={'f': FileStorage(io.BytesIO(b''), 'a')})" in moved(text)


def test_what_has_to_be_awaited_inside_of_such_a_literal_is_not_lost_in_silence() -> None:
    text = f"{HEAD}c.post('/', data={{'a': c.get('/').json, 'f': (io.BytesIO(b''), 'a')}})\n"
    assert "found no place: two changes meet here" in reasons(text)
