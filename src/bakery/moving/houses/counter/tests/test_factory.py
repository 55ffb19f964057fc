from counter import create_app


def test_an_app_is_for_testing_only_if_told_so(tmp_path):
    assert not create_app({"PHOTOS": str(tmp_path)}).testing
    assert create_app({"PHOTOS": str(tmp_path), "TESTING": True}).testing


def test_the_counter_says_that_it_is_open(client):
    assert client.get("/health").get_json() == {"open": True}
