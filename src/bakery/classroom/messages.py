"""What a kernel and the board say to each other, read strictly: whatever else is sent is answered with a sentence.

    POST join     {"word": "butter-lemon-spoon", "name": "Ada", "token": ""}    -> {"token": ..., "name": "Ada"}
    POST done     {"done": ["03_flask_bakery/longest_wait"]}                     -> {"name": "Ada"}
    POST beliefs  {"beliefs": {"one order": [false, true]}}                      -> {"name": "Ada"}
    POST leave    {}                                                             -> {}

All but the first carry the token of the seat, as `Authorization: Bearer ...`. An answer that is no success has
`{"says": ...}`, a sentence for a person. What a task was answered with has no place in any of them.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

LARGEST = 16_384
"""Bytes of one message; all tasks of the series in one message would have about 9,000."""

MANY = 300
"""Tasks in one message; the series has fewer."""

IDEAS = 40
"""Ideas in one message; the questions before and after the series are fifteen."""

TASK = re.compile(r"[a-z0-9_]{1,60}/[a-z0-9_]{1,60}")

Beliefs = dict[str, tuple[bool, bool]]
"""Whether an idea was held before the series, and after it."""


class Misunderstood(ValueError):  # noqa: N818  # what happened, as the other rooms name theirs
    """A message that cannot be read; the text says what is wrong with it."""


@dataclass(frozen=True)
class Join:
    """Somebody wants to join, or to take a seat back by its token."""

    word: str
    name: str
    token: str

    @classmethod
    def read(cls, data: bytes) -> "Join":
        """From the body of a request. Raises `Misunderstood`."""
        sent = _object(data)
        return cls(*(_text(sent.get(part, ""), part) for part in ("word", "name", "token")))


@dataclass(frozen=True)
class Done:
    """Tasks that are done, each as "notebook/task"."""

    tasks: frozenset[str]

    @classmethod
    def read(cls, data: bytes) -> "Done":
        """From the body of a request. Raises `Misunderstood`."""
        tasks = _object(data).get("done")
        if not isinstance(tasks, list) or len(tasks) > MANY:
            raise Misunderstood(f'"done" has to be a list of at most {MANY} tasks.')
        if not all(isinstance(task, str) and TASK.fullmatch(task) for task in tasks):
            raise Misunderstood('Tasks are named as in "03_flask_bakery/longest_wait".')
        return cls(frozenset(tasks))


def read_beliefs(data: bytes) -> Beliefs:
    """Which ideas somebody held before and after, from the body of a request. Raises `Misunderstood`."""
    beliefs = _object(data).get("beliefs")
    if not isinstance(beliefs, dict) or len(beliefs) > IDEAS:
        raise Misunderstood(f'"beliefs" has to hold at most {IDEAS} ideas.')
    for idea, pair in beliefs.items():
        if not (len(idea) <= 60 and idea.isprintable()):
            raise Misunderstood("An idea is named by at most 60 letters.")
        if not (isinstance(pair, list) and [type(half) for half in pair] == [bool, bool]):
            raise Misunderstood("Each idea has two halves, before and after, which are true or false.")
    return {idea: (before, after) for idea, (before, after) in beliefs.items()}


def written(what: dict[str, Any]) -> bytes:
    """A message, ready to be sent."""
    return json.dumps(what).encode()


def _object(data: bytes) -> dict[str, Any]:
    try:
        sent = json.loads(data)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or a thousand brackets deep
        raise Misunderstood("The message is no JSON.") from None
    if not isinstance(sent, dict):
        raise Misunderstood("The message has to be a JSON object.")
    return sent


def _text(value: object, what: str) -> str:
    if not isinstance(value, str) or len(value) > 1_000:
        raise Misunderstood(f'"{what}" has to be a text of at most 1,000 letters.')
    return value
