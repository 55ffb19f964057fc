"""Virtual time, for code that may do what it likes: a clock, event loops and locks on it, and a stage to play on.

    stage = perform(lambda stage: ..., limit=4.0)

The work is done in a thread of its own, for at most `limit` real seconds, and cannot do any harm: an endless loop is
ended, what is printed is kept, what was changed is put back. `stage.value` is what it gave, `stage.error` what it raised,
`stage.printed` what it printed; `stage.out_of_time`, `stage.last_line` and `stage.abandoned` tell how it ended.

    with stage.run(clock := Clock()):          # inside of the work
        loop = VirtualLoop(clock)
        loop.run_until_complete(bake())
    clock.seconds                              # exactly what it took, in simulated seconds

Time passes only when everybody waits, and then it jumps: ten seconds take none, five waits of a second side by side take
exactly one, and "nobody can go on" is a fact (`Deadlock`). `asyncio.sleep`, time limits, `time.sleep`, threads, pools,
locks, events and queues, all of it is on the clock, for the threads of the stage only; the kernel around it has real time.
What the clock has seen:

- `clock.waits`: each wait for time to pass, however it was made (a sleep, a timer, a time limit that was reached);
- `clock.held`: what kept an event loop from turning (`time.sleep`, a lock, a join, a real wait, computing), with its line;
- `clock.queued`: who waited for a lock or a place in a semaphore, at which line, and for how long;
- `stage.forgotten`: coroutines that were made and never awaited;
- `stage.troubles`: what threads, and tasks that nobody waited for, ended with.

The rooms: `clock` (who runs, and when), `players`, `halts` (why a run ends early), `loop` and `timers`, `locks` and
`queues`, `player_threads` and `pools`, `times` (the clocks of `time`), `lines` (the reader's own), `leftovers` (never awaited),
`output`, `keeping` (what is put back), `replacing` (the table of replaced names, each with its reason), `stage`,
`performing`, `supervising` (from outside, in real time), `threadless` (where there is one thread for everything, as in a
browser: what a thread would do is then done *aside*, from the moment at which it would begin).

It knows nothing of exercises. What is "the reader's own code" is decided by its file, in `bakery.mishap`.
"""
