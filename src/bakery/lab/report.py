"""What is said about races: theory beside measurement, in words, as a table and as curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import inf

from bakery.counting import in_words
from bakery.kitchen import predict
from bakery.lab.race import Setting
from bakery.picture.curve import Series
from bakery.trace import Trace


@dataclass(frozen=True, slots=True)
class Outcome:
    """A race that is over: its traces, and to what the oven was turned meanwhile."""

    setting: Setting
    traces: tuple[Trace, Trace]
    turned: tuple[float, ...] = ()
    stopped: bool = False

    @property
    def comparable(self) -> bool:
        """Whether theory speaks of this race at all."""
        failed = any(trace.failures for trace in self.traces)
        return not (self.turned or self.stopped or failed)

    @property
    def rows(self) -> tuple[tuple[str, str, str, str], ...]:
        """For each shop its name, what theory says, what was measured, and how long that is in bakes."""
        return tuple(
            (name, _rule(self.setting, number), f"{trace.makespan:.2f} s", _long(trace))
            for number, (name, trace) in enumerate(zip(self.setting.names, self.traces, strict=True))
        )

    @property
    def note(self) -> str:
        """What else there is to say."""
        if self.stopped:
            return "Stopped: orders that had no cake yet are marked as failed."
        if any(trace.failures for trace in self.traces):
            return "Some orders failed: the picture says which, and why."
        if self.turned:
            turns = ", then to ".join(f"{seconds:g} s" for seconds in self.turned)
            return (
                f"The oven was turned to {turns} during the race. Cakes already baking took no notice; "
                "theory does not know about it."
            )
        return "" if self.setting.latency else _without_an_oven(self.setting.threads)

    @property
    def words(self) -> str:
        """All of it, for a page without widgets."""
        lines = [f"The race, {self.setting.words}."]
        lines += [f"{name}: theory {said}; measured {seen}{long}." for name, said, seen, long in self.rows]
        return "\n".join([*lines, *filter(None, [self.note])])


def _without_an_oven(threads: int) -> str:
    """Why Quart comes later where nobody waits: measured alone, the two need about as long."""
    return (
        "With an oven that takes no time there is nothing to wait for: what is left is computing, and all threads of "
        f"this process share one interpreter lock for that. Flask's shop asks for it with {in_words(threads + 1, 'thread')} "
        f"({in_words(threads, 'baker')} and one that takes the orders), Quart's with one. So Quart usually comes later "
        "here; alone, the two take about as long."
    )


def _rule(setting: Setting, number: int) -> str:
    """What theory says about one of the two shops, and why."""
    seconds = f"{setting.theory[number]:.6g} s"
    if setting.mixing:
        why = "one bowl for all who mix"
    elif number:
        why = "one round for all"
    else:
        why = f"{in_words(-(-setting.orders // setting.threads), 'round')} of {setting.latency:g} s"
    return f"{seconds} ({why})"


def _long(trace: Trace) -> str:
    """A measured length in whole bakes, where a bake has one."""
    if trace.failures or not 0 < trace.bake < inf:
        return ""
    return f", {in_words(trace.bakes_long, 'bake')} long"


def report(outcome: Outcome) -> str:
    """Theory beside measurement as an HTML table."""
    cell = '<td style="padding:2px 18px 2px 0">{}</td>'
    head = '<th scope="col" style="padding:2px 18px 2px 0;text-align:left">{}</th>'
    titles = "".join(head.format(escape(title)) for title in (outcome.setting.words, "theory", "measured"))
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left;padding:2px 18px 2px 0">{escape(name)}</th>'
        f"{cell.format(escape(said))}{cell.format(escape(seen + long))}</tr>"
        for name, said, seen, long in outcome.rows
    )
    note = f'<div style="line-height:1.5">{escape(outcome.note)}</div>' if outcome.note else ""
    return (
        f'<table style="line-height:1.5"><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table>{note}'
    )


def history(outcomes: Sequence[Outcome]) -> tuple[Series, ...]:
    """Races as points, in bakes, on the curves of theory: one for each number of threads, and Quart's.

    Only races that theory speaks of, of cakes that are baked and not mixed: all of them lie on the same
    curves, whatever the oven took.
    """
    points: dict[str, list[tuple[float, float]]] = {}
    threads: dict[str, int] = {}
    for outcome in outcomes:
        setting = outcome.setting
        if outcome.comparable and setting.latency and not setting.mixing:
            for name, trace in zip(setting.names, outcome.traces, strict=True):
                points.setdefault(name, []).append((setting.orders, trace.makespan / setting.latency))
                threads[name] = 0 if name == "Quart" else setting.threads
    most = max((int(x) for some in points.values() for x, _ in some), default=0)
    names = sorted(points, key=lambda name: (threads[name] == 0, threads[name]))
    lines = (Series(name, _steps(threads[name] or most, most)) for name in names)
    marks = (Series(name, tuple(points[name]), measured=True) for name in names)
    return (*lines, *marks)


def _steps(threads: int, most: int) -> tuple[tuple[float, float], ...]:
    """Rounds of so many threads for 1 to `most` orders: the corners are enough."""
    last = {n for first in range(threads, most, threads) for n in (first, first + 1)}
    return tuple((float(n), predict(n, 0.0, 1.0, bakers=threads)) for n in sorted({1, *last, max(most, 2)}))


def say(text: str) -> str:
    """A line below the dials, as HTML that a screen reader reads out."""
    return f'<div role="status" style="line-height:1.5">{escape(text)}</div>' if text else ""


def complain(text: str) -> str:
    """What went wrong, as HTML that a screen reader reads out at once."""
    lines = escape(text).replace("\n", "<br>")
    look = "line-height:1.5;border-left:4px solid #b3261e;padding-left:10px"
    return f'<div role="alert" style="{look}"><b>This went wrong.</b> {lines}</div>'
