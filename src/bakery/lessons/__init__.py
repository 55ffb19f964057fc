"""One lesson for each notebook: its exercises, predictions and quizzes. This page is the author's guide.

A lesson is two files of one name. `waiting.md` is the paper: every word that a reader sees of a task, and the solved
cell, from which the starter is made; `bakery.checking.paper` tells what may stand in it. `waiting.py` judges, and an
exercise on paper without a function in it is as wrong as a function without an exercise. In `waiting.py`:

    from bakery.checking import Answer, Lesson, expect

    ex = Lesson("02_waiting", __file__)        # the notebook's name, without .ipynb

and in the notebook `from bakery.lessons.waiting import ex`. What a check finds is decided on a virtual clock: seconds
are simulated, exact, and cost no time. An author says only what is special. Still the starter; an exception, with the
reader's own line; a forgotten `await`; whatever holds up the loop; a gather of a list; a deadlock; an endless loop; a
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
asks them all, `method=`, `json=`, `form=`, `headers=` go to the request. Wherever a handler reads something from its
customer, let the customers differ, and expect that each gets their own:

    wishes = [{"json": {"kind": kind}} for kind in ("plum", "lemon", "nut")]
    answer.visit("/wish", method="POST", each=wishes).gets("one plum cake", "one lemon cake", "one nut cake")

It gives a `Served`, a `Run` with `.replies` (each with `.status`, `.text`, `.json`, `.kind`, `.headers`, `.start`, `.end`)
and `.texts`; `.gets` is exact, with the status and the kind of reply, `.gets_json` too, and `.says` looks for words. A
failing handler, a missing route and any reply of 400 and above are wrong by themselves, unless the visit `may_fail=True`.
`answer.interrupted("/cake")` serves a customer of a Flask app with another one exactly between a read and a write.
For more, a conversation of your own with the test client of a Quart app:

    async def script(client):
        await client.post("/orders", json={"cake": "plum"})
        return await (await client.get("/orders")).get_json()

    answer.meet(script).gives([{"cake": "plum"}])

## What has to be used

`answer.watch("bake")` counts the calls of the notebook's `bake` from then on: `run.called("bake", 3)`; a function of a
library is watched by itself, `answer.watch(Template.render)`. With
`theirs=True` it is somebody else's, and nobody is told to change it. `answer.named("bake")` asks the function itself.

    async def longer(bake, cake):                       # the real one comes first
        return await bake(cake, bakes=3)

    with answer.instead("bake", longer):                # until the end of the block, and put back whatever happens
        answer.run().takes(1.5)

lets the notebook's `bake` do something else, by whatever name it is called. So an answer that waits is told from one
that has counted on the length of a wait, and one that uses a value from one that has written it down.

## A stream, and a customer who leaves

    answer.listen("/ticks", listeners=2).comes("mixed", "baked").at(0, 0.5).ends()
    answer.leave("/ticks", after=1).lets_go()             # no handler goes on without its customer

## A WebSocket

    answer.talk("/ws", "one", "two").gives(["one", "two"])      # one reply for each message
    answer.talk("/ws", "start", replies=3).expect(...)          # or so many after the last
    answer.talk("/ws", "bye", replies=0, closes=4001)           # and it has to close, with this code

    async def then(client, guests):                             # three guests, and a POST that tells them all
        await client.post("/cake")

    answer.crowd("/shop", 3, then).gives([["a cake"]] * 3)

## Lifetimes

`answer.live(script, times=2)` opens the app, does something with a test client, and closes it, twice; `run.order` has the
watched functions in the order of their calls. A background task that fails is wrong by itself. `answer.run(collecting=True)`
throws away what nobody holds: `.keeps()` expects that no task was among it, `.closes()` that no async generator is left open.

## A client, a generator, a test

`answer.play(script)` lets an async function do what it likes with the answer. A client gets a service that is a stand-in,
from `bakery.checking.service`: it answers from a script, takes its time, honours time-outs, counts, and stops the endless:

    service = Service(Says(status=503), Says(status=503), Says({"cake": "plum"}, seconds=0.2))
    answer.run(service.httpx()).gives({"cake": "plum"})         # or service.aiohttp()
    expect(service.moments == [0, 1, 3], "…")
    dripping = Service(Says(parts=(b"one ", b"two"), pause=0.5))   # `dripping.sent`, `dripping.open`

`bakery.checking.clients` has a plain `httpx.Client` for it, and catches the clients that an answer makes itself.

A test that is the answer passes on a right app and fails on each broken one: `tried` and `must_tell_apart` in
`bakery.checking.testing`, inside of `answer.play`. A database is in `bakery.checking.database`: real `aiosqlite`, where
every call takes simulated time, `database.connect()` for each customer.

What an app says of itself in an OpenAPI document is read with `bakery.checking.openapi`.

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

`tests/lessons/waiting.md` has what is tried before a reader tries it, for each exercise five or more other right answers
and eight or more tempting wrong ones, for each prediction something that was seen and a wrong guess; `workshop.trials` tells how.
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
