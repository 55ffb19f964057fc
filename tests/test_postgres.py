"""The last part of the databases notebook, against a real PostgreSQL that these tests start and stop."""

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import nbformat
import pytest
from nbformat import NotebookNode

from workshop.execution import executed
from workshop.notebooks import NotebookError, read

pytestmark = pytest.mark.slow

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "07_databases.ipynb"
DEBIAN = Path("/usr/lib/postgresql")
LIMIT = 10
"""Connections that the reader's role may have at the same moment: as many as the notebook's pool holds."""

new: Any = nbformat.v4  # whose functions have no types


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, reached through a socket file: no port, no password."""
    binaries = _binaries()
    if binaries is None:
        _cannot("PostgreSQL is not installed")
    if find_spec("psycopg_pool") is None:
        _cannot("psycopg is not installed")
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if (owner := _owner()) is not None:
            shutil.chown(folder, owner)
        with running_server(binaries, folder):
            role = f"CREATE ROLE reader LOGIN CONNECTION LIMIT {LIMIT}"
            run(
                binaries / "psql",
                folder,
                f"--host={folder}",
                "--username=owner",
                "-d",
                "postgres",
                "-c",
                role,
            )
            yield f"host={folder} user=reader dbname=postgres"


@contextmanager
def running_server(binaries: Path, folder: Path) -> Iterator[None]:
    """A server that keeps everything in `folder`, its socket too; it ends with the block."""
    data = folder / "data"
    run(binaries / "initdb", folder, f"--pgdata={data}", "--auth=trust", "--username=owner", "--no-sync")
    settings = f"-k {folder} -c listen_addresses='' -c fsync=off"
    start = ("start", "--wait", f"--pgdata={data}", f"--log={folder / 'log'}", f"--options={settings}")
    run(binaries / "pg_ctl", folder, *start)
    try:
        yield
    finally:
        run(binaries / "pg_ctl", folder, "stop", "--wait", f"--pgdata={data}", "--mode=immediate")


def run(program: Path, folder: Path, *options: str) -> None:
    """Run one of PostgreSQL's programs to its end; where it fails, the test shows what it said."""
    owner = _owner()
    # Not a pipe: the server that pg_ctl starts inherits it, and a pipe ends only when the server does.
    with (folder / "said").open("w+") as said:
        done = subprocess.run(
            [program, *options],
            cwd=folder,
            user=owner,
            extra_groups=None if owner is None else [],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            timeout=120,
        )
        said.seek(0)
        assert done.returncode == 0, f"{program.name}: {said.read()}"


def _binaries() -> Path | None:
    """The folder of PostgreSQL's programs: of the newest version that Debian has put there, or of the path."""
    debian = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    elsewhere = shutil.which("initdb")
    if debian:
        return debian[-1].parent
    return Path(elsewhere).resolve().parent if elsewhere else None


def _owner() -> str | None:
    """Who runs the server, where it cannot be us: PostgreSQL refuses to be run by root."""
    return "postgres" if os.geteuid() == 0 else None


def _cannot(reason: str) -> NoReturn:
    """Skip, and say why; but a missing server must not make the checks of a change pass in silence."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason}, and CI is set: nothing may be skipped")
    pytest.skip(reason)


def last_part(given: str) -> NotebookNode:
    """The notebook's cells about PostgreSQL, after one that says what the reader would have set before."""
    cells = [cell for cell in read(NOTEBOOK).cells if cell.id.startswith("postgres-")]
    setting = new.new_code_cell(
        f"import os\n\nos.environ['BAKERY_POSTGRES'] = {given!r}", id="the-reader-sets"
    )
    notebook: NotebookNode = new.new_notebook(cells=[setting, *cells])
    return notebook


def printed(given: str, folder: Path) -> Sequence[str]:
    """The lines that the last part prints for an address."""
    notebook = asyncio.run(executed(last_part(given), NOTEBOOK.name, folder))
    return [output.text for cell in notebook.cells for output in cell.get("outputs", [])]


def test_thirty_orders_take_three_rounds_of_a_real_servers_ten_connections(
    address: str, tmp_path: Path
) -> None:
    """The server itself would refuse an eleventh connection, and one alone would take thirty.

    On a busy machine three rounds may last as long as four or five bakes.
    """
    [line] = printed(address, tmp_path)
    assert re.match(r"PostgreSQL, ten connections: 30 cakes in .*, (three|four|five) bakes long, ", line)
    assert "failed" not in line


def test_nothing_is_left_in_the_readers_server(address: str, tmp_path: Path) -> None:
    """No table, and no connection once the shop is closed."""
    import psycopg

    printed(address, tmp_path)
    with psycopg.connect(address) as db:
        tables = db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        others = db.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader' AND pid <> pg_backend_pid()"
        ).fetchone()
    assert tables == []
    assert others == (0,)


def test_an_address_where_nobody_answers_is_told_in_the_cell(address: str, tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="failed while it started: PoolTimeout"):
        printed(f"host={tmp_path} user=reader dbname=postgres", tmp_path)


def test_the_part_is_found_in_the_notebook() -> None:
    """It has to stand on its own: the reader may run it alone."""
    assert [cell.id for cell in last_part("").cells] == ["the-reader-sets", "postgres-app", "postgres-thirty"]
