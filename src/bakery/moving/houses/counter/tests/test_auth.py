import pytest
from flask import g, session

from counter.auth import load_baker
from counter.db import one


def test_a_new_baker_is_kept(client, app):
    assert client.get("/auth/register").status_code == 200
    response = client.post("/auth/register", data={"name": "Cleo", "password": "c"})
    assert response.headers["Location"] == "/auth/login"
    with app.app_context():
        assert one("SELECT * FROM baker WHERE name = 'Cleo'") is not None


@pytest.mark.parametrize(
    ("name", "password", "message"),
    [
        ("", "", "A name is missing."),
        ("Cleo", "", "A password is missing."),
        ("Ada", "ada", "Ada bakes here already."),
    ],
)
def test_a_wrong_registration_says_why(client, name, password, message):
    response = client.post("/auth/register", data={"name": name, "password": password})
    assert message in response.get_data(as_text=True)


def test_the_session_knows_who_logged_in(client, door):
    response = door.login()
    assert response.headers["Location"] == "/"
    with client.session_transaction() as kept:
        assert kept["baker_id"] == 1


def test_a_wrong_password_opens_no_door(door):
    assert b"That is not right." in door.login(password="bert").data


def test_logging_out_empties_the_session(client, door):
    door.login()
    door.logout()
    with client.session_transaction() as kept:
        assert "baker_id" not in kept


def test_a_stranger_has_a_session_with_nobody_in_it(client):
    with client:
        client.get("/health")
        assert "baker_id" not in session


def test_a_session_from_before_is_taken(client):
    with client.session_transaction() as kept:
        kept["baker_id"] = 2
    assert "Hello, Bert!" in client.get("/").text


def test_the_hook_looks_up_who_asks(app):
    with app.test_request_context():
        session["baker_id"] = 1
        load_baker()
        assert g.baker["name"] == "Ada"
