"""The teacher's page, the events that it hears, and what its buttons do. All of it needs the teacher's key."""

from hmac import compare_digest
from typing import Any

from quart import Blueprint, Response, abort, current_app, request

from bakery.classroom.open_board import here
from bakery.shop.guard import Arrival, from_elsewhere

NO_KEY = "This is a class board, and the page of its teacher has a key. The terminal that opened the board shows its link."
ELSEWHERE = "The class board answers its own page, and not those of another site."

teacher = Blueprint("teacher", __name__)


@teacher.before_request
async def only_the_teacher() -> None:
    """Let in who has the key, and no page of another site that has it from somewhere."""
    if not compare_digest(request.args.get("key", "").encode(), here().key.encode()):
        abort(403, NO_KEY)
    names = {name.lower(): value for name, value in request.headers.items()}
    if from_elsewhere(Arrival.told_by(request.path, request.method, names)):
        abort(403, ELSEWHERE)


@teacher.get("/")
async def page() -> Response:
    """The page; all that it shows comes as events."""
    return await current_app.send_static_file("board.html")


@teacher.get("/events")
async def events() -> Response:
    """The whole board, and then everything that happens on it, for as long as the page is open."""
    headers = {"X-Accel-Buffering": "no"}  # a proxy is not to collect events
    response = Response(here().news.follow(), mimetype="text/event-stream", headers=headers)
    response.timeout = None  # a stream has no end
    return response


@teacher.post("/seats/<int:number>/show-out")
async def show_out(number: int) -> dict[str, Any]:
    """Take somebody from the board."""
    opened = here()
    if opened.board.show_out(number):
        opened.news.tell("gone", {"seat": number})
        opened.tell_sums()
    return {}


@teacher.post("/sums/<any(open, close):how>")
async def sums(how: str) -> dict[str, Any]:
    """Open the sums, or close them."""
    opened = here()
    opened.board.sums_are_open = how == "open"
    opened.tell_sums()
    return {}
