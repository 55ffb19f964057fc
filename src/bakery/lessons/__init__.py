"""One lesson for each notebook: its exercises, predictions and quizzes. This page is the author's guide.

A lesson is two files of one name. `waiting.md` is the paper: every word that a reader sees of a task, and the solved
cell, from which the starter is made; `bakery.checking.paper` tells what may stand in it. `waiting.py` judges, and an
exercise on paper without a function in it is as wrong as a function without an exercise. In `waiting.py`:

    from bakery.checking import Answer, Lesson, expect

    ex = Lesson("02_waiting", __file__)        # the notebook's name, without .ipynb

and in the notebook `from bakery.lessons.waiting import ex`. What a check finds is decided on a virtual clock: seconds
are simulated, exact, and cost no time. An author says only what is special. Still the starter; an exception, with the
reader's own line; a forgotten `await`; `time.sleep` in the loop; a gather of a list; a deadlock; an endless loop; a
function that was called instead of given; a wrong kind of answer: all that is said by itself.

## A coroutine

    @ex.exercise
    def bake_all(answer: Answer) -> None:                 # its name is that of the heading, `## exercise: bake_all`
        answer.run([1, 2, 3]).gives(["1", "2", "3"]).takes(0.5).at_once(3)

`answer.run(*args)` calls and awaits it; `answer.together((1,), (2,))` gathers several calls. What comes back is a
`Run`: `.result`, `.seconds`, `.at_most`, `.trace`; `.gives(value)`, `.takes(seconds)`, `.at_once(number)` and
`.expect(condition, "sentence")` go on or end the check, each with a sentence, and `says="…"` puts another one in its
place. `expect(condition, "sentence")` is for everything else. A sentence goes on after "wrong, because". What the
answer calls by name, such as the notebook's own `bake`, is the reader's. `answer.run(…, allow={"blocking"})` accepts
`time.sleep` in the loop, `allow={"forgetting"}` a coroutine that nobody awaits, where that is the point.
`pool=4` is the size of the loop's own thread pool.

What is said when all is right stands on the paper: `- right: …`, or else the reason.

## A plain function

    @ex.exercise
    def makespan(answer: Answer) -> None:
        for orders, threads, seconds in ((3, 1, 3), (10, 4, 3), (1, 4, 1)):
            answer.call(orders, threads).gives(seconds, f"{orders} orders and {threads} threads take {seconds} s.")

`time.sleep`, threads, locks and queues take simulated time as well.

## A value

    @ex.exercise
    def threads_needed(answer: Answer) -> None:
        expect(answer.value(int) == 4, "with that many threads the tenth order still queues.")

On paper: `threads_needed = 4  # starter: threads_needed = ...`, then `ex.threads_needed.check(threads_needed)`.

## A Flask app, a Quart app

    @ex.exercise
    def moved(answer: Answer) -> None:
        answer.must_be("quart")                            # or "flask"
        answer.visit("/cake", visitors=3).says("cake").takes(1.0).at_once(3)

`visit` lets so many visitors ask at the same moment: `threads=4` is how many bakers a Flask app has, a list of paths
asks them all, `method=`, `json=`, `form=`, `headers=` go to the request. It gives a `Served`, a `Run` with `.replies`
(each with `.status`, `.text`, `.json`, `.headers`, `.start`, `.end`) and `.texts`. A failing handler, a missing route
and any reply of 400 and above are wrong by themselves, unless the visit `may_fail=True`.
For more, a conversation of your own with the test client of a Quart app:

    async def script(client):
        await client.post("/orders", json={"cake": "plum"})
        return await (await client.get("/orders")).get_json()

    answer.meet(script).gives([{"cake": "plum"}])

## A WebSocket

    @ex.exercise
    def echo(answer: Answer) -> None:
        answer.talk("/ws", "one", "two").gives(["one", "two"])      # one reply for each message
        answer.talk("/ws", "start", replies=3).expect(...)          # or so many after the last

## A prediction

Paper alone, where what happened is an attribute of what the cell hands to the check (`- seen: trace.bakes_long`) or
that thing itself (`- seen: seconds`). Else a function reads it: a number, or the letter of a choice.

    @ex.prediction
    def stalls(trace: Trace) -> str:
        return "a" if trace.most_at_once == 1 else "b"

In the notebook three code cells: `prediction-stalls` with `ex.stalls.say(...)`, then the experiment, then
`ex.stalls.check(trace)`. Where the experiment is a line or two, one cell does all three: write it on the paper.

## A quiz

Only paper, no Python.

## In the notebook, and in the tests

The cell ids are `exercise-NAME`, `prediction-NAME` and `quiz-NAME`, with hyphens in place of underscores. Nobody types
them: `make notebooks` gives each cell its name, writes the starter of the paper into it, and makes it where it is
missing. A cell that says `ex.NAME` is where you want it. Write `return ...` where a body is to be filled: the formatter
leaves it alone.

`tests/lessons/waiting.md` has what is tried before a reader tries it, for each exercise another right answer and four or
more tempting wrong ones, for each prediction something that was seen and a wrong guess; `workshop.trials` tells how.
`make lesson-check NAME=02_waiting` tries it all, and says with file and line what is missing or does not fit.
`CONTRIBUTING.md` has the whole path, from `make lesson`.
"""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bakery.checking import Lesson


def every() -> "Iterator[Lesson]":
    """The lessons of all notebooks, in the order of their modules' names; each is imported when it is its turn."""
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            yield import_module(f"{__name__}.{module.name}").ex
