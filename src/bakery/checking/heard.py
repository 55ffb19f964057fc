"""What guests heard of streams, and what a check may expect of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bakery.checking.asgi_guests import Stream
from bakery.checking.describing import short
from bakery.checking.run import Run


def _shifted(got: Sequence[float], wanted: Sequence[float]) -> str:
    """What parts mean that all come late by the same time."""
    late = {round(one - other, 9) for one, other in zip(got, wanted, strict=False)}
    if len(got) != len(wanted) or len(late) != 1 or not min(late) > 0:
        return ""
    return f" Each of them is {late.pop():g} s late: the first `yield` comes after a wait."


def _other_parts(got: Sequence[str], wanted: Sequence[str]) -> str:
    """What can be seen at parts that are not the wanted ones; empty where nothing plain can be said."""
    if not got:
        return "Nothing was sent: is there a text behind each `yield`?"
    if "\\n" in got[0] and "\\n" not in wanted[0]:
        return "There is a backslash and an `n` in them, and no end of a line: with an `r` before its quotation marks, a text keeps both."
    if len(got) < len(wanted) and list(got) == list(wanted[: len(got)]):
        return f"It ends after {'the first part' if len(got) == 1 else f'{len(got)} parts'}."
    if list(got) == ["".join(wanted[: place + 1]) for place in range(len(got))]:
        return "Each part has those before it in it once more: `yield` only what is new."
    if list(got[: len(wanted)]) == list(wanted):
        return "After those there is more."
    return ""


def _all_in_one(stream: Stream, wanted: Sequence[str]) -> str:
    """What to say of a part that has all the wanted ones in it, beside others; empty where there is none."""
    whole = "".join(wanted)
    for number, part in enumerate(stream.parts, start=1):
        if len(wanted) > 1 and whole in part.text:
            return (
                f"All that is wanted comes in one part, number {number}, after {part.seconds:g} s: whatever is told before, "
                "these are collected, and sent together. `yield` each when it is there."
            )
    return ""


@dataclass(frozen=True, kw_only=True)
class Heard(Run):
    """What came of several listeners, in the order in which they came."""

    streams: tuple[Stream, ...] = ()

    @property
    def one_after_another(self) -> bool:
        """Parts come one after another: nothing to explain here."""
        return False

    def comes(self, *texts: str) -> "Heard":
        """Expect that each listener hears exactly these parts."""
        for stream in self.streams:
            got = [part.text for part in stream.parts]
            if got != list(texts) and "".join(got) == "".join(texts) and len(got) == 1 < len(texts):
                self._wrong(
                    f"`{stream.path}` sends all in one part, after {stream.parts[0].seconds:g} s: that is no stream. "
                    "`yield` each part when it is there."
                )
            if [text.rstrip("\n") for text in got] == [text.rstrip("\n") for text in texts] and got != list(
                texts
            ):
                self._wrong(
                    f"`{stream.path}` sends {short(got)}: an event ends with an empty line, so with two `\\n`. Else a browser "
                    "waits for more of it."
                )
            if got != list(texts):
                said = f"`{stream.path}` sends the parts {short(got)}, and {short(list(texts))} are wanted."
                more = _other_parts(got, texts) or _all_in_one(stream, texts)
                self._wrong(f"{said} {more}".rstrip())
        return self

    def at(self, *seconds: float) -> "Heard":
        """Expect that the parts come at these simulated seconds, for each listener."""
        for stream in self.streams:
            got = [round(part.seconds, 9) for part in stream.parts]
            if got == [round(one, 9) for one in seconds]:
                continue
            told = ", ".join(f"{one:g}" for one in got) or "never"
            wanted = ", ".join(f"{one:g}" for one in seconds)
            if len(got) > 1 and len(set(got)) == 1 and got[0] > seconds[0]:
                self._wrong(
                    f"all parts of `{stream.path}` came at the end, after {got[0]:g} s, and none before that: `yield` each part "
                    "when it is there, and not when all are."
                )
            said = f"the parts of `{stream.path}` came at {told} s, and {wanted} s is wanted."
            if len(got) > 1 and len(set(got)) == 1:
                said += " All of them came at the same moment: nothing is waited for between two of them."
            self._wrong(said + _shifted(got, seconds))
        return self

    def ends(self) -> "Heard":
        """Expect that every stream comes to an end of its own."""
        for stream in self.streams:
            if stream.how == "endless":
                self._wrong(
                    f"the stream of `{stream.path}` never ends: after {stream.parts[-1].seconds if stream.parts else 0:g} s and "
                    f"{len(stream.parts)} parts it was still going on."
                )
            if stream.how == "cut":
                last = stream.parts[-1].seconds if stream.parts else 0
                self._wrong(
                    f"the stream of `{stream.path}` was cut off after {last:g} s, in the middle: a time limit of Quart's, "
                    "`RESPONSE_TIMEOUT`, ends a response that takes more than a minute. `response.timeout = None` takes it away."
                )
        return self

    def lets_go(self) -> "Heard":
        """Expect that no handler goes on after its listener has left."""
        for stream in self.streams:
            if stream.went_on:
                self._wrong(
                    f"the handler of `{stream.path}` went on for {stream.went_on:g} s after its customer had left. When somebody "
                    "leaves, a `CancelledError` is raised at its `await`: let it pass, and tidy up in a `finally`"
                    + (", without a wait there." if "finally" in self.source else ".")
                )
        return self
