import pytest
from app import CAKES
from django.test import Client


@pytest.fixture
def client():
    return Client()


def test_the_menu_is_a_page(client):
    response = client.get("/")
    assert response.status_code == 200
    assert "<li>Sachertorte: 4.5</li>" in response.content.decode()


def test_cakes_are_listed(client):
    response = client.get("/cakes")
    assert [cake["name"] for cake in response.json()] == ["Sachertorte", "Linzer"]


def test_as_many_cakes_as_asked_for(client):
    response = client.get("/cakes?most=1")
    assert len(response.json()) == 1


def test_one_cake(client):
    response = client.get("/cakes/2")
    assert response.json() == {"id": 2, "name": "Linzer", "price": 3.2}


def test_a_cake_that_is_not_there(client):
    response = client.get("/cakes/99")
    assert response.status_code == 404
    assert response.json() == {"error": "There is no such cake."}


def test_a_new_cake(client):
    response = client.post("/cakes", {"name": "Opera", "price": 5.0}, content_type="application/json")
    assert response.status_code == 201
    assert response.json()["id"] == 3
    assert CAKES.pop()["name"] == "Opera"


def test_a_basket_is_kept(client):
    response = client.post("/basket", {"cake": "Linzer"})
    assert response.status_code == 302
    client.post("/basket", {"cake": "Opera"})
    response = client.get("/basket")
    assert response.json() == {"basket": ["Linzer", "Opera"]}


def test_a_cake_is_baked(client):
    response = client.get("/bake/0.0")
    assert response.json() == {"baked": 0.0}
