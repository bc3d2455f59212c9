"""One request as the handlers see it, and what they give back. Reads bodies with limits; knows no route and no noun."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from tercet.server.cached import cached_attribute
from tercet.server.errors import HTTPError, invalid
from tercet.server.faults.spec import FaultSpec
from tercet.server.http.bodies import decoded
from tercet.server.http.parser import Head, Pairs
from tercet.server.http.transfer import BodyTooLargeError, LateError, Outlet, RequestBody
from tercet.server.service.responder import Responder

HeaderPairs = Pairs
JSON = (b"content-type", b"application/json")
LOCAL = (b"tercet-local", b"1")
"""Says that nobody is billed for this answer."""
CLOSE = ((b"connection", b"close"),)
TOO_LARGE = "Request exceeds the maximum allowed number of bytes."
SECRET = frozenset({"x-api-key", "authorization", "proxy-authorization", "cookie", "api-key", "x-amz-security-token"})


@dataclass(slots=True)
class PlainResponse:
    """A whole response."""

    body: bytes = b""
    status: int = 200
    headers: HeaderPairs = (JSON,)


@dataclass(slots=True)
class StreamResponse:
    """A response in chunks. With `pace`, that many chunks a second; they may be made while they are sent."""

    chunks: Iterable[bytes]
    headers: HeaderPairs
    pace: float | None = None


@dataclass(slots=True)
class LiveResponse:
    """A response whose body comes while it is sent, such as another server's. Its headers go out as they are."""

    status: int
    headers: HeaderPairs
    chunks: AsyncGenerator[bytes, None]


Handler = Callable[..., Awaitable[PlainResponse | StreamResponse | LiveResponse]]
Finder = Callable[[str, str, bytes], tuple[Handler, list[str]]]
"""From verb, path and the path as it came to the handler and the values of the path's variable segments."""


def json_response(value: Any, *headers: tuple[bytes, bytes]) -> PlainResponse:
    """Return a response of this JSON."""
    return PlainResponse(msgspec.json.encode(value), headers=(JSON, *headers))


class ServerExchange:
    """One request: method, path, headers by lower-case name, query, and the body when it is asked for."""

    def __init__(self, head: Head, incoming: RequestBody, request_id: str, body_seconds: float) -> None:
        line = head.line
        self.method, self.path = line.method, line.path
        self.raw_path, self.query_string = line.raw_path, line.query_string
        self.pairs, self.headers = head.pairs, head.headers
        self.header_bytes = head.size
        self.request_id = request_id
        self.warnings: list[str] = []
        """What was let through that the real API refuses; the response says so in a header."""
        self.told: HeaderPairs = ()
        """Headers that every answer to this request carries."""
        self.content = b""
        """The body, once it was read."""
        self.answerer: Responder | None = None
        """Who answers this one request, if not the server's own answerer."""
        self.find: Finder | None = None
        """Finds the handler of this one request, if not the routes."""
        self.faults: tuple[FaultSpec, ...] = ()
        """What a script wants to go wrong."""
        self.fault = ""
        """The words that asked for the faults that struck."""
        self.bare: Outlet | None = None
        """Where the response goes in the end, whatever stands before it."""
        self._is_read = False
        self._incoming, self._body_seconds = incoming, body_seconds

    def header(self, name: bytes) -> str:
        """Return the header's value, stripped; empty if it is not there."""
        return self.headers.get(name, b"").decode("latin-1").strip()

    def all_of(self, name: bytes) -> list[str]:
        """Return the comma-separated items of every header of this name."""
        if name not in self.headers:
            return []
        values = [value.decode("latin-1") for key, value in self.pairs if key == name]
        return [item for value in values for item in map(str.strip, value.split(",")) if item]

    @cached_attribute
    def query(self) -> list[tuple[str, str]]:
        """The query's pairs, `beta=true` and the like included."""
        try:
            return parse_qsl(self.query_string.decode("latin-1"), keep_blank_values=True, max_num_fields=1000)
        except ValueError:
            raise invalid("The query holds too many parameters.") from None

    @cached_attribute
    def base_url(self) -> str:
        """This server's URL as the client wrote it."""
        return f"http://{self.header(b'host')}"

    @cached_attribute
    def public_headers(self) -> dict[str, str]:
        """The headers without credentials."""
        named = ((key.decode("latin-1"), value.decode("latin-1")) for key, value in self.pairs)
        return {key: value for key, value in named if key not in SECRET}

    async def body(self, limit: int) -> bytes:
        """Return the whole body, also when asked again. Raises 413 above `limit` bytes and 408 if it does not come
        in time."""
        incoming = self._incoming
        try:
            if not incoming.is_whole:
                await incoming.arrival(limit, self._body_seconds)
            if not self._is_read:
                self.content, self._is_read = incoming.taken(limit), True
            elif len(self.content) > limit:
                raise BodyTooLargeError
        except BodyTooLargeError:
            raise HTTPError(413, TOO_LARGE, headers=() if incoming.is_whole else CLOSE) from None
        except LateError:
            raise HTTPError(408, "The request body did not arrive in time.", headers=CLOSE) from None
        return self.content

    async def json(self, limit: int) -> Any:
        """Return the body decoded. Raises the API's errors for other content types and for what is not JSON."""
        body = await self.body(limit)
        kind = self.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if kind != b"application/json":
            said = f", not {kind.decode('latin-1')!r}" if kind else ""
            raise HTTPError(415, f"The Content-Type of this request must be application/json{said}.")
        if b"content-encoding" in self.headers:
            body = self.content = decoded(body, self.header(b"content-encoding").lower(), limit)
        return decoded_json(body)

    @property
    def left(self) -> asyncio.Future[None]:
        """Done when the client has closed the connection. Not to be cancelled."""
        return self._incoming.gone


class BrokenOff(Exception):  # noqa: N818 - another server's failure
    """A body that comes from elsewhere broke off: the client shall see that too."""


# --- JSON text, with the API's words for what is none ------------------------------------------------------------------

NOT_JSON = "The request body is not valid JSON: "
EMPTY = "Input is a zero-length, empty document: line 1 column 1 (char 0)"
DEEPEST = 200
"""Levels of nesting. The real limit is not known; this keeps every later step far from the interpreter's."""
_decode = msgspec.json.Decoder().decode


def decoded_json(body: bytes) -> Any:
    """Return the value of a body. Raises a 400 that says where the text stops being JSON."""
    if not body.strip():
        raise invalid(NOT_JSON + EMPTY)
    try:
        value = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise invalid(NOT_JSON + _complaint(body)) from None
    except RecursionError:
        raise _too_deep() from None
    if _nests_deeply(body) and _depth_exceeds(value):
        raise _too_deep()
    return value


def _too_deep() -> HTTPError:
    return invalid(f"{NOT_JSON}more than {DEEPEST} levels are nested: line 1 column 1 (char 0)")


def _nests_deeply(body: bytes) -> bool:
    return body.count(b"[") + body.count(b"{") > DEEPEST


def _depth_exceeds(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def _complaint(body: bytes) -> str:
    try:
        json.loads(body)
    except json.JSONDecodeError as problem:
        place = f"line {problem.lineno} column {problem.colno} (char {problem.pos})"
        if problem.pos >= len(problem.doc) or problem.msg.startswith("Unterminated"):
            return _at_end(problem.doc)
        return f"{problem.msg[:1].lower()}{problem.msg[1:]}: {place}"
    except UnicodeDecodeError as problem:
        return f"the text is not UTF-8: line 1 column {problem.start + 1} (char {problem.start})"
    except (ValueError, RecursionError):  # numbers with thousands of digits, thousands of levels
        return "a value is out of range: line 1 column 1 (char 0)"
    return "unexpected character: line 1 column 1 (char 0)"


def _at_end(text: str) -> str:
    line = text.count("\n") + 1
    column = len(text) - (text.rfind("\n") + 1)
    return f"unexpected end of data: line {line} column {column + 1} (char {len(text)})"
