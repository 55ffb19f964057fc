import io


def test_a_photo_comes_back_as_it_was_brought(client, door):
    door.login()
    client.post("/cakes/1/photo", data={"photo": (io.BytesIO(b"a picture"), "cake.png")})
    response = client.get("/cakes/1/photo")
    assert response.data == b"a picture"
    assert response.mimetype == "image/png"


def test_a_cake_without_a_photo_has_none(client):
    assert client.get("/cakes/1/photo").status_code == 404
