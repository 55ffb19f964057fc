"""The class board as a whole: the real server in a process of its own, and everything that may come to its port."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from bakeries import head_of_an_answer
from boards import WORD, OpenBoard, joined, light, running_board

from bakery.checking.progress import FILE
from bakery.orders.events import EventReader

SECONDS = 30
"""What a busy machine may take for anything."""


HALVES = [
    b"POST /join HTTP/1.1\r\nHost: x\r\nContent-Le",
    b"POST /join HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\n{",
]


@pytest.fixture(scope="module")
def board() -> Iterator[OpenBoard]:
    with running_board() as board:
        yield board
    assert board.process.returncode == 0 or sys.platform == "win32"  # which knows no polite way
    assert "Traceback" not in board.said


def connected(board: OpenBoard) -> socket.socket:
    parts = urlsplit(board.url)
    assert parts.port
    return socket.create_connection((str(parts.hostname), parts.port), timeout=SECONDS)


def events(board: OpenBoard) -> Iterator[tuple[str, Any]]:
    """What the teacher's page hears."""
    reader = EventReader()
    with (
        board.client() as client,
        client.stream("GET", f"/events?key={board.key}", timeout=SECONDS) as stream,
    ):
        stream.raise_for_status()
        for data in stream.iter_bytes():
            for event in reader.read(data):
                name, _, what = event.partition(": ")
                yield name, json.loads(what)


def is_well(board: OpenBoard, name: str) -> bool:
    """Whether somebody can join, light something up, and leave."""
    with board.client() as client:
        headers = joined(client, name)
        light(client, headers, ["02_waiting/in_a_row"])
        return client.post("/leave", json={}, headers=headers).is_success


def test_a_cell_joins_and_its_check_lights_up_on_the_teachers_stream(
    board: OpenBoard, tmp_path: Path
) -> None:
    cell = (
        "from bakery import class_board\n"
        "from bakery.lessons.start_here import ex\n"
        f"print(class_board.join({board.url!r}, {WORD!r}, name='Ada'))\n"
        "exec(ex.last_cake.paper.solution)\n"
        "print(ex.last_cake.check(eval(ex.last_cake.paper.subject)).right)\n"
        "input()\n"
        "print(class_board.leave())\n"
    )
    heard = events(board)
    assert next(heard)[0] == "board"
    with subprocess.Popen(
        [sys.executable, "-c", cell],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, FILE: str(tmp_path / "progress.json")},
    ) as kernel:
        came = next(what for name, what in heard if name == "seat" and what["name"] == "Ada")
        lit = next(what for name, what in heard if name == "seat" and what["done"])
        said, _ = kernel.communicate("\n", timeout=SECONDS)
    assert lit["seat"] == came["seat"]
    assert said.splitlines()[-2] == "True"
    assert lit["done"] == ["00_start_here/last_cake"]
    assert next(what for name, what in heard if name == "gone") == {"seat": came["seat"]}
    assert said.splitlines()[-1].startswith("You have left the class board.")


def test_a_hundred_students_join_at_the_same_moment_and_all_light_up() -> None:
    with running_board() as board, board.client() as client:

        def study(number: int) -> None:
            headers = joined(client, "Ada")
            light(client, headers, ["02_waiting/in_a_row"])

        with ThreadPoolExecutor(20) as crowd:
            list(crowd.map(study, range(100)))
        _, whole = next(events(board))
    assert len({seat["name"] for seat in whole["seats"]}) == 100
    assert {tuple(seat["done"]) for seat in whole["seats"]} == {("02_waiting/in_a_row",)}


def test_an_answer_ends_no_connection_even_where_nobody_cares_for_the_body(board: OpenBoard) -> None:
    with connected(board) as line, line.makefile("rb") as answers:
        for path in ("/leave", "/done", "/join"):
            for part in (f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n", "{", "}"):
                line.sendall(part.encode())
                time.sleep(0.05)  # so that each part comes by itself
            head = head_of_an_answer(answers)
            assert head[0].startswith(b"http/1.1 4")
            assert b"connection: close" not in head


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /join HTTP/1.1\r\nHost: x\r\nContent-Length: banana\r\n\r\n",
        b"POST /join HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /join HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /page/../board.py HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /page/%2e%2e/app.py HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\0" * 10_000,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"x" * 500,
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n",
    ],
)
def test_bytes_that_are_no_request_get_nothing_and_end_nothing(board: OpenBoard, garbage: bytes) -> None:
    with connected(board) as line:
        line.sendall(garbage)
        line.shutdown(socket.SHUT_WR)
        try:
            answer = line.recv(65_536)
        except ConnectionError:
            answer = b""
    assert not answer.startswith(b"HTTP/1.1 2")
    assert is_well(board, "Quiet")


def test_a_huge_body_is_refused_before_it_is_read(board: OpenBoard) -> None:
    before = board.memory() if sys.platform == "linux" else 0
    with board.client() as client:
        for content in (b"x" * 3_000_000, iter([b"x" * 65_536] * 50)):
            try:
                answer = client.post("/join", content=content)
            except httpx.TransportError:
                continue  # it hung up in the middle
            assert answer.status_code == 413
    assert is_well(board, "Quiet")
    if sys.platform == "linux":
        assert board.memory() - before < 10


def test_a_hundred_half_requests_keep_nobody_waiting(board: OpenBoard) -> None:
    lines = [connected(board) for _ in range(100)]
    try:
        for number, line in enumerate(lines):
            line.sendall(HALVES[number % 2])
        assert is_well(board, "Quiet")
    finally:
        for line in lines:
            line.close()
    assert is_well(board, "Quiet")


@pytest.mark.slow  # as long as the board has patience
@pytest.mark.parametrize("half", HALVES)
def test_whoever_sends_half_a_request_and_no_more_is_hung_up_on(board: OpenBoard, half: bytes) -> None:
    with connected(board) as line:
        line.sendall(half)
        while line.recv(4_096):
            pass


def test_a_page_that_never_reads_holds_nobody_up_and_costs_little(board: OpenBoard) -> None:
    before = board.memory() if sys.platform == "linux" else 0
    lines = [connected(board) for _ in range(5)]
    try:
        for line in lines:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            line.sendall(f"GET /events?key={board.key} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        with board.client() as client:
            for number in range(40):
                headers = joined(client, f"Student {number}")
                for task in ("in_a_row", "bake_all"):
                    light(client, headers, [f"02_waiting/{task}"])
                client.post("/leave", json={}, headers=headers)
        assert is_well(board, "Quiet")
        assert next(events(board))[0] == "board"
    finally:
        for line in lines:
            line.close()
    if sys.platform == "linux":
        assert board.memory() - before < 10


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
def test_a_board_that_is_kept_opens_again_for_the_same_people(tmp_path: Path) -> None:
    file = str(tmp_path / "board.json")
    with running_board("--keep", file) as board, board.client() as client:
        headers = joined(client, "Ada")
        light(client, headers, ["02_waiting/in_a_row"])
    with running_board("--keep", file) as again, again.client() as client:
        light(client, headers, ["02_waiting/bake_all"])
        _, whole = next(events(again))
    assert [seat["name"] for seat in whole["seats"]] == ["Ada"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
@pytest.mark.parametrize("reads", [True, False], ids=["a page that reads", "a page that does not read"])
def test_ctrl_c_ends_the_board_also_while_a_page_is_open(reads: bool, tmp_path: Path) -> None:
    file = tmp_path / "board.json"
    with running_board("--keep", str(file)) as board, connected(board) as line, board.client() as client:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        line.sendall(f"GET /events?key={board.key} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        if reads:
            assert line.recv(100)
        joined(client, "Ada")
        board.process.send_signal(signal.SIGINT)
        assert board.process.wait(SECONDS) == 0
    assert "Ada" in file.read_text("utf-8")


def test_a_port_that_is_taken_is_told_with_another_call(board: OpenBoard) -> None:
    port = urlsplit(board.url).port or 0
    with (
        pytest.raises(RuntimeError, match=rf"Port {port} is taken.* Did you mean:"),
        running_board(port=port),
    ):
        pass
