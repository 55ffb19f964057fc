"""What the first request needs is imported before it: nobody who measures an answer pays for an import."""

import subprocess
import sys

import pytest

APPS = {
    "flask": """
from flask import Flask, request
app = Flask("bakery")
app.get("/cake", endpoint="get")(lambda: {"cake": "plum"})
app.post("/cake", endpoint="post")(lambda: request.get_json())
app.get("/parts", endpoint="parts")(lambda: (part for part in ("a", "b")))
""",
    "flask with async def": """
from flask import Flask
app = Flask("bakery")

@app.get("/cake")
async def cake():
    return {"cake": "plum"}
""",
    "quart": """
from quart import Quart, request, websocket
app = Quart("bakery")

@app.get("/cake")
async def cake():
    return {"cake": "plum"}

@app.post("/cake")
async def write():
    return await request.get_json()

@app.get("/parts")
async def parts():
    async def some():
        yield "a"
        yield "b"
    return some()

@app.websocket("/talk")
async def talk():
    await websocket.send(await websocket.receive())
""",
    "plain WSGI": """
def app(environ, start):
    start("200 OK", [])
    return [b"a", b"b"]
""",
    "plain ASGI": """
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        for word in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{word}.complete"})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ab"})
""",
}

ASKING = """
import asyncio, sys
import httpx
from bakery import listen, order, serve

shop = serve(app)
clients = shop.client(), httpx.AsyncClient(base_url=shop.url, trust_env=False)
plain_client = httpx.Client(base_url=shop.url, trust_env=False)
sockets = [shop.socket("/talk")] if "websocket" in globals() else []
before = set(sys.modules)

def ask_plainly():
    with plain_client as client:
        client.get("/cake")
        with client.stream("GET", "/parts") as answer:
            list(answer.iter_bytes())

async def ask():
    for client in clients:
        async with client:
            await client.get("/cake")
            await client.post("/cake", json={"cake": "nut"})
            async with client.stream("GET", "/parts") as answer:
                [part async for part in answer.aiter_bytes()]
    for socket in sockets:
        async with socket:
            await socket.send("plum")
            assert await socket.receive() == "plum"
    assert (await order(shop, 3, path="/cake")).cakes == 3
    await listen(shop, "/parts")

ask_plainly()
asyncio.run(ask())
print("late:", *set(sys.modules) - before)
"""
"""Everybody who asks: what each of them needs is to be there before the first one does."""

HIDDEN = "import sys; sys.modules['anyio'] = sys.modules['httpx'] = None\n"


@pytest.mark.parametrize("app", APPS)
def test_the_first_request_imports_nothing(app: str) -> None:
    assert said(APPS[app] + ASKING) == "late:"


def test_a_shop_opens_without_what_only_its_customers_need() -> None:
    """A file of the reader's own, `httpx.py`, hides the other one: that is told to whoever needs it."""
    assert (
        said(f"{HIDDEN}{APPS['plain WSGI']}\nfrom bakery import serve\nprint(serve(app).port > 0)") == "True"
    )


def said(code: str) -> str:
    """What a fresh Python prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
