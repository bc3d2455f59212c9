"""One exchange as a readable file: what was asked, what was answered and when, without credentials. Reads and writes.

Format 1: JSON with `request` (method, path, query, headers, body) and `response` (status, headers, and `body`, or
`chunks` of text with the milliseconds after which each came). Bodies that are neither JSON nor text are in base64.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

from tercet.server.errors import APIError
from tercet.server.journal.redaction import Redaction, redacted_json, redacted_url, shown_headers
from tercet.server.json_text import decoded_json
from tercet.wire.first_use import learned

FORMAT = 1
NOT_KEPT = frozenset({"connection", "transfer-encoding", "content-length", "host", "accept-encoding", "date"})
"""Headers of the connection, not of what is said."""
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
MOST_MILLISECONDS = 24 * 3600 * 1000
BOUNDARY = re.compile(rb"boundary=\"?([^\";]+)")
Json = dict[str, Any]
Pairs = Sequence[tuple[bytes, bytes]]


class BadRecording(ValueError):  # noqa: N818 - the message names the file
    """A file that is no recording."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One exchange. `chunks` are (seconds since the request, bytes)."""

    method: str
    path: str
    query: str
    body: Any
    status: int
    headers: dict[str, str]
    chunks: tuple[tuple[float, bytes], ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """An exchange as it took place, credentials and all."""

    method: str
    path: str
    query: bytes
    request_headers: Pairs
    content: bytes
    status: int
    response_headers: Pairs
    chunks: Sequence[tuple[float, bytes]]

    def shown(self) -> Json:
        """The file's JSON."""
        redaction = Redaction(self.request_headers)
        kept = shown_headers(self.request_headers)
        return {
            "format": FORMAT,
            "request": {
                "method": self.method,
                "path": redaction.text(self.path),
                "query": asked_query(self.query),
                "headers": {name: value for name, value in kept.items() if name not in NOT_KEPT},
                "body": asked_body(self.content, self.request_headers),
            },
            "response": self._response(redaction),
        }

    def _response(self, redaction: Redaction) -> Json:
        headers = {name: value for name, value in shown_headers(self.response_headers).items() if name not in NOT_KEPT}
        shown: Json = {"status": self.status, "headers": headers}
        if headers.get("content-type", "").startswith("text/event-stream"):
            whole = redaction.bytes(b"".join(data for _, data in self.chunks))
            shown["chunks"] = [_chunk(seconds, data) for seconds, data in _timed_events(whole, self.chunks)]
        else:
            body = redaction.bytes(b"".join(data for _, data in self.chunks))
            shown["milliseconds"] = round(1000 * max((seconds for seconds, _ in self.chunks), default=0.0), 3)
            shown["body"] = _readable(body)
        return shown


def asked_query(query: bytes) -> str:
    """A query as it is kept and compared: without credentials, and without `beta=true`, which changes nothing."""
    text = redacted_url("?" + query.decode("latin-1"))[1:]
    return "&".join(part for part in text.split("&") if part and part != "beta=true")


def asked_body(content: bytes, headers: Pairs) -> Any:
    """A request's body as it is kept and compared: JSON as JSON; a form without its accidental boundary."""
    boundary = next((BOUNDARY.search(value) for name, value in headers if name == b"content-type"), None)
    if boundary is not None:
        content = content.replace(boundary[1], b"boundary")
    return redacted_json(_readable(Redaction(headers).bytes(content)))


def _readable(body: bytes) -> Any:
    """JSON as it is, other text as {"text": …}, anything else as {"base64": …}, nothing as None."""
    if not body:
        return None
    if body[:1] in (b"{", b"["):
        with contextlib.suppress(APIError):  # not JSON, or nested more deeply than is safe to walk
            return {"json": decoded_json(body)}
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _bytes_of(body: Any) -> bytes:
    if body is None:
        return b""
    if not isinstance(body, dict) or len(body) != 1 or not body.keys() & {"json", "text", "base64"}:
        raise ValueError("a body holds json, text or base64")
    if "json" in body:
        return msgspec.json.encode(body["json"])
    return body["text"].encode() if "text" in body else base64.b64decode(body["base64"], validate=True)


def _timed_events(whole: bytes, chunks: Sequence[tuple[float, bytes]]) -> list[tuple[float, bytes]]:
    """Whole events, each with the time at which its last byte came. Redaction may have moved bytes: times are near ones."""
    *events, rest = whole.split(b"\n\n")
    pieces = [event + b"\n\n" for event in events] + ([rest] if rest else [])
    ends, size = [], 0
    for seconds, data in chunks:
        size += len(data)
        ends.append((size, seconds))
    timed, place, reached = [], 0, 0
    for piece in pieces:
        reached += len(piece)
        while place < len(ends) - 1 and ends[place][0] < reached:
            place += 1
        timed.append((ends[place][1] if ends else 0.0, piece))
    return timed


def _chunk(seconds: float, data: bytes) -> Json:
    return {"milliseconds": round(1000 * seconds, 3), "text": data.decode("utf-8", "replace")}


def written(taken: Taken, folder: Path, number: int) -> Path:
    """Keep an exchange as a new file of the folder, readable by its owner alone; whole or not at all."""
    what = re.sub(r"[^a-z0-9]+", "-", f"{taken.method} {taken.path}".lower()).strip("-")[:60]
    path = folder / f"{number:05d}-{what}.json"
    data = msgspec.json.format(msgspec.json.encode(taken.shown()), indent=2) + b"\n"
    beside = path.with_name(
        f"{path.name}.{os.getpid()}.part"
    )  # one that a killed server left behind is in nobody's way
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    os.replace(beside, path)
    return path


class _Chunk(msgspec.Struct):
    milliseconds: Annotated[float, msgspec.Meta(ge=0, le=MOST_MILLISECONDS)]
    text: str


class _Asked(msgspec.Struct):
    method: str
    path: str
    query: str
    body: Any = None


class _Answered(msgspec.Struct):
    status: Annotated[int, msgspec.Meta(ge=200, le=599)]
    headers: dict[str, str]
    milliseconds: Annotated[float, msgspec.Meta(ge=0, le=MOST_MILLISECONDS)] = 0.0
    chunks: list[_Chunk] | None = None
    body: Any = None


class _File(msgspec.Struct):
    format: int
    request: _Asked | None = None
    response: _Answered | None = None


def read(path: Path) -> Recording:
    """The recording of a file. Raises BadRecording, which says what is wrong with it, and OSError."""
    try:
        return _recording(msgspec.json.decode(path.read_bytes(), type=learned(_File)), path.name)
    except BadRecording:
        raise
    except (RecursionError, APIError):
        raise BadRecording(f"{path.name} is no recording: it is nested too deeply") from None
    except (KeyError, TypeError, AttributeError, ValueError) as problem:
        raise BadRecording(f"{path.name} is no recording, or was cut short: {problem}") from None


def _recording(found: _File, name: str) -> Recording:
    if found.format != FORMAT:
        raise BadRecording(f"{name} has format {found.format}; this version reads {FORMAT}")
    asked, answered = found.request, found.response
    if asked is None or answered is None:
        raise ValueError("it needs a request and a response")
    _check_headers(answered.headers)
    if isinstance(asked.body, dict) and "json" in asked.body:
        decoded_json(_bytes_of(asked.body))  # refuses what is nested more deeply than is safe to walk
    if answered.chunks is not None:
        chunks = [(each.milliseconds / 1000, each.text.encode()) for each in answered.chunks]
    else:
        chunks = [(answered.milliseconds / 1000, _bytes_of(answered.body))]
    headers = {key: value for key, value in answered.headers.items() if key.lower() not in NOT_KEPT}
    request = (asked.method, asked.path, asked.query, asked.body)
    return Recording(*request, answered.status, headers, tuple(chunks), name)


def _check_headers(headers: Mapping[str, str]) -> None:
    for key, value in headers.items():
        if not (HEADER_NAME.fullmatch(key) and HEADER_VALUE.fullmatch(value)):
            raise ValueError(f"the header {key[:60]!r} cannot be sent")
