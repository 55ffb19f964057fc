"""Every extension is named once, with what there is for Quart."""

import pytest
from moves import moves

from bakery.moving.plan import Remark


def extensions(**texts: str) -> list[Remark]:
    return [remark for remark in moves(**texts).remarks if remark.sort == "extension"]


@pytest.mark.parametrize(
    ("line", "name", "instead"),
    [
        ("from flask_login import LoginManager", "flask_login", "quart-auth"),
        ("import flask_sqlalchemy as s", "flask_sqlalchemy", "AsyncSession"),
        ("from flask_cors import CORS", "flask_cors", "quart-cors"),
        ("from flask_nobody_knows import X", "flask_nobody_knows", "look for one"),
        ("from werkzeug.middleware.proxy_fix import ProxyFix", "werkzeug.middleware", "ProxyFixMiddleware"),
    ],
)
def test_an_extension_is_named_with_its_line_and_what_there_is(line: str, name: str, instead: str) -> None:
    found = extensions(app=f"import flask\n{line}\n")
    assert [(remark.line, remark.reason) for remark in found] == [(2, name)]
    assert instead in found[0].write


def test_an_extension_of_several_files_is_named_once() -> None:
    assert len(extensions(a="import flask_login\n", b="from flask_login import x\n")) == 1


def test_flask_itself_and_names_of_the_project_are_none() -> None:
    assert not extensions(a="import flask\nfrom .flask_things import x\nfrom flaskr import y\n")
