"""What errors of a database mean: keys that refuse, statements that it does not know, connections that are not the one."""

import re
from collections.abc import Iterator

from bakery.checking.describing import made_in
from bakery.checking.virtual.lines import frames_of, own_frames_of, own_text_of
from bakery.counting import in_words


def known_of_databases(error: BaseException, said: str, line: str) -> Iterator[str]:
    """Sentences that fit an error of a database or of its driver; the first one is told."""
    kind = type(error).__name__
    if kind == "OperationalError" and "database is locked" in said:
        yield (
            "two customers have read in transactions of their own, and now both want to write: only one of them may. "
            "`BEGIN IMMEDIATE` asks for the right to write before anything is read."
            if _begins(error)
            else "somebody else has a transaction open that writes, and keeps it open for longer than others wait. A write that "
            "was refused leaves its transaction open as well: `commit` ends one, and `rollback`."
        )
    if kind == "IntegrityError" and "UNIQUE constraint failed" in said:
        yield (
            f"the key of the table refuses a value that is there already ({said.rpartition(' ')[2]}): somebody else's was "
            f"not to be seen yet when this customer read what is free. {on_refusals(_refusals(error), own_text_of(error))}"
        )
    yield from _known_of_statements(kind, said, line)
    yield from _known_of_connections(error, said, line)


def _known_of_statements(kind: str, said: str, line: str) -> Iterator[str]:
    if (
        kind == "OperationalError"
        and "syntax error" in said
        and re.search(r"\bfor\s+update\b", line, re.IGNORECASE)
    ):
        yield (
            "SQLite has no `FOR UPDATE`, which other databases have. There is one pen for the whole file, and `BEGIN IMMEDIATE` asks "
            "for it before anything is read."
        )
    if kind == "IntegrityError" and "datatype mismatch" in said:
        yield "a value stands in the place of another column, where its kind does not fit. They go in the order of the table's columns."
    if kind == "OperationalError" and "SQL statements in progress" in said:
        yield "a statement with `RETURNING` is done only when its rows are fetched: `await rows.fetchone()` comes before the `commit`."


def _known_of_connections(error: BaseException, said: str, line: str) -> Iterator[str]:
    if (
        type(error).__name__ == "OperationalError"
        and "no such table" in said
        and (name := _opened_by_itself(error))
    ):
        yield (
            f"`{name}` is a connection that the function has opened itself, and its database is another one. Ask the connection that "
            "is handed over: whoever lends it has opened it, and closes it."
        )
    if isinstance(error, AttributeError) and (
        found := re.match(r"'Connection' object has no attribute '(fetch\w+)'", said)
    ):
        yield f"a connection has no `{found[1]}`. Rows are fetched from what `await db.execute(…)` gives: `await rows.{found[1]}()`."
    if (
        "threads can only be started once" in said
        and re.search(r"\b(async with|await) \w+", line)
        and ".start(" not in line
    ):
        yield (
            "`async with` or `await` opens a connection, and this one is open: whoever lends it has opened it, and closes it. Call "
            "its methods."
        )


def _begins(error: BaseException) -> bool:
    """Whether the cell that raised it begins a transaction by hand."""
    text = own_text_of(error)
    return bool(re.search(r"[\"']BEGIN\b", text, re.IGNORECASE))


def on_refusals(times: int, source: str = "") -> str:
    """What helps against a key that has refused a customer so many times, whose cell has this text."""
    step = "reading and writing have to be one step, up to the `commit`, in which nobody comes between."
    if times < 2:
        return _own_lock(source) or _late_begin(source) or step.capitalize()
    return (
        f"It was refused {in_words(times, 'time')}: whoever tries again has to read anew what is free, and to do so as often as it is "
        f"refused; or {step}"
    )


def _own_lock(source: str) -> str:
    if made := made_in(source, ("Lock", "Semaphore", "BoundedSemaphore")):
        return (
            f"`{made[0]}` makes a lock of its own each time it is called, and such a lock keeps nobody out: everybody has to ask for the "
            "same one."
        )
    return ""


def _late_begin(source: str) -> str:
    """A sentence on a transaction that begins when the number was read already."""
    statements = re.findall(r"[\"']\s*(select|begin)\b", source, re.IGNORECASE)
    if [one.lower() for one in statements[:2]] == ["select", "begin"]:
        return "The `BEGIN` stands behind the `SELECT`: what was read before it may be old by the time that others are kept out."
    return ""


def _refusals(error: BaseException) -> int:
    """How often a key had refused the customer whose statement this was, as the connection of a check has counted."""
    several = [frame.f_locals.get("self") for frame in frames_of(error)]
    return max(
        (vars(one).get("refusals", 0) for one in several if type(one).__name__ == "Connection"), default=0
    )


def _opened_by_itself(error: BaseException) -> str:
    """The name of a connection in the reader's function that is none of a check's; empty where there is none."""
    drivers = {"sqlite3", "aiosqlite.core"}
    for frame in own_frames_of(error):
        for name, value in frame.f_locals.items():
            if type(value).__name__ == "Connection" and type(value).__module__ in drivers:
                return name
    return ""
