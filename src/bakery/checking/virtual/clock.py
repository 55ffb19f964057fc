"""The virtual clock: time passes only when everybody waits, and then it jumps.

Everyone who takes part in a check (the thread that runs the answer, and every thread the answer starts) is a
player. One baton goes round: the player who holds it runs, the others are ready or waiting. So every run of
the same answer happens in the same order, ten seconds take no time, and "nobody can go on" is a fact that can
be told. Time is counted in whole nanoseconds, so that three tenths of a second are 0.3 s.
"""

import asyncio
import sys
import threading
from _thread import RLock as RealRLock
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from heapq import heappop, heappush
from itertools import count
from types import FrameType

from bakery.checking.virtual.halts import Deadlock, Endless, Halt, Stopped
from bakery.checking.virtual.lines import function_of, has_parameters, is_in_coroutine, line_of, own_frames
from bakery.checking.virtual.players import Held, Player, Queued, Wait, player, players
from bakery.checking.virtual.threadless import stepped_out

SECOND = 1_000_000_000
"""Nanoseconds in a second."""

BEGUN = 1000
"""Seconds that a loop and `time.monotonic` show when a run begins: not 0, or a moment could be taken for a length of time."""

HORIZON = 3600
"""Simulated seconds after which something that still waits will wait for ever."""

READS = 1000
"""How often a player may look at the clock without waiting before looking counts as work."""

GLANCE = SECOND // 1000
"""What such a look costs: a loop that burns time until the clock has moved on does end, and holds everyone up."""


class Clock:
    """Virtual time for one run and its players; `horizon` in simulated seconds.

    Where it is `threadless`, what a thread would do is done `aside`.
    """

    def __init__(self, horizon: float = HORIZON, *, threadless: bool = False) -> None:
        self.now = 0
        self.threadless = threadless
        self.waits: list[Wait] = []
        self.held: list[Held] = []
        """What kept an event loop from turning."""
        self.queued: list[Queued] = []
        """Where somebody waited for somebody else."""
        self._horizon = round(horizon * SECOND)
        self._mutex = RealRLock()  # can be entered again: a finalizer may run anywhere
        self._ready: deque[Player] = deque()
        self._sleepers: list[tuple[int, int, int, Player]] = []
        self._players: list[Player] = []
        self._current: Player | None = None
        self._halted: Halt | None = None
        self._turns = count()
        self._idle = 0

    @property
    def seconds(self) -> float:
        """Simulated seconds since the start of the run."""
        return self.now / SECOND

    @property
    def halted(self) -> Halt | None:
        """Why the run was stopped, if it was."""
        return self._halted

    @contextmanager
    def playing(self) -> Iterator[None]:
        """Make the current thread the first player; afterwards all the others are sent home."""
        me = Player(self, threading.get_ident(), "running")
        with self._mutex:
            self._players.append(me)
            self._current = me
        players[me.ident] = me
        try:
            yield
        finally:
            players.pop(me.ident, None)
            with self._mutex_in_time():
                me.state = "gone"
            self.halt(Stopped())

    # What a player does.

    def park(self, until: int | None, *, turning: bool = False) -> bool:
        """Wait to be woken (True), or until a moment in nanoseconds has come (False).

        An event loop that waits between its turns says that it is `turning`; any other wait holds a running loop up.
        Raises the clock's `Halt` where the run is over.
        """
        if turning or asyncio._get_running_loop() is None:
            return self._park(until)
        start = self.now
        try:
            woken = self._park(until)
        except (Deadlock, Endless):
            self.note_hold(sys._getframe(1), 0)
            raise
        if self.now > start:
            self.note_hold(sys._getframe(1), self.now - start)
        return woken

    def _park(self, until: int | None) -> bool:
        me = self._me()
        with self._at_its_turn(me):
            self._raise_if_halted()
            me.reads = 0
            if me.woken:
                me.woken = False
                return True
            me.state, me.until, me.turn = "parked", until, next(self._turns)
            if until is not None:
                heappush(self._sleepers, (until, me.turn, id(me), me))
            self._pass_on()
        return self._wait_for_baton(me)

    def give_way(self) -> None:
        """Let everybody else who is ready go first."""
        me = self._me()
        with self._at_its_turn(me):
            self._raise_if_halted()
            if not self._ready:
                return
            me.state = "ready"
            self._ready.append(me)
            self._pass_on()
        woken = self._wait_for_baton(me)
        me.woken = me.woken or woken

    def sleep(self, nanoseconds: int) -> None:
        """Wait so long, and not a moment longer or shorter."""
        until = self.now + nanoseconds
        if not nanoseconds:
            return self.give_way()
        self.waits.append(Wait(self.now, until))
        while self.now < until:
            self.park(until)
        return None

    def look(self) -> int:
        """The time, for a player who asks; whoever does nothing but ask makes time pass."""
        me = self._me()
        me.reads += 1
        if me.reads > READS:
            with self._mutex:
                self._raise_if_halted()
                self._advance_to(self.now + GLANCE)
                self._raise_if_halted()
            if asyncio._get_running_loop() is not None:
                self.note_hold(sys._getframe(1), GLANCE, worked=True)
        return self.now

    def note_hold(self, frame: FrameType | None, nanoseconds: int, *, worked: bool = False) -> None:
        """An event loop was held up for so long by what the frame does; the same line again only adds to it."""
        own = list(own_frames(frame))
        if not own:
            return
        inner = function_of(own)
        caller = next((one for one in own if is_in_coroutine(one)), inner)
        new = Held(
            line=line_of(own[0]),
            caller="" if caller is inner else line_of(caller),
            function=inner.f_code.co_name,
            nanoseconds=nanoseconds,
            worked=worked,
            elsewhere=caller.f_code.co_filename != inner.f_code.co_filename,
            parameters=has_parameters(inner),
        )
        last = self.held[-1] if self.held else None
        if last and (last.line, last.caller, last.worked) == (new.line, new.caller, worked) and worked:
            self.held[-1] = replace(last, nanoseconds=last.nanoseconds + nanoseconds)
        else:
            self.held.append(new)

    def wait_for(self, other: Player, until: int | None) -> None:
        """Wait for the end of another player, or until a moment in nanoseconds."""
        me = self._me()
        while until is None or self.now < until:
            other.joiners.append(me)
            # Only now, with the name on the list: whoever is astray looks while the other one may just be leaving.
            if other.state == "gone":
                return
            self.park(until)

    def aside(self, start: int, work: Callable[[], object]) -> int:
        """Do, from this moment on, what a thread would do, and come back to now; the moment at which it is done."""
        now, self.now = self.now, start
        try:
            with stepped_out():
                work()
            return self.now
        finally:
            self.now = now

    # What is done for a player.

    def hire(self) -> Player:
        """Expect a new player: time stands still until its thread is there."""
        new = Player(self)
        with self._mutex:
            self._raise_if_halted()
            self._players.append(new)
            self._ready.append(new)
        return new

    def dismiss(self, other: Player) -> None:
        """Forget a player whose thread never started."""
        with self._mutex:
            other.state = "gone"
            if other in self._ready:
                self._ready.remove(other)

    def enter(self, me: Player) -> None:
        """The new player's thread is there: wait for the baton."""
        me.ident = threading.get_ident()
        players[me.ident] = me
        self._wait_for_baton(me)

    def leave(self, me: Player) -> None:
        """The player's thread ends."""
        players.pop(me.ident, None)
        with self._mutex:
            had_it, me.state = self._current is me, "gone"
            for joiner in me.joiners:
                self.wake(joiner)
            if had_it:
                self._pass_on()

    def wake(self, other: Player) -> None:
        """Make a player ready; one that does not wait will not wait the next time. From any thread."""
        with self._mutex:
            other.woken = True
            if other.state == "parked":
                self._make_ready(other)
                if self._current is None:
                    self._pass_on()

    def halt(self, why: Halt) -> None:
        """End the run: every player stops at its next wait. From any thread; only the first reason counts."""
        with self._mutex_in_time():
            self._halted = self._halted or why
            for other in list(self._players):
                if other.state != "running" and other.gate.locked():
                    other.gate.release()

    # What a supervisor does who looks in from time to time.

    @property
    def current(self) -> Player | None:
        """Who holds the baton."""
        return self._current

    @property
    def others(self) -> list[Player]:
        """All players that have not ended."""
        return [other for other in list(self._players) if other.state != "gone"]

    @contextmanager
    def staying(self, who: Player) -> Iterator[bool]:
        """Keep a player's thread from ending in the meantime; False where it has ended, or nobody knows."""
        with self._mutex_in_time() as mine:
            yield mine and bool(who.ident) and who.state != "gone"

    def lead_astray(self, stuck: Player) -> None:
        """Take the baton from a player who is blocked where the clock cannot see, such as in a real lock."""
        with self._mutex:
            if self._current is stuck and not self._halted:
                stuck.state = "astray"
                self._pass_on()

    def go_on(self) -> None:
        """Let time pass where only players astray could have used the baton, and did not come for it."""
        with self._mutex:
            self._idle = self._idle + 1 if self._current is None and not self._halted else 0
            if self._idle > 2 and self._jump():
                self._pass_on()

    @contextmanager
    def _mutex_in_time(self) -> Iterator[bool]:
        """The mutex, or False after half a second: a player that was ended by force may have kept it."""
        mine = self._mutex.acquire(timeout=0.5)
        try:
            yield mine
        finally:
            if mine:
                self._mutex.release()

    # Inside; the mutex is held.

    def _me(self) -> Player:
        me = player()
        if me is None or me.clock is not self:
            raise Stopped
        return me

    def _raise_if_halted(self) -> None:
        if self._halted:
            # The same words, but a traceback of its own.
            raise type(self._halted)(*self._halted.args)

    @contextmanager
    def _at_its_turn(self, me: Player) -> Iterator[None]:
        """The mutex, for a player who has the baton; whoever is led astray on the way to it comes back once more."""
        while True:
            self.come_back(me)
            with self._mutex:
                if me.state != "astray":
                    yield
                    return

    def come_back(self, me: Player) -> None:
        """Come back from astray: wait for the baton before anything is looked at that others may be changing.

        Raises the clock's `Halt` where the run is over.
        """
        with self._mutex:
            if me.state != "astray":
                return
            me.state = "ready"
            self._ready.append(me)
            if self._current is None:
                self._pass_on()
        # Who has been woken in the meantime will not wait the next time.
        woken = self._wait_for_baton(me)
        me.woken = me.woken or woken

    def _wait_for_baton(self, me: Player) -> bool:
        if not self._halted:
            me.gate.acquire()
        self._raise_if_halted()
        woken, me.woken = me.woken, False
        return woken

    def _make_ready(self, other: Player) -> None:
        other.state, other.until = "ready", None
        self._ready.append(other)

    def _pass_on(self) -> None:
        """Give the baton to whoever is next; time jumps where nobody is ready."""
        self._current = None
        self._idle = 0
        if (
            not self._ready
            and not any(other.state == "astray" for other in self._players)
            and not self._jump()
        ):
            self.halt(self._halted or Deadlock())
            return
        if self._ready:
            following = self._ready.popleft()
            following.state = "running"
            self._current = following
            if following.gate.locked():
                following.gate.release()

    def _jump(self) -> bool:
        """Go to the next moment at which a player wanted to be woken; False where there is none."""
        while self._sleepers and not self._is_asleep(self._sleepers[0]):
            heappop(self._sleepers)
        if not self._sleepers:
            return bool(self._ready)
        self._advance_to(max(self.now, self._sleepers[0][0]))
        return True

    def _advance_to(self, moment: int) -> None:
        if moment > self._horizon:
            self.halt(Endless(f"{self._horizon // SECOND}"))
            return
        self.now = moment
        while self._sleepers and self._sleepers[0][0] <= moment:
            entry = heappop(self._sleepers)
            if self._is_asleep(entry):
                self._make_ready(entry[3])

    @staticmethod
    def _is_asleep(entry: tuple[int, int, int, Player]) -> bool:
        _, turn, _, sleeper = entry
        return sleeper.state == "parked" and sleeper.turn == turn
