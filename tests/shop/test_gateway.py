"""A request of httpx reads the same in an environ and in a scope."""

import httpx

from bakery.shop.gateway import environ_of, scope_of

REQUEST = httpx.Request(
    "POST",
    "http://127.0.0.1:8001/k%C3%A4se?n=3",
    headers=[("X-Cake", "plum"), ("X-Cake", "pear"), ("Content-Type", "text/plain")],
    content=b"four",
)


def test_an_environ_has_the_path_as_bytes_in_latin_1_and_the_query_apart() -> None:
    environ = environ_of(REQUEST, b"four")
    assert environ["PATH_INFO"] == "/käse".encode().decode("latin-1")
    assert (environ["QUERY_STRING"], environ["REQUEST_METHOD"], environ["SERVER_PORT"]) == (
        "n=3",
        "POST",
        "8001",
    )
    assert environ["wsgi.input"].read() == b"four"
    assert environ["wsgi.version"] == (1, 0)
    assert (environ["wsgi.url_scheme"], environ["REMOTE_ADDR"]) == ("http", "127.0.0.1")


def test_an_environ_joins_headers_of_one_name_and_names_two_as_cgi_does() -> None:
    environ = environ_of(REQUEST, b"four")
    assert environ["HTTP_X_CAKE"] == "plum, pear"
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("text/plain", "4")
    assert environ["HTTP_HOST"] == "127.0.0.1:8001"


def test_a_scope_has_the_path_as_text_and_the_query_as_bytes() -> None:
    scope = scope_of(REQUEST)
    assert (scope["path"], scope["raw_path"], scope["query_string"]) == ("/käse", b"/k%C3%A4se", b"n=3")
    assert (scope["method"], scope["server"], scope["type"]) == ("POST", ("127.0.0.1", 8001), "http")


def test_a_scope_has_the_names_of_headers_in_lower_case() -> None:
    headers = scope_of(REQUEST)["headers"]
    assert (b"x-cake", b"plum") in headers
    assert all(name == name.lower() for name, _ in headers)


def test_an_address_without_a_port_is_port_80() -> None:
    request = httpx.Request("GET", "http://localhost/")
    assert environ_of(request, b"")["SERVER_PORT"] == "80"
    assert scope_of(request)["server"][1] == 80
