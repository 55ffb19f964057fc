"""Why a run is over before its end. None is an `Exception`, so that `except Exception` lets it through."""


class Halt(BaseException):
    """The run is over before its end."""


class Deadlock(Halt):
    """Everybody waits, and nobody is left who could wake anybody."""


class Endless(Halt):
    """It went on and on: an hour of simulated time, or no time at all in very many turns."""


class TimeUp(Halt):
    """The real time limit has passed."""


class Stopped(Halt):
    """The run has ended, so whoever is left over in it ends as well."""


class Enough(Halt):
    """What the answer asks of a stand-in would never stop; its text says so, and goes on after "wrong, because"."""
