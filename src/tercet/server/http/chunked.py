"""A body that comes in chunks (RFC 9112, section 7.1): feed bytes, get the body's. Knows no limit on the whole."""

from __future__ import annotations

import re

from tercet.server.http.head import MalformedRequestError

LONGEST_SIZE_LINE = 4096
MOST_TRAILER_BYTES = 64 * 1024
_SIZE = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?\r\n")
_TRAILER = re.compile(rb"(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\x00-\x08\x0a-\x1f\x7f]*)?\r\n")
BROKEN = "The chunks of this request's body are malformed."


class ChunkedBody:
    """Reads chunks. `is_whole` once the last has come; `rest` is then what follows the body."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._left = 0
        """Bytes of the chunk under way that are still to come."""
        self._step = self._size
        self._trailers = 0
        self.is_whole = False

    @property
    def rest(self) -> bytes:
        """What came behind the body."""
        return bytes(self._buffer)

    def feed(self, data: bytes) -> bytes:
        """The bytes of the body that this completes. Raises MalformedRequestError."""
        self._buffer += data
        parts: list[bytes] = []
        while not self.is_whole and self._step(parts):
            pass
        return b"".join(parts)

    def _size(self, parts: list[bytes]) -> bool:
        line = self._line(_SIZE, LONGEST_SIZE_LINE)
        if line is None:
            return False
        self._left = int(line[1], 16)
        self._step = self._data if self._left else self._trailer
        return True

    def _data(self, parts: list[bytes]) -> bool:
        taken = bytes(self._buffer[: self._left])
        del self._buffer[: len(taken)]
        parts.append(taken)
        self._left -= len(taken)
        if self._left:
            return False
        self._step = self._end_of_data
        return True

    def _end_of_data(self, parts: list[bytes]) -> bool:
        found = bytes(self._buffer[:2])
        if not b"\r\n".startswith(found):
            raise MalformedRequestError(BROKEN)
        if len(found) < 2:
            return False
        del self._buffer[:2]
        self._step = self._size
        return True

    def _trailer(self, parts: list[bytes]) -> bool:
        line = self._line(_TRAILER, MOST_TRAILER_BYTES)
        if line is None:
            return False
        self._trailers += len(line[0])
        if self._trailers > MOST_TRAILER_BYTES:
            raise MalformedRequestError("The trailers of this request are too large.")
        self.is_whole = line[0] == b"\r\n"
        return True

    def _line(self, pattern: re.Pattern[bytes], most: int) -> re.Match[bytes] | None:
        """The next line, taken out; None if it has not ended yet."""
        end = self._buffer.find(b"\n", 0, most + 1)
        if end < 0:
            if len(self._buffer) > most:
                raise MalformedRequestError(BROKEN)
            return None
        found = pattern.fullmatch(bytes(self._buffer[: end + 1]))
        if found is None:
            raise MalformedRequestError(BROKEN)
        del self._buffer[: end + 1]
        return found
