"""Bytes in any chunking to lines. Splits at CR, LF and CRLF alone, in linear time, with a cap on a line's length.
Knows no encoding: CR and LF never stand inside a UTF-8 sequence."""

from __future__ import annotations

LINE_LIMIT = 16 * 1024 * 1024
"""The longest line that is read, in bytes."""


class Lines:
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
        """Whether the next byte opens a line, whatever it is."""
        return not (self._parts or self._after_cr or self._skipping)

    def feed(self, chunk: bytes) -> list[bytes | None]:
        """The lines that this chunk completes."""
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
        """The last line, if it lacks its end and is not empty."""
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
