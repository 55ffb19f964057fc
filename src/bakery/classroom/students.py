"""What students' kernels ask for: to join, to light something up, to leave.

Every handler has the same steps: it reads what was sent, it changes the board, it tells the news. There is no `await`
between looking at the board and changing it, so the event loop is all the lock that is needed.
"""

from typing import Any

from quart import Blueprint, abort, request

from bakery.classroom.board import WrongWord
from bakery.classroom.messages import Done, Join, read_beliefs
from bakery.classroom.open_board import here

TOO_OFTEN = "Too many requests at once. Try again in a minute."
NO_PAGES = "A kernel joins this board, from a cell. A web page cannot."

students = Blueprint("students", __name__)


@students.before_request
async def only_kernels() -> None:
    """Let in who is no web page and does not ask too often."""
    # Read first, whatever the answer: an answer to half a request ends the connection, and the next request on it.
    await request.data
    if "Origin" in request.headers or "Sec-Fetch-Site" in request.headers:
        abort(403, NO_PAGES)
    if not here().asking.allows(address()):
        abort(429, TOO_OFTEN)


@students.post("/join")
async def join() -> dict[str, Any]:
    """Give somebody a seat, or the one that they have."""
    asked, opened = Join.read(await request.data), here()
    if opened.guessing.left(address()) < 1 or not opened.joining.allows(address()):
        abort(429, TOO_OFTEN)
    try:
        token, seat = opened.board.join(asked)
    except WrongWord:
        opened.guessing.allows(address())
        raise
    opened.news.tell("seat", seat.shown())
    return {"token": token, "name": seat.name}


@students.post("/done")
async def done() -> dict[str, Any]:
    """Light up what is done."""
    tasks, opened = Done.read(await request.data).tasks, here()
    in_turn()
    seat = opened.board.light(token(), tasks)
    opened.news.tell("seat", seat.shown())
    return {"name": seat.name}


@students.post("/beliefs")
async def beliefs() -> dict[str, Any]:
    """Take somebody who agrees into the sums."""
    held, opened = read_beliefs(await request.data), here()
    in_turn()
    seat = opened.board.believe(token(), held)
    opened.tell_sums()
    return {"name": seat.name}


@students.post("/leave")
async def leave() -> dict[str, Any]:
    """Take somebody from the board who wants to go."""
    opened = here()
    seat = opened.board.leave(token())
    opened.news.tell("gone", {"seat": seat.number})
    opened.tell_sums()
    return {}


def in_turn() -> None:
    """Let one kernel not take the time of all."""
    if not here().each_seat.allows(token()):
        abort(429, TOO_OFTEN)


def address() -> str:
    """Where a request comes from."""
    return request.remote_addr or ""


def token() -> str:
    """The token that a kernel was given when it joined; "" without one."""
    return request.headers.get("Authorization", "").removeprefix("Bearer ")[:100]
