import pytest
from app import CAKES, create_app


@pytest.fixture
def client():
    return create_app().test_client()


async def test_the_menu_is_a_page(client):
    response = await client.get("/")
    assert response.status_code == 200
    assert "<li>Sachertorte: 4.5</li>" in await response.get_data(as_text=True)


async def test_cakes_are_listed(client):
    response = await client.get("/cakes")
    assert [cake["name"] for cake in await response.get_json()] == ["Sachertorte", "Linzer"]


async def test_as_many_cakes_as_asked_for(client):
    response = await client.get("/cakes?most=1")
    assert len(await response.get_json()) == 1


async def test_one_cake(client):
    response = await client.get("/cakes/2")
    assert await response.get_json() == {"id": 2, "name": "Linzer", "price": 3.2}


async def test_a_cake_that_is_not_there(client):
    response = await client.get("/cakes/99")
    assert response.status_code == 404
    assert await response.get_json() == {"error": "There is no such cake."}


async def test_a_new_cake(client):
    response = await client.post("/cakes", json={"name": "Opera", "price": 5.0})
    assert response.status_code == 201
    assert (await response.get_json())["id"] == 3
    assert CAKES.pop()["name"] == "Opera"


async def test_a_basket_is_kept(client):
    response = await client.post("/basket", form={"cake": "Linzer"})
    assert response.status_code == 302
    await client.post("/basket", form={"cake": "Opera"})
    response = await client.get("/basket")
    assert await response.get_json() == {"basket": ["Linzer", "Opera"]}


async def test_a_cake_is_baked(client):
    response = await client.get("/bake/0.0")
    assert await response.get_json() == {"baked": 0.0}
