"""The trials of public apps: nine in ten of their tests, told in a table; the trials themselves need a registry."""

from pathlib import Path

import pytest

from workshop import moved_apps
from workshop.moved_apps import APPS, App, Tried, main, table


def tried(app: App, green: int) -> Tried:
    return Tried(app, "10 of 10", f"{green} of 10", green, "said")


def test_the_apps_are_pinned_so_that_a_number_means_something() -> None:
    assert all("==" in app.package for app in APPS)
    assert len({app.name for app in APPS}) == len(APPS) == 5


def test_the_table_has_a_row_for_each() -> None:
    rows = list(table([tried(App("a", "a==1"), 9)]))
    assert rows[-1] == "| a | 10 of 10 | 9 of 10 |"


@pytest.mark.parametrize(("green", "code"), [(9, 0), (8, 1)])
def test_too_few_green_ones_are_a_failure(
    green: int, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(moved_apps, "APPS", (App("a", "a==1", least=9),))
    monkeypatch.setattr(moved_apps, "prepare", lambda: None)
    monkeypatch.setattr(moved_apps, "trial", lambda app, place: tried(app, green))
    assert main([]) == code
    assert "| a | 10 of 10 |" in capsys.readouterr().out


def test_what_cannot_be_fetched_is_said_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nothing(app: App, place: Path) -> Tried:
        raise OSError("there is no such package")

    monkeypatch.setattr(moved_apps, "prepare", lambda: None)
    monkeypatch.setattr(moved_apps, "trial", nothing)
    assert main(["flaskr"]) == 1
    assert capsys.readouterr().err == "there is no such package\n"
