"""The app: students' kernels post what is done, and the teacher's page hears of it in the same moment.

Every handler has the same three steps: it awaits what was sent, it changes the board, it tells the news. There is no
`await` between looking at the board and changing it, so the event loop is all the lock that is needed.
"""

import asyncio
from collections.abc import AsyncGenerator
from hmac import compare_digest
from pathlib import Path
from typing import Any

from quart import Blueprint, Quart, Response, abort, request
from werkzeug.exceptions import HTTPException

from bakery.classroom.board import Board, Full, Left, NoSeat, Seat, ShownOut, WrongWord
from bakery.classroom.kept_board import keep
from bakery.classroom.messages import LARGEST, Done, Join, Misunderstood, read_beliefs
from bakery.classroom.news import News
from bakery.classroom.rates import Rate
from bakery.shop.guard import Arrival, from_elsewhere

SENTENCES: dict[type[Exception], tuple[int, str]] = {
    WrongWord: (403, "That is not the word of this class. Ask your teacher for it."),
    NoSeat: (401, "This board does not know you any more. Run the cell that joins once more."),
    Left: (410, "You have left this board. Run the cell that joins to come back."),
    ShownOut: (410, "Your teacher has taken you from the board. Nothing more is sent to it."),
    Full: (503, "There is no seat left on this board."),
}
"""What each refusal of the board is for a client: a status, and a sentence for a person."""

TOO_OFTEN = "Too many requests at once. Try again in a minute."
NO_PAGES = "A kernel joins this board, from a cell. A web page cannot."
NO_KEY = "This is a class board, and the page of its teacher has a key. The terminal that opened the board shows its link."
ELSEWHERE = "The class board answers its own page, and not those of another site."

PAGE_ONLY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""The page runs its own script and nobody else's, and its address, which has the key, is told to nobody."""

Body = dict[str, Any]


def create_app(board: Board, key: str, *, invitation: str = "", kept_in: Path | None = None) -> Quart:
    """The app of one board; who has the `key` is its teacher, and `invitation` is what students type to join.

    With `kept_in`, the board is kept in that file.
    """
    app = Quart(__name__, static_folder="page", static_url_path="/page")
    app.config.update(MAX_CONTENT_LENGTH=LARGEST, BODY_TIMEOUT=10)
    news = News(lambda: {**board.shown(), "invitation": invitation})
    app.register_blueprint(for_students(board, news))
    app.register_blueprint(for_the_teacher(app, board, news, key))

    @app.after_request
    async def guarded(response: Response) -> Response:
        response.headers.update(PAGE_ONLY)
        return response

    @app.errorhandler(HTTPException)
    async def refused(error: HTTPException) -> tuple[Body, int]:
        return {"says": error.description}, error.code or 500

    @app.errorhandler(Misunderstood)
    async def misunderstood(error: Misunderstood) -> tuple[Body, int]:
        return {"says": str(error)}, 400

    async def turned_away(error: Exception) -> tuple[Body, int]:
        status, says = SENTENCES[type(error)]
        return {"says": says}, status

    for kind in SENTENCES:
        app.register_error_handler(kind, turned_away)

    if kept_in:

        @app.while_serving
        async def kept() -> AsyncGenerator[None]:
            closing = asyncio.Event()
            keeping = asyncio.create_task(keep(board.kept, kept_in, closing))
            yield
            closing.set()
            await keeping

    return app


def for_students(board: Board, news: News) -> Blueprint:
    """What kernels ask for."""
    students = Blueprint("students", __name__)
    asking = Rate(burst=300, each_second=60)  # a whole class may come from one address

    @students.before_request
    async def only_kernels() -> None:
        # Read first, whatever the answer: an answer to half a request ends the connection, and the next request on it.
        await request.data
        if "Origin" in request.headers or "Sec-Fetch-Site" in request.headers:
            abort(403, NO_PAGES)
        if not asking.allows(address()):
            abort(429, TOO_OFTEN)

    let_join(students, board, news)
    let_tell(students, board, news)
    return students


def let_join(students: Blueprint, board: Board, news: News) -> None:
    """How a kernel gets a seat: with the word of the class, which is not to be found by guessing."""
    joining = Rate(burst=120, each_second=1)
    guessing = Rate(burst=30, each_second=0.5)

    @students.post("/join")
    async def join() -> Body:
        asked = Join.read(await request.data)
        if guessing.left(address()) < 1 or not joining.allows(address()):
            abort(429, TOO_OFTEN)
        try:
            token, seat = board.join(asked)
        except WrongWord:
            guessing.allows(address())
            raise
        news.tell("seat", seat.shown())
        return {"token": token, "name": seat.name}


def let_tell(students: Blueprint, board: Board, news: News) -> None:
    """What a kernel tells from its seat, until it leaves."""
    each_seat = Rate(burst=30, each_second=1)

    @students.post("/done")
    async def done() -> Body:
        tasks = Done.read(await request.data).tasks
        in_turn()
        seat = board.light(token(), tasks)
        news.tell("seat", seat.shown())
        return known_as(seat)

    @students.post("/beliefs")
    async def beliefs() -> Body:
        held = read_beliefs(await request.data)
        in_turn()
        seat = board.believe(token(), held)
        news.tell("sums", board.shown_sums())
        return known_as(seat)

    @students.post("/leave")
    async def leave() -> Body:
        seat = board.leave(token())
        news.tell("gone", {"seat": seat.number})
        news.tell("sums", board.shown_sums())
        return {}

    def in_turn() -> None:
        if not each_seat.allows(token()):
            abort(429, TOO_OFTEN)


def for_the_teacher(app: Quart, board: Board, news: News, key: str) -> Blueprint:
    """The page, and what its buttons do."""
    teacher = Blueprint("teacher", __name__)

    @teacher.before_request
    async def only_the_teacher() -> None:
        if not compare_digest(request.args.get("key", "").encode(), key.encode()):
            abort(403, NO_KEY)
        names = {name.lower(): value for name, value in request.headers.items()}
        if from_elsewhere(Arrival.told_by(request.path, request.method, names)):
            abort(403, ELSEWHERE)

    @teacher.get("/")
    async def page() -> Response:
        return await app.send_static_file("board.html")

    @teacher.get("/events")
    async def events() -> Response:
        response = Response(news.follow(), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})
        response.timeout = None  # a stream has no end
        return response

    @teacher.post("/seats/<int:number>/show-out")
    async def show_out(number: int) -> Body:
        if board.show_out(number):
            news.tell("gone", {"seat": number})
            news.tell("sums", board.shown_sums())
        return {}

    @teacher.post("/sums/<any(open, close):how>")
    async def sums(how: str) -> Body:
        board.sums_are_open = how == "open"
        news.tell("sums", board.shown_sums())
        return {}

    return teacher


def address() -> str:
    """Where a request comes from: of a whole class, behind one router or one hub, it may be the same."""
    return request.remote_addr or ""


def token() -> str:
    """The token that a kernel was given when it joined; "" without one."""
    return request.headers.get("Authorization", "").removeprefix("Bearer ")[:100]


def known_as(seat: Seat) -> Body:
    """The answer to whoever has a seat."""
    return {"name": seat.name}
