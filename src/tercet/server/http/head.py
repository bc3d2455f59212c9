"""The head of a request: bytes in, names and values out. Strict where two readers could see two requests (RFC 9112)."""

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
_LINE = re.compile(_TOKEN + rb"{1,32} [\x21\x22\x24-\x7e]+ HTTP/1\.[01]\r\n")
_FIELDS = re.compile(rb"(?:" + _TOKEN + rb"+:[^\x00-\x08\x0a-\x1f\x7f]*\r\n)*")
_BEGINNING = re.compile(_TOKEN + rb"{1,32}(?: [\x21\x22\x24-\x7e]*(?: [HTP/1.0]{0,8}\r?)?)?")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_ELSEWHERE = re.compile(rb"https?://([^/?]*)(.*)")
ONCE = (b"host", b"content-length", b"transfer-encoding")
NOT_HTTP = "Invalid HTTP request received."


class MalformedError(Exception):
    """What came is no HTTP/1.1, or could be read in two ways. The text is for the client."""


class Head:
    """A request without its body. `path` is decoded, `raw_path` as it came; header names are in lower case."""

    __slots__ = (
        "expects_continue",
        "headers",
        "is_1_0",
        "keep_alive",
        "length",
        "method",
        "pairs",
        "path",
        "query_string",
        "raw_path",
        "size",
    )

    def __init__(
        self, method: str, target: bytes, pairs: Pairs = (), *, headers: dict[bytes, bytes] | None = None, size: int = 0
    ) -> None:
        self.method, self.pairs, self.size = method, pairs, size
        self.headers = dict(pairs) if headers is None else headers
        self.raw_path, _, self.query_string = target.partition(b"?")
        path = self.raw_path.decode("ascii")
        self.path = unquote(path) if "%" in path else path
        self.length = 0
        self.is_1_0 = False
        self.keep_alive = True
        self.expects_continue = False


def parsed(data: bytes) -> Head:
    """The head that these bytes are, up to and with the last header's line end. Raises MalformedError."""
    line = _LINE.match(data)
    if line is None:
        raise MalformedError(NOT_HTTP)
    start = line.end()
    if _FIELDS.fullmatch(data, start) is None:
        raise MalformedError("The headers of this request are malformed.")
    pairs = []
    for field in data[start:-2].split(b"\r\n") if len(data) > start else ():
        name, _, value = field.partition(b":")
        pairs.append((name.lower(), value.strip(b" \t")))
    headers = dict(pairs)
    if len(headers) < len(pairs):
        _check_repeated(pairs)
    method, target, _ = data[:start].split(b" ", 2)
    if target[:1] != b"/":
        target = _path_of(target, headers)
    head = Head(method.decode("ascii"), target, pairs, headers=headers, size=len(data))
    head.is_1_0 = data[start - 3] == 0x30
    _frame(head)
    return head


def _check_repeated(pairs: Pairs) -> None:
    names = [name for name, _ in pairs]
    for name in ONCE:
        if names.count(name) > 1:
            raise MalformedError(f"The header {name.decode()} is given more than once.")


def _path_of(target: bytes, headers: dict[bytes, bytes]) -> bytes:
    """The path of a target that does not begin with one: a whole URL, as proxies are asked, or `*`."""
    if target == b"*":
        return target
    found = _ELSEWHERE.fullmatch(target)
    if found is None:
        raise MalformedError(NOT_HTTP)
    if found[1].lower() != headers.get(b"host", b"").lower():
        raise MalformedError("The URL of this request and its Host header name different servers.")
    return found[2] if found[2][:1] == b"/" else b"/" + found[2]


def _frame(head: Head) -> None:
    """How long the body is and whether the connection goes on: from the few headers that say so."""
    headers = head.headers
    length = headers.get(b"content-length")
    if length is not None:
        if _LENGTH.fullmatch(length) is None:
            raise MalformedError("The content-length of this request is not a number.")
        head.length = int(length)
    if b"transfer-encoding" in headers:
        coding = headers[b"transfer-encoding"].lower()
        if length is not None or head.is_1_0 or coding != b"chunked":
            raise MalformedError("The length of this request's body is ambiguous.")
        head.length = CHUNKED
    if b"connection" in headers or head.is_1_0:
        said = headers.get(b"connection", b"").lower()
        head.keep_alive = b"keep-alive" in said if head.is_1_0 else b"close" not in said
    if b"expect" in headers:
        head.expects_continue = headers[b"expect"].lower() == b"100-continue" and not head.is_1_0


def check_begun(data: bytes) -> None:
    """Raise MalformedError if these bytes cannot be how a head begins."""
    if len(data) > LARGEST_HEAD:
        raise MalformedError("The headers of this request are too large.")
    if data == b"\r":  # of a line break before the request
        return
    line, found, _ = data.partition(b"\n")
    good = _LINE.fullmatch(line + found) if found else _BEGINNING.fullmatch(line)
    if good is None or data.count(b"\n") != data.count(b"\r\n"):
        raise MalformedError(NOT_HTTP)
