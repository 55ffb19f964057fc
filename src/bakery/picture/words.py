"""Words in a picture: what a trace tells, lane by lane or together, and how much room a text takes."""

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from bakery.counting import in_words
from bakery.picture.look import TEXT
from bakery.trace import Kind, Span, Trace, moment

FEW = 6
"""Up to here lanes are told one by one, above together."""
NAMES: dict[Kind, str] = {"wait": "waiting", "mix": "mixing", "bake": "baking", "serve": "being served"}
"""The kinds as one reads them in the legend."""

REASONS = 3
"""Different reasons of failures that a panel tells; the others are counted."""


def reasons(trace: Trace) -> tuple[str, ...]:
    """What went wrong, each reason once, with who it happened to."""
    lanes: dict[str, list[str]] = {}
    for span in trace.failures:
        lanes.setdefault(one_line(span.error), []).append(span.lane)
    told = [f"{together(named)}: {reason}" for reason, named in lanes.items()]
    if len(told) > REASONS:
        told[REASONS - 1 :] = [f"and {in_words(len(told) - REASONS + 1, 'other reason')}"]
    return tuple(told)


def together(names: Sequence[str]) -> str:
    """A few names in words; of many the first is named and the others are counted."""
    if len(names) > 3:
        return f"{names[0]} and {in_words(len(names) - 1, 'other')}"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def story(trace: Trace) -> str:
    """What a timeline shows, in words: lane by lane for a few lanes, together for many.

    Measured stretches are told in whole servings of typical length, counted as in `Trace.bakes_long`, so that
    the words are the same on a busy machine; simulated ones are exact.
    """
    if not trace.spans:
        return ""
    if trace.noted:
        return _story_of_notes(trace)
    if len(trace.lanes) > FEW:
        return _story_of_many(trace)
    told: dict[str, list[str]] = {}
    for lane in trace.lanes:
        told.setdefault(_lane_story(trace, lane), []).append(lane)
    return " ".join(f"{capital(together(lanes))}: {text}." for text, lanes in told.items())


TOLD: dict[Kind, str] = {"wait": "waiting", "mix": "mixed", "bake": "baked", "serve": "served"}


def _lane_story(trace: Trace, lane: str) -> str:
    spans = [span for span in trace.spans if span.lane == lane]
    unit = trace.typical
    parts = []
    for span in spans:
        long = _length(span.seconds, trace, unit)
        # Measured, there is always a moment of waiting: on the way to the shop and back.
        if long or span.kind != "wait":
            parts.append(f"{TOLD[span.kind]} for {long or 'less than one bake'}")
    if any(span.error for span in spans):
        parts.append("then it failed")
    if any(span.left for span in spans):
        parts.append("then the customer left")
    return ", ".join(parts) or "hardly any waiting"


def _story_of_notes(trace: Trace) -> str:
    """What an app noted: when each began, and how long it took."""
    if len(trace.spans) > FEW:
        return ""
    told = (
        f"{capital(span.lane)}: {moment(span.start, trace.bake)}, for {_while(span, trace)}."
        for span in trace.spans
    )
    return " ".join(told)


def _while(span: Span, trace: Trace) -> str:
    return _length(span.seconds, trace, trace.bake) or "less than one bake"


def _length(seconds: float, trace: Trace, unit: float) -> str:
    """How long, in words; empty where it is nothing to speak of."""
    if trace.simulated:
        return f"{seconds:g} s" if seconds else ""
    if not unit:
        return f"{seconds:.2f} s"
    bakes = int(seconds / unit + 0.2)
    return in_words(bakes, "bake") if bakes else ""


def _story_of_many(trace: Trace) -> str:
    waits: dict[str, float] = dict.fromkeys(trace.lanes, 0.0)
    for span in trace.spans:
        if span.kind == "wait":
            waits[span.lane] += span.seconds
    longest = max(waits.values())
    long = _length(longest, trace, trace.typical)
    if not long:
        return "No order waits." if trace.simulated else "No order waits as long as one bake."
    return f"The orders take turns: the longest wait is {long}."


def capital(text: str) -> str:
    """The text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


# Text is measured by rule of thumb, since there is no font to ask: every reader has another one.


def text_width(text: str, size: float = TEXT) -> float:
    """About how many pixels a text takes."""
    return sum(map(_letter_width, text)) * size


def _letter_width(letter: str) -> float:
    return 1.06 if unicodedata.east_asian_width(letter) in "WF" else 0.56


def one_line(text: str) -> str:
    """The text without line breaks, and without the characters that no XML file may contain."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def fit(text: str, room: float, size: float = TEXT) -> str:
    """The text in one line, shortened with "…" where it has no room."""
    line = one_line(text)
    ends = list(accumulate(_letter_width(letter) * size for letter in line))
    if not ends or ends[-1] <= room:
        return line
    kept = bisect_right(ends, room - _letter_width("…") * size)
    return f"{line[:kept].rstrip()}…"
