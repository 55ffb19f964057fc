"""Another customer comes exactly between a read and a write: what is not guarded shows itself, every time."""

import pytest
from answering import WAYS, asked

from bakery.checking import Answer
from bakery.checking.interrupting import Interrupted

SHOP = """
from flask import Flask
from itertools import count
answer = Flask("bakery")
till = threading.Lock()
again = threading.RLock()
numbers = queue.SimpleQueue()
for number in range(1000): numbers.put(number)
counted = count(1)
sold = 0
book = {"sold": 0}

class Counter:
    def __init__(self):
        self.lock = threading.Lock()
        self.number = 0
    def next(self):
        with self.lock:
            self.number += 1
            return self.number

counter = Counter()
answer.till = threading.Lock()
answer.config["till"] = threading.Lock()
tills = {"one": threading.Lock()}

def closing():
    lock, numbers = threading.Lock(), [0]
    def next_number():
        with lock:
            numbers[0] += 1
            return numbers[0]
    return next_number

next_number = closing()

@answer.get("/cake")
def cake():
    global sold
"""

GUARDED = {
    "a lock": "    with till:\n        sold += 1\n        number = sold",
    "a lock that may be entered again": "    with again:\n        sold += 1\n        number = sold",
    "acquire and release": "    till.acquire()\n    number = sold = sold + 1\n    till.release()",
    "a counter of itertools": "    number = next(counted)",
    "a queue of numbers": "    number = numbers.get()",
    "a lock in an object": "    number = counter.next()",
    "a lock in a closure": "    number = next_number()",
    "a lock of the app": "    with answer.till:\n        sold += 1\n        number = sold",
    "a lock in the app's settings": "    with answer.config['till']:\n        sold += 1\n        number = sold",
    "a lock in a dictionary": "    with tills['one']:\n        sold += 1\n        number = sold",
}
UNGUARDED = {
    "nothing": "    sold += 1\n    number = sold",
    "a lock around something else": "    with till: pass\n    sold += 1\n    number = sold",
    "a lock around the write alone": "    number = sold + 1\n    with till: sold = number",
    "a lock that is made in the handler": "    with threading.Lock():\n        sold += 1\n        number = sold",
    "a dictionary": "    book['sold'] += 1\n    number = book['sold']",
    "the word with in a comment": "    sold += 1  # with till\n    number = sold",
}


def pairs(body: str, threadless: bool) -> list[tuple[str, str]]:
    text = f"{SHOP}{body}\n    time.sleep(0.5)\n    return f'cake {{number}}'"
    stage = asked(text, lambda answer: answer.interrupted("/cake"), threadless=threadless)
    assert stage.value is not None, stage.error
    return [(one.first.text, one.second.text) for one in stage.value]


@WAYS
@pytest.mark.parametrize("how", GUARDED)
def test_what_is_guarded_gives_two_numbers_at_every_moment(how: str, threadless: bool) -> None:
    found = pairs(GUARDED[how], threadless)
    assert found
    assert all(one != other for one, other in found)


@WAYS
@pytest.mark.parametrize("how", UNGUARDED)
def test_what_is_not_guarded_gives_one_number_twice(how: str, threadless: bool) -> None:
    assert any(one == other for one, other in pairs(UNGUARDED[how], threadless))


def test_a_handler_that_has_run_before_is_interrupted_as_well() -> None:
    text = f"{SHOP}    sold += 1\n    number = sold\n    time.sleep(0.5)\n    return f'cake {{number}}'"

    def ask(answer: Answer) -> list[Interrupted]:
        answer.visit("/cake", visitors=3)
        return answer.interrupted("/cake")

    stage = asked(text, ask)
    assert stage.value
    assert any(one.first.text == one.second.text for one in stage.value)
