import pytest

from counter import cakes
from counter.db import one


def test_everybody_sees_the_cakes(client):
    response = client.get("/")
    assert "Sachertorte, 4.50, by Ada" in response.get_data(as_text=True)
    assert b"Edit" not in response.data
    assert response.headers["X-House"] == "Three Cakes"


def test_a_cake_is_baked(client):
    assert client.get("/cakes/1/baked").text == "One Sachertorte, please!"


@pytest.mark.parametrize("path", ["/cakes/new", "/cakes/1", "/cakes/1/delete"])
def test_only_bakers_change_cakes(client, path):
    assert client.post(path).headers["Location"] == "/auth/login"


def test_a_new_cake_stands_on_the_counter(client, door, app):
    door.login()
    assert client.get("/cakes/new").status_code == 200
    client.post("/cakes/new", data={"name": "Linzer", "price": "3.20"})
    with app.app_context():
        assert one("SELECT cents FROM cake WHERE name = 'Linzer'")["cents"] == 320


@pytest.mark.parametrize(("name", "price"), [("", "3"), ("Linzer", "much")])
def test_a_wrong_cake_stays_in_the_kitchen(client, door, name, price):
    door.login()
    response = client.post("/cakes/new", data={"name": name, "price": price})
    assert any(message in response.data for message in (b"That is no price.", b"Every cake has a name."))


def test_a_cake_is_changed_by_its_baker(client, door):
    door.login()
    assert 'value="Sachertorte"' in client.get("/cakes/1").text
    client.post("/cakes/1", data={"name": "Sacher", "price": "5"})
    assert b"Sacher, 5.00" in client.get("/").data


def test_nobody_changes_the_cake_of_another(client, door):
    door.login("Bert", "bert")
    assert client.post("/cakes/1/delete").status_code == 403


def test_a_cake_that_is_not_there_is_a_404(client, door):
    door.login()
    response = client.post("/cakes/9/delete")
    assert response.status_code == 404
    assert b"Not Found" in response.data


def test_a_cake_is_gone_once_it_is_deleted(client, door):
    door.login()
    client.post("/cakes/1/delete")
    assert client.get("/api/cakes").get_json() == []


def test_machines_read_and_write_json(client, door):
    door.login()
    response = client.post("/api/cakes", json={"name": "Linzer", "cents": 320})
    assert (response.status_code, response.json) == (201, {"id": 2})
    assert [cake["name"] for cake in client.get("/api/cakes").json] == ["Sachertorte", "Linzer"]
    assert client.get("/api/pies").get_json() == {"error": "Not Found"}


def test_a_view_asks_for_its_cake(client, monkeypatch):
    asked = []

    def fake(number, *, mine=False):
        asked.append(number)
        return {"name": "Fake"}

    monkeypatch.setattr(cakes, "find", fake)
    assert client.get("/cakes/7/baked").data == b"One Fake, please!"
    assert asked == [7]
