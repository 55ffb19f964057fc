"""The database: one connection for each request, closed when the request ends."""

import asyncio
import functools
import time

import aiosqlite
import click
from quart import current_app, g
from quart.cli import ScriptInfo


def in_app_context(command):
    """Let click run an async command, in the app's context."""

    @click.pass_context
    @functools.wraps(command)
    def run(context, /, *args, **kwargs):
        async def inside():
            async with context.ensure_object(ScriptInfo).load_app().app_context():
                return await command(*args, **kwargs)

        return asyncio.run(inside())

    return run


async def get_db():
    """The connection of this request."""
    if "db" not in g:
        g.db = await aiosqlite.connect(current_app.config["DATABASE"])
        g.db.row_factory = aiosqlite.Row
        # The oven stands in the database: SELECT bake(1.0) takes a second.
        await g.db.create_function("bake", 1, time.sleep)
    return g.db


async def close_db(error=None):
    """Close the connection, if this request opened one."""
    db = g.pop("db", None)
    if db is not None:
        await db.close()


async def one(query, values=()):
    """The first row of an answer, or None."""
    cursor = await (await get_db()).execute(query, values)
    return await cursor.fetchone()


async def every(query, values=()):
    """All rows of an answer."""
    return await (await get_db()).execute_fetchall(query, values)


async def change(query, values=()):
    """Change something, for good; the number of the new row."""
    db = await get_db()
    cursor = await db.execute(query, values)
    await db.commit()
    return cursor.lastrowid


async def init_db():
    """Make the tables anew, empty."""
    db = await get_db()
    async with await current_app.open_resource("schema.sql") as file:
        await db.executescript((await file.read()).decode("utf8"))


@click.command("init-db")
@in_app_context
async def init_db_command():
    """Make the tables anew, empty."""
    await init_db()
    click.echo("The counter is empty.")


def init_app(app):
    """Close every connection in time, and offer the command."""
    app.teardown_appcontext(close_db)
    app.cli.add_command(init_db_command)
