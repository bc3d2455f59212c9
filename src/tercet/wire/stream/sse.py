"""Server-sent events: bytes in any chunking to lines, lines to events, as the WHATWG specification reads them.

Lines end at CR, LF and CRLF alone, in linear time, with a cap on their length; CR and LF never stand inside a UTF-8
sequence. Knows nothing about JSON or messages. One thing is added: an event at the very end may lack its blank line.
"""

from __future__ import annotations

from typing import Any

import msgspec

LINE_LIMIT = 16 * 1024 * 1024


"""The longest line that is read, in bytes."""


class LineSplitter:
    """Gathers chunks and gives whole lines without their ends. A line above `limit` comes out as None, at once."""

    __slots__ = ("_after_cr", "_held", "_limit", "_parts", "_skipping")

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._held = 0
        self._after_cr = False
        self._skipping = False

    @property
    def at_start(self) -> bool:
        """Return whether the next byte opens a line, whatever it is."""
        return not (self._parts or self._after_cr or self._skipping)

    def feed(self, chunk: bytes) -> list[bytes | None]:
        """Return the lines that this chunk completes."""
        if not chunk:
            return []
        if self._after_cr:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        if b"\r" in chunk:
            self._after_cr = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *whole, rest = chunk.split(b"\n")
        lines = [line for piece in whole for line in self._end(piece)]
        return lines + self._hold(rest)

    def close(self) -> list[bytes | None]:
        """Return the last line, if it lacks its end and is not empty."""
        return self._end(b"") if self._parts else []

    def _end(self, piece: bytes) -> list[bytes | None]:
        if self._skipping:
            self._skipping = False
            return []
        if self._held + len(piece) > self._limit:
            self._clear()
            return [None]
        if self._parts:
            self._parts.append(piece)
            piece = b"".join(self._parts)
            self._clear()
        return [piece]

    def _hold(self, piece: bytes) -> list[bytes | None]:
        if not piece or self._skipping:
            return []
        self._parts.append(piece)
        self._held += len(piece)
        if self._held <= self._limit:
            return []
        self._clear()
        self._skipping = True
        return [None]

    def _clear(self) -> None:
        self._parts.clear()
        self._held = 0


EVENT_LIMIT = 2 * LINE_LIMIT


"""The largest event that is read, in bytes of its field lines."""


BOM = b"\xef\xbb\xbf"


class ServerSentEvent:
    """One event of the stream."""

    __slots__ = ("content", "event", "id", "raw_lines", "retry", "unfinished")

    def __init__(
        self,
        *,
        event: str | None = None,
        content: bytes = b"",
        id: str | None = None,
        retry: int | None = None,
        raw_lines: tuple[bytes, ...] = (),
        unfinished: bool = False,
    ) -> None:
        self.event, self.content, self.id, self.retry = event, content, id, retry
        self.raw_lines = raw_lines
        self.unfinished = unfinished
        """Whether the stream ended inside this event's last line."""

    @property
    def data(self) -> str:
        """Return the data lines, joined by line feeds. Bytes that are not UTF-8 are replaced, as the specification
        asks."""
        return self.content.decode("utf-8", "replace")

    @property
    def raw(self) -> list[str]:
        """Return the field lines as they came, without comments."""
        return [line.decode("utf-8", "replace") for line in self.raw_lines]

    def json(self) -> Any:
        """Return the data decoded from JSON. Raises ValueError if it is none."""
        return msgspec.json.decode(self.content)

    def __repr__(self) -> str:
        return f"ServerSentEvent(event={self.event!r}, data={self.data!r}, id={self.id!r}, retry={self.retry!r})"


class SSEDecoder:
    """Takes bytes, gives events. `broken` says why it stopped, if a limit was passed; nothing comes after that."""

    def __init__(self, *, line_limit: int = LINE_LIMIT, event_limit: int = EVENT_LIMIT) -> None:
        self.broken: str | None = None
        self._lines = LineSplitter(line_limit)
        self._limits = line_limit, event_limit
        self._fresh = True
        self._last_id: str | None = None
        self._raw: list[bytes] = []
        self._data: list[bytes] = []
        self._event_name: str | None = None
        self._retry: int | None = None
        self._size = 0

    @property
    def idle(self) -> bool:
        """Return whether nothing is pending, so that the next byte opens an event."""
        return not self._raw and self._lines.at_start

    def mark_started(self) -> None:
        """Take note that the stream's first bytes were read elsewhere: a BOM can no longer come."""
        self._fresh = False

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Return the events that this chunk completes."""
        return self._read(self._lines.feed(chunk))

    def close(self) -> list[ServerSentEvent]:
        """Return the last event, if it lacks its blank line."""
        rest = self._lines.close()
        events = self._read(rest)
        if self._raw and self.broken is None:
            last = self._event()
            last.unfinished = bool(rest)
            events.append(last)
        return events

    def _read(self, lines: list[bytes | None]) -> list[ServerSentEvent]:
        events: list[ServerSentEvent] = []
        for line in lines:
            if self.broken is not None:
                break
            if line is None:
                self.broken = f"a line is longer than {self._limits[0]} bytes"
                break
            if self._fresh:
                self._fresh = False
                line = line.removeprefix(BOM)
            if line:
                self._field(line)
            elif self._raw:
                events.append(self._event())
        return events

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if not name:  # a comment
            return
        self._size += len(line) + 1
        if self._size > self._limits[1]:
            self.broken = f"an event is larger than {self._limits[1]} bytes"
            return
        self._raw.append(line)
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._event_name = value.decode("utf-8", "replace")
        elif name == b"id" and b"\0" not in value:
            self._last_id = value.decode("utf-8", "replace")
        elif name == b"retry" and value.isdigit() and len(value) < 16:
            self._retry = int(value)

    def _event(self) -> ServerSentEvent:
        made = ServerSentEvent(
            event=self._event_name,
            content=b"\n".join(self._data),
            id=self._last_id,
            retry=self._retry,
            raw_lines=tuple(self._raw),
        )
        self._reset()
        return made

    def _reset(self) -> None:
        self._raw, self._data, self._size = [], [], 0
        self._event_name = self._retry = None
