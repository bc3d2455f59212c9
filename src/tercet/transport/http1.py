"""HTTP/1.1 as a fed parser and two functions that write: bytes <-> head and body. Knows no sockets and no clocks.

Strict where framing is at stake (RFC 9112): a response whose length can be read in two ways is refused.
"""

from __future__ import annotations

import re
from itertools import repeat
from typing import Literal

from tercet.wire.http import Headers

LARGEST_HEAD = 65_536
MOST_INTERIM_RESPONSES = 20
LONGEST_CHUNK_LINE = 4_096
MOST_DIGITS = 15
"""Of a chunk's size."""
MANY_CHUNKS = 1_024
"""Bytes from which chunks are looked at together."""

_STATUS = re.compile(r"HTTP/1\.([01]) ([1-5][0-9]{2})(?: [^\x00-\x08\x0a-\x1f\x7f]*)?")
_FIELDS = re.compile(r"(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\x00-\x08\x0a-\x1f\x7f]*\r\n)*")
_LENGTH = re.compile(r"[0-9]{1,18}")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,15})(?:[ \t]*;[^\r\n]*)?\r\n")
_HEX = b"0123456789abcdefABCDEF"
_LINES_END = b"\r\n\r\n"
_FRAMING = frozenset({"content-length", "transfer-encoding", "host"})

Framing = Literal["head", "length", "chunked", "trailers", "until_close", "done"]


class MalformedError(Exception):
    """Raised when what came is not HTTP/1.1, or could be read in two ways."""


class UnsafeError(MalformedError):
    """Raised for headers that could be read in two ways: who sends them once will send them again."""


class EndlessError(MalformedError):
    """Raised for more headers, or more interim responses, than anyone means to send."""


def request_head(method: str, target: str, host: str, headers: Headers, length: int, extra: str = "") -> bytes:
    """Return the request line and headers as bytes. `extra` holds whole lines. Raises ValueError for what could split a request."""
    lines = [f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{extra}"]
    names = set()
    for name, value in headers.multi_items():
        low = name.lower()
        names.add(low)
        if low not in _FRAMING:
            lines.append(f"{name}: {value}\r\n")
    if "accept-encoding" not in names:
        lines.append("Accept-Encoding: gzip, deflate\r\n")
    if length or method in ("POST", "PUT", "PATCH"):
        lines.append(f"Content-Length: {length}\r\n")
    text = "".join(lines) + "\r\n"
    breaks = len(lines) + 2 + extra.count("\r\n")
    if text.count("\n") != breaks or text.count("\r") != breaks or "\0" in text:
        raise ValueError("a header or the URL holds a line break or a NUL")
    if not text.isascii() and max(text) > "\xff":  # the error of `encode` would carry the whole head along
        raise ValueError("a header holds a character outside Latin-1, which HTTP cannot send; encode it first")
    return text.encode("latin-1")


class CutShortError(ConnectionError):
    """Raised when the connection ended before the response did."""


class ResponseParser:
    """Parse one response: `feed` bytes, get body bytes. `framing` is "head" until status and headers are there."""

    __slots__ = (
        "_head_only",
        "_interim",
        "_left",
        "_rest",
        "failure",
        "framing",
        "headers",
        "keep_alive",
        "status",
        "version",
    )

    def __init__(self, method: str = "POST") -> None:
        self.framing: Framing = "head"
        self.status = 0
        self.headers = Headers()
        self.version = "HTTP/1.1"
        self.keep_alive = False
        self.failure: MalformedError | None = None
        """What was wrong behind the bytes that `feed` gave last; the next call raises it."""
        self._rest = b""
        self._left = 0
        self._interim = 0
        self._head_only = method

    @property
    def begun(self) -> bool:
        """Return whether anything of a response came."""
        return self.framing != "head" or bool(self._rest) or self._interim > 0

    def feed(self, data: bytes) -> bytes:
        """Return the body bytes that `data` completes. Raises MalformedError; behind good bytes, at the next call."""
        if self.failure is not None:
            raise self.failure
        framing = self.framing
        if framing == "chunked":
            return self._feed_chunks(data)
        if framing == "length":
            return self._feed_length(data)
        if framing == "head":
            data = self._feed_head(data)
            return b"" if self.framing == "head" else self._feed_behind_head(data)
        if framing == "until_close":
            return data
        if framing == "trailers":
            self._feed_trailers(data)
        elif data:
            self.keep_alive = False  # bytes that nobody asked for: not to be trusted as the next answer
        return b""

    def feed_end(self) -> None:
        """End the response with its connection. Raises CutShortError if the response was not whole."""
        self.keep_alive = False
        if self.failure is not None:
            raise self.failure
        if self.framing == "until_close":
            self.framing = "done"
        elif self.framing != "done":
            if not self.begun:
                raise CutShortError("the server closed the connection without an answer")
            where = {"head": "headers", "length": f"body, {self._left} bytes missing"}.get(self.framing, "body")
            raise CutShortError(f"the connection ended within the {where}")

    def _feed_behind_head(self, data: bytes) -> bytes:
        """Return body bytes of the read that brought the headers, which are good, whatever follows."""
        try:
            return self.feed(data)
        except MalformedError as error:
            self.failure = error
            return b""

    def _feed_head(self, data: bytes) -> bytes:
        buffer = self._rest + data if self._rest else data
        while True:
            end = buffer.find(_LINES_END, 0, LARGEST_HEAD + 4)
            if end < 0:
                if len(buffer) > LARGEST_HEAD:
                    raise EndlessError(f"the response's headers are larger than {LARGEST_HEAD} bytes")
                if buffer and not b"HTTP/1.".startswith(buffer[:7]):
                    raise MalformedError("the response is not HTTP/1.1")
                _refuse_bare_line_feeds(buffer.decode("latin-1"))  # else its end would never come
                self._rest = buffer
                return b""
            self._parse_head(buffer[: end + 2].decode("latin-1"))
            buffer = buffer[end + 4 :]
            if self.status >= 200:
                self._rest = b""
                return buffer
            self._interim += 1
            if self._interim > MOST_INTERIM_RESPONSES or self.status == 101:
                raise EndlessError(
                    f"the server sent {self._interim} interim responses, the last with status {self.status}"
                )

    def _parse_head(self, text: str) -> None:
        line, _, fields = text.partition("\r\n")
        found = _STATUS.fullmatch(line)
        if found is None:
            _refuse_bare_line_feeds(text)
            raise MalformedError(f"the response does not begin with an HTTP/1.1 status line but with {line[:40]!r}")
        if _FIELDS.fullmatch(fields) is None:
            _refuse_bare_line_feeds(text)
            raise UnsafeError("the response's headers are malformed")
        pairs = []
        for field in fields[:-2].split("\r\n") if fields else ():
            name, _, value = field.partition(":")
            pairs.append((name, value.strip(" \t")))
        self.status = int(found[2])
        self.version = f"HTTP/1.{found[1]}"
        self.headers = Headers(pairs)
        if self.status >= 200:
            self._choose_framing(found[1])

    def _choose_framing(self, minor: str) -> None:
        headers = self.headers
        connection = headers.get("connection", "").lower()
        self.keep_alive = "close" not in connection if minor == "1" else "keep-alive" in connection
        coding, lengths = headers.get("transfer-encoding"), headers.get_list("content-length")
        if coding is not None and (lengths or coding.lower() != "chunked"):
            raise UnsafeError("the response's length is ambiguous: transfer-encoding and content-length disagree")
        if len(set(lengths)) > 1 or (lengths and not _LENGTH.fullmatch(lengths[0])):
            raise UnsafeError("the response's content-length is not one number")
        if self.status in (204, 304) or self._head_only == "HEAD":
            self.framing = "done"
        elif coding is not None:
            self.framing = "chunked"
        elif lengths:
            self._left = int(lengths[0])
            self.framing = "length" if self._left else "done"
        else:
            self.framing, self.keep_alive = "until_close", False

    def _feed_length(self, data: bytes) -> bytes:
        left = self._left - len(data)
        if left > 0:
            self._left = left
            return data
        self.framing, self._left = "done", 0
        if left < 0:
            self.keep_alive = False
            return data[:left]
        return data

    def _feed_chunks(self, data: bytes) -> bytes:
        pieces: list[bytes] = []
        try:
            self._take_chunks(data, pieces)
        except MalformedError as error:
            if not pieces:
                raise
            self.failure = error
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _take_chunks(self, data: bytes, pieces: list[bytes]) -> None:
        """Take every chunk that is whole. `_left` > 2 are data bytes and their line break still to come; 1 or 2 are of the line break alone."""
        buffer = self._rest + data if self._rest else data
        self._rest = b""
        at, size = 0, len(buffer)
        if self._left:
            at = self._rest_of_chunk(buffer, pieces)
        if size - at > MANY_CHUNKS:
            at += _take_plain(buffer[at:], pieces)
        while at < size and not self._left:
            found = _CHUNK.match(buffer, at)
            if found is None:
                self._check_chunk_line(buffer, at)
                self._rest = buffer[at:]
                break
            start = found.end()
            if start - at > LONGEST_CHUNK_LINE:
                raise MalformedError(f"a chunk's first line is longer than {LONGEST_CHUNK_LINE} bytes")
            length = int(found[1], 16)
            if not length:
                self.framing = "trailers"
                self._feed_trailers(b"\r\n" + buffer[start:])
                break
            at = start + length + 2
            if at <= size:
                pieces.append(buffer[start : at - 2])
                if buffer[at - 2 : at] != b"\r\n":
                    raise MalformedError("a chunk is longer than it says")
            else:
                self._left = length + 2
                at = start + self._rest_of_chunk(buffer[start:], pieces)

    def _rest_of_chunk(self, buffer: bytes, pieces: list[bytes]) -> int:
        """Take what belongs to the chunk under way. Return how many bytes that were."""
        taken = min(self._left, len(buffer))
        body = min(max(self._left - 2, 0), taken)
        if body:
            pieces.append(buffer[:body])
        if taken > body:
            expected = b"\r\n"[2 - min(self._left - body, 2) :][: taken - body]
            if buffer[body:taken] != expected:
                raise MalformedError("a chunk is longer than it says")
        self._left -= taken
        return taken

    def _check_chunk_line(self, buffer: bytes, at: int) -> None:
        line = buffer[at : at + LONGEST_CHUNK_LINE + 1]
        if (
            b"\n" in line
            or len(line) > LONGEST_CHUNK_LINE
            or not re.match(rb"[0-9a-fA-F]{1,15}(?:[ \t]*;|[ \t]*\r?\Z)", line)
        ):
            raise MalformedError("a chunk does not begin with its size")

    def _feed_trailers(self, data: bytes) -> None:
        """Take whole lines, which are checked and forgotten. `_left` counts their bytes here."""
        rest = self._rest + data
        if self._left + len(rest) > LARGEST_HEAD:
            raise EndlessError(f"the response's trailers are larger than {LARGEST_HEAD} bytes")
        end = rest.find(_LINES_END)
        known = (end if end >= 0 else rest.rfind(b"\r\n")) + 2
        if _FIELDS.fullmatch(rest[2:known].decode("latin-1")) is None:
            raise MalformedError("the response's trailers are malformed")
        if end >= 0:
            if len(rest) > end + 4:
                self.keep_alive = False
            self.framing, self._rest, self._left = "done", b"", 0
        elif b"\n" in rest[known:]:
            raise MalformedError("a line of the response's trailers ends with a bare line feed")
        else:
            self._left += known - 2
            self._rest = rest[known - 2 :]


def _refuse_bare_line_feeds(head: str) -> None:
    if head.count("\n") != head.count("\r\n"):
        raise MalformedError("a line of the response's headers ends with a bare line feed")


def _take_plain(buffer: bytes, pieces: list[bytes]) -> int:
    """Take the chunks that `buffer` begins with, if they are whole and plain: a bare size, data without a line break. Return
    how many bytes they were. No step for a single chunk is ours, so a burst of small ones costs half."""
    parts = buffer.split(b"\r\n")
    ended = (len(parts) - 1) // 2 * 2
    sizes, data = parts[:ended:2], parts[1:ended:2]
    lengths = list(map(len, data))
    if 0 in lengths:  # the last chunk is another matter
        last = lengths.index(0)
        del sizes[last:], data[last:], lengths[last:]
    digits = b"".join(sizes)
    if digits.translate(None, _HEX) or not all(sizes) or len(max(sizes, key=len, default=b"")) > MOST_DIGITS:
        return 0
    if list(map(int, sizes, repeat(16))) != lengths:
        return 0
    pieces += data
    return len(digits) + sum(lengths) + 4 * len(data)
