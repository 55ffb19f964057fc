from counter.db import close_db, get_db


def test_a_request_has_one_connection_and_closes_it(app):
    with app.app_context():
        db = get_db()
        assert db is get_db()
        close_db()
        assert db is not get_db()


def test_the_command_empties_the_counter(runner, monkeypatch):
    called = []

    def fake_init_db():
        called.append(True)

    monkeypatch.setattr("counter.db.init_db", fake_init_db)
    result = runner.invoke(args=["init-db"])
    assert "The counter is empty." in result.output
    assert called
