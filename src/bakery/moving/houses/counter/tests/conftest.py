"""What the tests share: an app with two bakers and a cake, a client, and somebody to log in."""

import pytest
from werkzeug.security import generate_password_hash

from counter import create_app
from counter.db import change, init_db


@pytest.fixture
def app(tmp_path):
    app = create_app(
        {
            "TESTING": True,
            "DATABASE": str(tmp_path / "test.sqlite"),
            "PHOTOS": str(tmp_path / "photos"),
            "OVEN": 0.0,
        }
    )
    with app.app_context():
        init_db()
        for name in ("Ada", "Bert"):
            hashed = generate_password_hash(name.lower(), "pbkdf2:sha256:1000")
            change("INSERT INTO baker (name, password) VALUES (?, ?)", (name, hashed))
        change("INSERT INTO cake (name, cents, baker_id) VALUES (?, ?, ?)", ("Sachertorte", 450, 1))
    yield app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def runner(app):
    return app.test_cli_runner()


class Door:
    """Logs bakers in and out."""

    def __init__(self, client):
        self._client = client

    def login(self, name="Ada", password="ada"):
        return self._client.post("/auth/login", data={"name": name, "password": password})

    def logout(self):
        return self._client.get("/auth/logout")


@pytest.fixture
def door(client):
    return Door(client)
