"""The app: what students' kernels send, the teacher's page hears of in the same moment."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from quart import Quart, Response
from werkzeug.exceptions import HTTPException

from bakery.classroom.board import Board, Full, Left, NoSeat, ShownOut, WrongWord
from bakery.classroom.kept_board import keep
from bakery.classroom.messages import LARGEST, Misunderstood
from bakery.classroom.open_board import OpenBoard
from bakery.classroom.students import students
from bakery.classroom.teacher import teacher

SENTENCES: dict[type[Exception], tuple[int, str]] = {
    WrongWord: (403, "That is not the word of this class. Ask your teacher for it."),
    NoSeat: (401, "This board does not know you any more. Run the cell that joins once more."),
    Left: (410, "You have left this board. Run the cell that joins to come back."),
    ShownOut: (410, "Your teacher has taken you from the board. Nothing more is sent to it."),
    Full: (503, "There is no seat left on this board."),
}
"""What each refusal of the board is for a client: a status, and a sentence for a person."""

PAGE_ONLY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""The page runs its own script and nobody else's, and its address, which has the key, is told to nobody."""


def create_app(board: Board, key: str, *, invitation: str = "", kept_in: Path | None = None) -> Quart:
    """The app of one board; who has the `key` is its teacher, and `invitation` is what students type to join.

    With `kept_in`, the board is kept in that file.
    """
    app = Quart(__name__, static_folder="page", static_url_path="/page")
    app.config.update(MAX_CONTENT_LENGTH=LARGEST, BODY_TIMEOUT=10)
    OpenBoard(board, key, invitation).carried_by(app)
    app.register_blueprint(students)
    app.register_blueprint(teacher)
    app.after_request(guarded)
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Misunderstood, misunderstood)
    for kind in SENTENCES:
        app.register_error_handler(kind, turned_away)
    if kept_in:
        keep_while_serving(app, board, kept_in)
    return app


def keep_while_serving(app: Quart, board: Board, path: Path) -> None:
    """Keep the board in a file from the opening to the close."""

    @app.while_serving
    async def kept() -> AsyncGenerator[None]:
        closing = asyncio.Event()
        keeping = asyncio.create_task(keep(board.kept, path, closing))
        yield
        closing.set()
        await keeping


async def guarded(response: Response) -> Response:
    """Say with every answer what a browser may do with it."""
    response.headers.update(PAGE_ONLY)
    return response


async def refused(error: HTTPException) -> tuple[dict[str, Any], int]:
    """Answer with a sentence what the framework or a handler refuses."""
    return {"says": error.description}, error.code or 500


async def misunderstood(error: Misunderstood) -> tuple[dict[str, Any], int]:
    """Answer with a sentence what cannot be read."""
    return {"says": str(error)}, 400


async def turned_away(error: Exception) -> tuple[dict[str, Any], int]:
    """Answer with a sentence what the board refuses."""
    status, says = SENTENCES[type(error)]
    return {"says": says}, status
