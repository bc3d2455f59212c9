"""Requests as bytes: their heads, and bodies that come in chunks. Strict where two readers could see two requests (RFC 9112)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

Pairs = Sequence[tuple[bytes, bytes]]

LARGEST_HEAD = 128 * 1024
CHUNKED = -1
"""The length of a body that comes in chunks: it is known at its end."""
END = b"\r\n\r\n"
_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
MOST_KEPT = 64
"""Lines that a connection remembers."""
_LINE = re.compile(_TOKEN + rb"{1,32} [\x21\x22\x24-\x7e]+ HTTP/1\.[01]")
_FIELD = re.compile(_TOKEN + rb"+:[^\x00-\x08\x0a-\x1f\x7f]*")
_BEGINNING = re.compile(_TOKEN + rb"{1,32}(?: [\x21\x22\x24-\x7e]*(?: [HTP/1.0]{0,8}\r?)?)?")
_BLANK_LINES = re.compile(rb"(?:\r\n)*")
_ELSEWHERE = re.compile(rb"https?://([^/?]*)(.*)")
LONGEST_LENGTH = 18
ONCE = (b"host", b"content-length", b"transfer-encoding")
NOT_HTTP = "Invalid HTTP request received."


class MalformedRequestError(Exception):
    """Bytes that are no HTTP/1.1, or could be read in two ways. The text is for the client."""


class RequestLine:
    """The first line: what is asked for. `path` is decoded, `raw_path` as it came."""

    __slots__ = ("is_1_0", "method", "path", "query_string", "raw_path")

    def __init__(self, method: str, target: bytes, *, is_1_0: bool = False) -> None:
        self.method, self.is_1_0 = method, is_1_0
        self.raw_path, _, self.query_string = target.partition(b"?")
        path = self.raw_path.decode("ascii")
        self.path = unquote(path) if "%" in path else path


class Head:
    """A request without its body. The names of its headers are in lower case."""

    __slots__ = ("expects_continue", "headers", "keep_alive", "length", "line", "pairs", "size")

    def __init__(self, line: RequestLine, pairs: Pairs = (), headers: dict[bytes, bytes] | None = None, size: int = 0):
        self.line, self.pairs, self.size = line, pairs, size
        self.headers = dict(pairs) if headers is None else headers
        self.length = 0
        self.keep_alive = True
        self.expects_continue = False


class HeadReader:
    """Reads the heads of one connection. Clients say the same lines again and again: each is looked into once."""

    __slots__ = ("_fields", "_lines")

    def __init__(self) -> None:
        self._lines, self._fields = _Lines(), _Fields()

    def read(self, data: bytes) -> Head:
        """Return the head that these bytes are, without the empty line behind it. Raises MalformedRequestError."""
        first, *fields = data.split(b"\r\n")
        line = self._lines[first]
        pairs = list(map(self._fields.__getitem__, fields))
        headers = dict(pairs)
        if len(headers) < len(pairs):
            _check_repeated(pairs)
        if line.raw_path[:1] != b"/":
            line = _elsewhere(line, first, headers)
        head = Head(line, pairs, headers, len(data))
        _frame(head)
        return head


class _Lines(dict[bytes, RequestLine]):
    def __missing__(self, line: bytes) -> RequestLine:
        if _LINE.fullmatch(line) is None:
            raise MalformedRequestError(NOT_HTTP)
        method, target, version = line.split(b" ")
        made = RequestLine(method.decode("ascii"), target, is_1_0=version == b"HTTP/1.0")
        if len(self) >= MOST_KEPT:
            self.clear()
        self[line] = made
        return made


class _Fields(dict[bytes, tuple[bytes, bytes]]):
    def __missing__(self, line: bytes) -> tuple[bytes, bytes]:
        if _FIELD.fullmatch(line) is None:
            raise MalformedRequestError("The headers of this request are malformed.")
        name, _, value = line.partition(b":")
        made = name.lower(), value.strip(b" \t")
        if len(self) >= MOST_KEPT:
            self.clear()
        self[line] = made
        return made


def _check_repeated(pairs: Pairs) -> None:
    names = [name for name, _ in pairs]
    for name in ONCE:
        if names.count(name) > 1:
            raise MalformedRequestError(f"The header {name.decode()} is given more than once.")


def _elsewhere(line: RequestLine, first: bytes, headers: dict[bytes, bytes]) -> RequestLine:
    """Return the line of a target that does not begin with a path: a whole URL, as proxies are asked, or `*`."""
    target = first.split(b" ")[1]
    if target == b"*":
        return line
    found = _ELSEWHERE.fullmatch(target)
    if found is None:
        raise MalformedRequestError(NOT_HTTP)
    if found[1].lower() != headers.get(b"host", b"").lower():
        raise MalformedRequestError("The URL of this request and its Host header name different servers.")
    path = found[2] if found[2][:1] == b"/" else b"/" + found[2]
    return RequestLine(line.method, path, is_1_0=line.is_1_0)


def _frame(head: Head) -> None:
    """Return how long the body is and whether the connection goes on, by the few headers that say so."""
    headers, is_1_0 = head.headers, head.line.is_1_0
    length = headers.get(b"content-length")
    if length is not None:
        if not length.isdigit() or len(length) > LONGEST_LENGTH:
            raise MalformedRequestError("The content-length of this request is not a number.")
        head.length = int(length)
    if b"transfer-encoding" in headers:
        if length is not None or is_1_0 or headers[b"transfer-encoding"].lower() != b"chunked":
            raise MalformedRequestError("The length of this request's body is ambiguous.")
        head.length = CHUNKED
    if b"connection" in headers or is_1_0:
        said = headers.get(b"connection", b"").lower()
        head.keep_alive = b"keep-alive" in said if is_1_0 else b"close" not in said
    if b"expect" in headers:
        head.expects_continue = headers[b"expect"].lower() == b"100-continue" and not is_1_0


def without_blank_lines(data: bytes) -> bytes:
    """Return what follows the empty lines: some clients end a body with a line break too many."""
    return data[_BLANK_LINES.match(data).end() :]  # type: ignore[union-attr]  # it matches nothing at all, too


def check_begun(data: bytes) -> None:
    """Raise MalformedRequestError if these bytes cannot be how a head begins."""
    if len(data) > LARGEST_HEAD:
        raise MalformedRequestError("The headers of this request are too large.")
    if data == b"\r":  # of a line break before the request
        return
    line, found, _ = data.partition(b"\n")
    good = _LINE.fullmatch(line[:-1]) if found else _BEGINNING.fullmatch(line)
    if good is None or data.count(b"\n") != data.count(b"\r\n"):
        raise MalformedRequestError(NOT_HTTP)


# --- bodies in chunks (RFC 9112, section 7.1): feed bytes, get the body's. No limit on the whole -----------------------------

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
        """The bytes behind the body."""
        return bytes(self._buffer)

    def feed(self, data: bytes) -> bytes:
        """Return the bytes of the body that this completes. Raises MalformedRequestError."""
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
        """Return the next line, taken out; None if it has not ended yet."""
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
