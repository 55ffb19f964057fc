"""Reading server-sent events, as the HTML standard has them: lines with a field each, and an empty line ends an event."""

import codecs

EVENTS = "text/event-stream"
"""The content type of a stream of events."""

LONGEST = 64 * 1024
"""Letters of one event that are kept."""


class EventReader:
    """Makes events of pieces that come from anywhere in the stream."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._rest = ""
        self._data: list[str] = []
        self._name = ""

    def read(self, data: bytes) -> list[str]:
        """The events that are whole with this piece: their data, after the event's name where it has one."""
        self._rest = (self._rest + self._decoder.decode(data)).replace("\r\n", "\n")
        *lines, self._rest = self._rest.split("\n")
        self._rest = self._rest[:LONGEST]
        return [event for line in lines if (event := self._line(line.rstrip("\r"))) is not None]

    def _line(self, line: str) -> str | None:
        if not line:
            return self._event()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data" and sum(map(len, self._data)) < LONGEST:
            self._data.append(value[:LONGEST])
        elif field == "event":
            self._name = value
        return None

    def _event(self) -> str | None:
        """The event that an empty line has ended; None for one without data, as a browser has it."""
        data, name = self._data, self._name
        self._data, self._name = [], ""
        if not data:
            return None
        text = "\n".join(data)
        return f"{name}: {text}" if name else text
