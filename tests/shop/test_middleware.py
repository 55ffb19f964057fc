# ruff: noqa: ANN401  # what is served, and what is mistaken for an app, is of any type
"""Every order is timed and every error is kept, in the reader's own words."""

import inspect
import re
import time
from typing import Any
from urllib.parse import unquote

import bakeries
import flask
import httpx
import pytest
import quart
from bakeries import (
    SERVED,
    Bakery,
    both,
    flask_bakery,
    get,
    in_a_container_of_a_hub,
    plain_asgi,
    plain_wsgi,
)
from flask import Flask

from bakery.shop.serving import serve


@both
def test_an_answer_tells_when_the_app_was_called_and_how_long_it_took(bakery: Bakery) -> None:
    with serve(bakery()) as shop:
        before = time.perf_counter()
        answer = get(shop, "/cake")
        after = time.perf_counter()
    found = SERVED.fullmatch(answer.headers["server-timing"])
    assert found
    milliseconds, start = float(found[1]), float(found[2])
    assert before <= start <= start + milliseconds / 1000 <= after + 0.001


def test_the_app_is_handed_back_as_it_was() -> None:
    app = flask_bakery()
    before = dict(vars(app))
    with serve(app) as shop:
        assert shop.app is app
        get(shop, "/cake")
    changed = {name for name, value in vars(app).items() if before.get(name) is not value}
    assert changed <= {"_got_first_request"}


@both
def test_a_server_timing_of_the_apps_own_is_kept(bakery: Bakery) -> None:
    app = bakery()

    @app.after_request  # type: ignore[untyped-decorator, unused-ignore]
    def time_the_oven(response: Any) -> Any:
        response.headers["Server-Timing"] = "oven;dur=3"
        return response

    with serve(app) as shop:
        answer = get(shop, "/cake")
    assert len(answer.headers.get_list("server-timing")) == 1
    assert re.match(r"oven;dur=3, serve;dur=", answer.headers["server-timing"])


@both
def test_a_handler_that_raises_answers_500_with_the_readers_own_line(
    bakery: Bakery, capfd: pytest.CaptureFixture[str]
) -> None:
    line = next(
        number
        for number, text in enumerate(
            inspect.getsource(bakery).splitlines(), inspect.getsourcelines(bakery)[1]
        )
        if "# burnt" in text
    )
    with serve(bakery()) as shop:
        answer = get(shop, "/burnt")
        assert answer.status_code == 500
        assert answer.headers["server-timing"].endswith(
            f', error;desc="ZeroDivisionError: division by zero, line {line}: return str(1 / 0)  # burnt"'
        )
        assert shop.errors == (
            "Traceback (most recent call last):\n"
            f'  File "{bakeries.__file__}", line {line}, in burnt\n'
            "    return str(1 / 0)  # burnt\n"
            "ZeroDivisionError: division by zero\n",
        )
        assert repr(shop).endswith(", one error in shop.errors")
        assert get(shop, "/cake").text == "cake"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("app", [plain_wsgi, plain_asgi])
def test_without_a_framework_an_error_is_a_500_too(app: Any) -> None:
    with serve(app) as shop:
        answer = get(shop, "/raises")
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    reason = answer.headers["server-timing"].partition("error;desc=")[2]
    assert reason.startswith(r'"ValueError: no \"flour\" left \\ кекс, line ')
    assert len(shop.errors) == 1


@pytest.mark.parametrize("app", [plain_wsgi, plain_asgi])
def test_an_answer_that_breaks_off_is_no_whole_cake(app: Any) -> None:
    with serve(app) as shop, pytest.raises(httpx.RemoteProtocolError):
        get(shop, "/breaks")
    assert "ValueError: dropped" in shop.errors[0]


@both
@pytest.mark.parametrize("setting", ["debug", "testing"])
def test_an_error_that_the_framework_passes_on_is_kept_once(bakery: Bakery, setting: str) -> None:
    app = bakery()
    setattr(app, setting, True)
    with serve(app) as shop:
        assert get(shop, "/burnt").status_code == 500
        assert len(shop.errors) == 1


@both
def test_the_last_twenty_errors_are_kept(bakery: Bakery) -> None:
    app = bakery()

    @app.get("/burnt/<int:number>")  # type: ignore[untyped-decorator, unused-ignore]
    def burnt_too(number: int) -> str:
        raise ValueError(f"cake {number}")

    with serve(app) as shop:
        for number in range(22):
            get(shop, f"/burnt/{number}")
    assert [error.splitlines()[-1] for error in shop.errors] == [
        f"ValueError: cake {number}" for number in range(2, 22)
    ]


@both
def test_an_error_that_the_app_handles_is_no_error(bakery: Bakery) -> None:
    app = bakery()
    app.register_error_handler(ZeroDivisionError, lambda _error: ("sorry", 200))
    with serve(app) as shop:
        assert get(shop, "/burnt").text == "sorry"
    assert shop.errors == ()


@both
def test_two_shops_of_one_app_keep_their_errors_apart(bakery: Bakery) -> None:
    app = bakery()
    with serve(app, name="left") as left, serve(app, name="right") as right:
        get(right, "/burnt")
        assert (len(left.errors), len(right.errors)) == (0, 1)


def test_the_cause_of_an_error_is_told_without_the_frameworks_lines() -> None:
    app = Flask(__name__)

    @app.get("/")
    def home() -> str:
        try:
            return flask.url_for("nowhere")
        except Exception as error:
            raise LookupError("no such place") from error

    with serve(app) as shop:
        get(shop, "/")
    assert "BuildError" in shop.errors[0]
    assert "direct cause" in shop.errors[0]
    assert "site-packages" not in shop.errors[0]


def test_the_line_of_a_notebook_cell_is_told() -> None:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    try:
        cell = (
            "from quart import Quart\n"
            "app = Quart(__name__)\n"
            "@app.get('/')\n"
            "async def home():\n"
            "    return 1 / 0\n"
        )
        shell.run_cell(cell).raise_error()  # type: ignore[no-untyped-call]
        with serve(shell.user_ns["app"]) as shop:
            answer = get(shop, "/")
    finally:
        InteractiveShell.clear_instance()
    assert "line 5: return 1 / 0" in answer.headers["server-timing"]
    assert '  File "<cell>", line 5, in home\n    return 1 / 0\n' in shop.errors[0]


@both
def test_no_ear_stays_at_the_frameworks_signals(bakery: Bakery) -> None:
    signals: list[Any] = [
        flask.got_request_exception,
        *(
            getattr(quart.signals, f"got_{n}_exception")
            for n in ("request", "websocket", "background", "serving")
        ),
    ]
    before = [len(signal.receivers) for signal in signals]
    with serve(bakery()):
        assert [len(signal.receivers) for signal in signals] != before
    assert [len(signal.receivers) for signal in signals] == before


@both
def test_the_readers_own_log_lines_still_come(bakery: Bakery, capfd: pytest.CaptureFixture[str]) -> None:
    app = bakery()
    heard: list[str] = []

    @app.get("/log")  # type: ignore[untyped-decorator, unused-ignore]
    def log() -> str:
        app.logger.addFilter(lambda record: not heard.append(record.getMessage()))  # type: ignore[func-returns-value]
        app.logger.error("the oven is cold")
        return ""

    with serve(app) as shop:
        get(shop, "/log")
    assert heard == ["the oven is cold"]


@both
@pytest.mark.parametrize("base", ["/user/jo/", "/user/jo@x/", "/user/j%C3%B6/", "/hub"])
def test_behind_a_proxy_both_addresses_are_right_at_once(
    bakery: Bakery, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_a_container_of_a_hub(monkeypatch, base)
    with serve(bakery()) as shop:
        assert shop.link.startswith(f"{base.rstrip('/')}/proxy/absolute/{shop.port}/key-")
        assert get(shop, "/cake").text == "cake"
        assert get(shop, "/where").text == "/cake"
        assert get(shop, "/sent-on").headers["location"] == "/cake"
        link = shop.link.rstrip("/")
        for behind in (link, link.replace("%", "%25")):  # jupyter-server-proxy escapes once more
            assert get(shop, f"{behind}/cake").text == "cake"
            assert httpx.URL(get(shop, f"{behind}/where").text).path == unquote(f"{link}/cake")
            assert httpx.URL(get(shop, f"{behind}/sent-on").headers["location"]).path == unquote(
                f"{link}/cake"
            )
            assert get(shop, f"{behind}0/cake").status_code == 403
            assert get(shop, behind).status_code == get(shop, f"{behind}/").status_code == 404


@both
def test_the_door_of_the_proxied_address_opens_with_and_without_a_slash(
    bakery: Bakery, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_a_container_of_a_hub(monkeypatch)
    app = bakery()
    app.add_url_rule("/", "home", lambda: "home")
    with serve(app) as shop:
        assert [get(shop, shop.link).text, get(shop, shop.link.rstrip("/")).text] == ["home", "home"]


def test_an_error_outside_the_shop_is_none_of_the_shops() -> None:
    app = flask_bakery()
    with serve(app) as shop:
        assert app.test_client().get("/burnt").status_code == 500
        assert shop.errors == ()
