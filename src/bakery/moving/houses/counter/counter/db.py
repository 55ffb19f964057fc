"""The database: one connection for each request, closed when the request ends."""

import sqlite3
import time

import click
from flask import current_app, g


def get_db():
    """The connection of this request."""
    if "db" not in g:
        g.db = sqlite3.connect(current_app.config["DATABASE"])
        g.db.row_factory = sqlite3.Row
        # The oven stands in the database: SELECT bake(1.0) takes a second.
        g.db.create_function("bake", 1, time.sleep)
    return g.db


def close_db(error=None):
    """Close the connection, if this request opened one."""
    db = g.pop("db", None)
    if db is not None:
        db.close()


def one(query, values=()):
    """The first row of an answer, or None."""
    return get_db().execute(query, values).fetchone()


def every(query, values=()):
    """All rows of an answer."""
    return get_db().execute(query, values).fetchall()


def change(query, values=()):
    """Change something, for good; the number of the new row."""
    db = get_db()
    cursor = db.execute(query, values)
    db.commit()
    return cursor.lastrowid


def init_db():
    """Make the tables anew, empty."""
    db = get_db()
    with current_app.open_resource("schema.sql") as file:
        db.executescript(file.read().decode("utf8"))


@click.command("init-db")
def init_db_command():
    """Make the tables anew, empty."""
    init_db()
    click.echo("The counter is empty.")


def init_app(app):
    """Close every connection in time, and offer the command."""
    app.teardown_appcontext(close_db)
    app.cli.add_command(init_db_command)
