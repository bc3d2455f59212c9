"""Lines of JSON in any chunking to objects: batch results and their like. A bad line is reported and the others go
on."""

from __future__ import annotations

from typing import Any

from tercet.wire.stream.decoder import decode_json
from tercet.wire.stream.events import ProtocolFault
from tercet.wire.stream.sse import LINE_LIMIT, LineSplitter

_SHOWN = 200
"""So much of a bad line is kept, in bytes."""


class LineDecoder:
    """Takes bytes, gives an object per line, or a Fault that names the line's number (from 1). Blank lines are
    passed."""

    def __init__(self, *, line_limit: int = LINE_LIMIT) -> None:
        self._lines = LineSplitter(line_limit)
        self._limit = line_limit
        self._number = 0

    def feed(self, chunk: bytes) -> list[dict[str, Any] | ProtocolFault]:
        """Return the objects whose lines this chunk completes."""
        return self._read(self._lines.feed(chunk))

    def close(self) -> list[dict[str, Any] | ProtocolFault]:
        """Return the last line, if it lacks its end."""
        return self._read(self._lines.close())

    def _read(self, lines: list[bytes | None]) -> list[dict[str, Any] | ProtocolFault]:
        read: list[dict[str, Any] | ProtocolFault] = []
        for line in lines:
            self._number += 1
            if line is None:
                read.append(self._fault(f"is longer than {self._limit} bytes", b""))
            elif content := (line.removeprefix(b"\xef\xbb\xbf") if self._number == 1 else line).strip():
                read.append(self._object(content))
        return read

    def _object(self, content: bytes) -> dict[str, Any] | ProtocolFault:
        try:
            value = decode_json(content)
        except ValueError as error:
            return self._fault(f"is not JSON: {error}", content)
        return value if isinstance(value, dict) else self._fault("is not a JSON object", content)

    def _fault(self, what: str, content: bytes) -> ProtocolFault:
        return ProtocolFault(f"line {self._number} {what}", content[:_SHOWN].decode("utf-8", "replace"), "line")
