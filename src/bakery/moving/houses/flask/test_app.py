import pytest
from app import CAKES, create_app


@pytest.fixture
def client():
    return create_app().test_client()


def test_the_menu_is_a_page(client):
    response = client.get("/")
    assert response.status_code == 200
    assert "<li>Sachertorte: 4.5</li>" in response.text


def test_cakes_are_listed(client):
    response = client.get("/cakes")
    assert [cake["name"] for cake in response.get_json()] == ["Sachertorte", "Linzer"]


def test_as_many_cakes_as_asked_for(client):
    response = client.get("/cakes?most=1")
    assert len(response.get_json()) == 1


def test_one_cake(client):
    response = client.get("/cakes/2")
    assert response.get_json() == {"id": 2, "name": "Linzer", "price": 3.2}


def test_a_cake_that_is_not_there(client):
    response = client.get("/cakes/99")
    assert response.status_code == 404
    assert response.get_json() == {"error": "There is no such cake."}


def test_a_new_cake(client):
    response = client.post("/cakes", json={"name": "Opera", "price": 5.0})
    assert response.status_code == 201
    assert response.get_json()["id"] == 3
    assert CAKES.pop()["name"] == "Opera"


def test_a_basket_is_kept(client):
    response = client.post("/basket", data={"cake": "Linzer"})
    assert response.status_code == 302
    client.post("/basket", data={"cake": "Opera"})
    response = client.get("/basket")
    assert response.get_json() == {"basket": ["Linzer", "Opera"]}


def test_a_cake_is_baked(client):
    response = client.get("/bake/0.0")
    assert response.get_json() == {"baked": 0.0}
