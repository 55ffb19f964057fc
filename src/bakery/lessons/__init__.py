"""One module for each notebook: its exercises, predictions and quizzes. This page is the author's guide.

A lesson is two files of one name. `waiting.py` asks and says; `waiting.md` is the paper: for each exercise the solved
cell, from which the starter is derived, and the reason; for each quiz the question. `bakery.checking.paper` tells the
marks of the paper. In `waiting.py`:

    from bakery.checking import Answer, Lesson, expect

    ex = Lesson("02_waiting", __file__)        # the notebook's name, without .ipynb

and in the notebook `from bakery.lessons.waiting import ex`. What a check finds is decided on a virtual clock: seconds
are simulated, exact, and cost no time. An author says only what is special. Still the starter; an exception, with the
reader's own line; a forgotten `await`; `time.sleep` in the loop; a gather of a list; a deadlock; an endless loop; a
function that was called instead of given; a wrong kind of answer: all that is said by itself.

## A coroutine

    @ex.exercise(hints=("Start all of them first.", "`asyncio.gather(*several)`"))
    def bake_all(answer: Answer) -> str:                  # its name is that of the sheet, `## bake_all`
        answer.run([1, 2, 3]).gives(["1", "2", "3"]).takes(0.5).at_once(3)
        return "Why it matters: said when it is right."   # or None: then the sheet's reason is said

`answer.run(*args)` calls and awaits it; `answer.together((1,), (2,))` gathers several calls. What comes back is a
`Run`: `.result`, `.seconds`, `.at_most`, `.trace`; `.gives(value)`, `.takes(seconds)`, `.at_once(number)` and
`.expect(condition, "sentence")` go on or end the check, each with a sentence, and `says="…"` puts another one in its
place. `expect(condition, "sentence")` is for everything else. A sentence goes on after "wrong, because". What the
answer calls by name, such as the notebook's own `bake`, is the reader's. `answer.run(…, allow={"blocking"})` accepts
`time.sleep` in the loop, `allow={"forgetting"}` a coroutine that nobody awaits, where that is the point.
`pool=4` is the size of the loop's own thread pool.

## A plain function

    @ex.exercise()
    def makespan(answer: Answer) -> None:
        for orders, threads, seconds in ((3, 1, 3), (10, 4, 3), (1, 4, 1)):
            answer.call(orders, threads).gives(seconds, f"{orders} orders and {threads} threads take {seconds} s.")

`time.sleep`, threads, locks and queues take simulated time as well.

## A value

    @ex.exercise()
    def threads_needed(answer: Answer) -> None:
        expect(answer.value(int) == 4, "with that many threads the tenth order still queues.")

In the sheet: `threads_needed = 4  # starter: threads_needed = ...`, then `ex.threads_needed.check(threads_needed)`.

## A Flask app, a Quart app

    @ex.exercise()
    def moved(answer: Answer) -> str:
        answer.must_be("quart")                            # or "flask"
        answer.visit("/cake", visitors=3).says("cake").takes(1.0).at_once(3)
        return "The same three orders, one bake long."

`visit` lets so many visitors ask at the same moment: `threads=4` is how many bakers a Flask app has, a list of paths
asks them all, `method=`, `json=`, `form=`, `headers=` go to the request. It gives a `Visit`, a `Run` with `.replies`
(each with `.status`, `.text`, `.json`, `.headers`, `.start`, `.end`) and `.texts`. A failing handler, a missing route
and any reply of 400 and above are wrong by themselves, unless the visit `may_fail=True`.
For more, a conversation of your own with the test client of a Quart app:

    async def script(client):
        await client.post("/orders", json={"cake": "plum"})
        return await (await client.get("/orders")).get_json()

    answer.meet(script).gives([{"cake": "plum"}])

## A WebSocket

    @ex.exercise()
    def echo(answer: Answer) -> None:
        answer.talk("/ws", "one", "two").gives(["one", "two"])      # one reply for each message
        answer.talk("/ws", "start", replies=3).expect(...)          # or so many after the last

## A prediction

    @ex.prediction(unit="bake", because={1: "That would need four bakers."})
    def standing(trace: Trace) -> float:          # what came of the experiment, read from what the cell gives it
        return trace.bakes_long

    @ex.prediction(choices={"a": "all wait", "b": "only /slow waits"})
    def stalls(trace: Trace) -> str:              # the letter
        return "a" if trace.most_at_once == 1 else "b"

In the notebook three code cells: `prediction-standing` with `ex.standing.say(...)`, then the experiment, then
`ex.standing.check(trace)`. In the sheet: `ex.standing.say(3)  # starter: ex.standing.say(...)`. `within=0.1` accepts
a number that is off by a tenth.

## A quiz

Only paper, no Python: a heading, a question, the choices as `- [ ] …` and `- [x] …`, and the feedback of each on the
lines below it, indented by two spaces; that of a wrong one goes on after "wrong, because". The cell `quiz-NAME` says `ex.NAME`; `ex.NAME.check("b")` answers it in code.

## In the notebook, and in the tests

The cell ids are `exercise-NAME`, `prediction-NAME` and `quiz-NAME`, with hyphens in place of underscores
(`exercise-bake-all`). Their text is the sheet's starter:
`python -m workshop.editions build` writes it there, and a test fails where it differs. Write `return ...` where a body is to be filled: the formatter leaves it alone.

`tests/lessons/waiting.md` holds each check by data, and `tests/test_lessons.py` fails where some is missing: for each
exercise another right answer and four or more tempting wrong ones, each with words that the verdict must have; for
each prediction something that was `seen`, and a wrong guess:

    # Waiting

    (a block of Python: what the notebook has defined before)

    ## bake_all

    right

    (a block of Python that defines what is checked)

    wrong: one after another

    (a block of Python)

    ## standing

    seen

    (a block of Python that defines `seen`)

    wrong: three times too few

    (a block of Python that defines `guess`)
"""
