"""One exchange as a readable file: what was asked, what was answered and when, without credentials. Reads and writes.

Format 1: JSON with `request` (method, path, query, headers, body) and `response` (status, headers, and `body`, or
`chunks` of text with the milliseconds after which each came). A body is {"json": …}, {"text": …}, or {"unread": {bytes,
sha256}} where it could not be read; such an answer cannot be played. Older files hold {"base64": …} as well.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

from tercet.server.errors import HTTPError
from tercet.server.exchange import decoded_json
from tercet.server.journal.bodies import BOUNDARY, ReadableBody, readable
from tercet.server.journal.streaming import Piece
from tercet.wire.msgspec_warmup import warm_up
from tercet.wire.redaction import Redaction

FORMAT = 1
NOT_KEPT = frozenset({"connection", "transfer-encoding", "content-length", "host", "accept-encoding", "date"})
"""Headers of the connection, not of what is said."""
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
MOST_MILLISECONDS = 24 * 3600 * 1000
MOST_OF_A_BODY = 64 * 1024 * 1024
"""Bytes of a body that is kept, without compression. Of a larger one, its size and hash are."""
DECODED = frozenset({"content-encoding"})
"""Headers that say nothing of a body that was decoded."""
_CHARSET = re.compile(r"(;\s*charset=)[^;]*", re.IGNORECASE)
_HASH = re.compile(r"[0-9a-f]{64}")
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
    missing: str = ""
    """Why it cannot be played: what of the answer is not in the file."""


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request as it is kept and compared, and the credentials that it has shown."""

    path: str
    query: str
    body: Any
    redaction: Redaction


def asked_of(path: str, query: bytes, headers: Pairs, content: bytes, *answered: Pairs) -> RecordedRequest:
    """Return the request without credentials, its body decoded, and without `beta=true`, which changes nothing."""
    redaction = Redaction(headers, *answered, query=query)
    body = readable(headers, content, redaction, MOST_OF_A_BODY).stored()
    parts = redaction.query(query).split("&")
    return RecordedRequest(
        redaction.text(path), "&".join(part for part in parts if part and part != "beta=true"), body, redaction
    )


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
        """Return the file's JSON."""
        asked = asked_of(self.path, self.query, self.request_headers, self.content, self.response_headers)
        kept = asked.redaction.headers(self.request_headers)
        return {
            "format": FORMAT,
            "request": {
                "method": self.method,
                "path": asked.path,
                "query": asked.query,
                "headers": {name: value for name, value in kept.items() if name not in NOT_KEPT},
                "body": asked.body,
            },
            "response": self._response(asked.redaction),
        }

    def _response(self, redaction: Redaction) -> Json:
        kept = redaction.headers(self.response_headers)
        headers = {name: value for name, value in kept.items() if name not in NOT_KEPT | DECODED}
        if "content-type" in headers:
            headers["content-type"] = _CHARSET.sub(r"\1utf-8", headers["content-type"])
        shown: Json = {"status": self.status, "headers": headers}
        whole = b"".join(data for _, data in self.chunks)
        body = readable(self.response_headers, whole, redaction, MOST_OF_A_BODY)
        if body.kind == "stream":
            shown["chunks"] = [_chunk(seconds, piece) for seconds, piece in _timed(body, len(whole), self.chunks)]
        else:
            shown["milliseconds"] = round(1000 * max((seconds for seconds, _ in self.chunks), default=0.0), 3)
            shown["body"] = body.stored()
        return shown


def _bytes_of(body: Any) -> bytes:
    if body is None or _is_unread(body):
        return b""
    if not isinstance(body, dict) or len(body) != 1 or not body.keys() & {"json", "text", "base64"}:
        raise ValueError("a body holds json, text, base64 or unread")
    if "json" in body:
        return msgspec.json.encode(body["json"])
    return body["text"].encode() if "text" in body else base64.b64decode(body["base64"], validate=True)


def _timed(body: ReadableBody, size: int, chunks: Sequence[tuple[float, bytes]]) -> list[tuple[float, Piece]]:
    """Return each event with the time at which its last byte came; where it was compressed, a near one."""
    ends, reached = [], 0
    for seconds, data in chunks:
        reached += len(data)
        ends.append((reached, seconds))
    timed, place, reached = [], 0, 0
    for piece in body.value:
        reached += piece.size
        while place < len(ends) - 1 and ends[place][0] * body.bytes_read < reached * size:
            place += 1
        timed.append((ends[place][1] if ends else 0.0, piece))
    return timed


def _chunk(seconds: float, piece: Piece) -> Json:
    kept = {"text": piece.text} if piece.unread is None else {"unread": piece.unread}
    return {"milliseconds": round(1000 * seconds, 3), **kept}


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


class _Unread(msgspec.Struct):
    bytes: int
    sha256: str


class _TimedChunk(msgspec.Struct):
    milliseconds: Annotated[float, msgspec.Meta(ge=0, le=MOST_MILLISECONDS)]
    text: str | None = None
    unread: _Unread | None = None


class _Asked(msgspec.Struct):
    method: str
    path: str
    query: str
    headers: dict[str, Any] = {}
    body: Any = None


class _Answered(msgspec.Struct):
    status: Annotated[int, msgspec.Meta(ge=200, le=599)]
    headers: dict[str, str]
    milliseconds: Annotated[float, msgspec.Meta(ge=0, le=MOST_MILLISECONDS)] = 0.0
    chunks: list[_TimedChunk] | None = None
    body: Any = None


class _File(msgspec.Struct):
    format: int
    request: _Asked | None = None
    response: _Answered | None = None


def read(path: Path) -> Recording:
    """Return the recording of a file. Raises BadRecording, which says what is wrong with it, and OSError."""
    try:
        return _recording(msgspec.json.decode(path.read_bytes(), type=warm_up(_File)), path.name)
    except BadRecording:
        raise
    except (RecursionError, HTTPError):
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
    missing = ""
    if answered.chunks is not None:
        chunks = [(each.milliseconds / 1000, _text_of(each).encode()) for each in answered.chunks]
        places = [number for number, each in enumerate(answered.chunks) if each.unread is not None]
        missing = f"response.chunks.{places[0]}" if places else ""
    else:
        chunks = [(answered.milliseconds / 1000, _bytes_of(answered.body))]
        missing = "response.body" if _is_unread(answered.body) else ""
    headers = {key: value for key, value in answered.headers.items() if key.lower() not in NOT_KEPT}
    request = (asked.method, asked.path, asked.query, _as_now(asked))
    return Recording(*request, answered.status, headers, tuple(chunks), name, missing)


def _is_unread(body: Any) -> bool:
    if not isinstance(body, dict) or body.keys() != {"unread"}:
        return False
    about = msgspec.convert(body["unread"], _Unread)
    if _HASH.fullmatch(about.sha256) is None or about.bytes < 0:
        raise ValueError("unread holds bytes, a size, and sha256, 64 hexadecimal digits")
    return True


def _text_of(chunk: _TimedChunk) -> str:
    if (chunk.text is None) == (chunk.unread is None):
        raise ValueError("a chunk holds text or unread")
    return chunk.text or ""


def _as_now(asked: _Asked) -> Any:
    """Return the body of a request as it would be kept now: older versions took less out of it."""
    content, headers = _bytes_of(asked.body), {**asked.headers}
    if asked.body is None or _is_unread(asked.body):
        return asked.body
    if content.startswith(f"--{BOUNDARY}\r\n".encode()):
        headers["content-type"] = f"multipart/form-data; boundary={BOUNDARY}"
    pairs = [(name.encode("latin-1"), str(value).encode("latin-1")) for name, value in headers.items()]
    return readable(pairs, content, Redaction(), MOST_OF_A_BODY).stored()


def _check_headers(headers: Mapping[str, str]) -> None:
    for key, value in headers.items():
        if not (HEADER_NAME.fullmatch(key) and HEADER_VALUE.fullmatch(value)):
            raise ValueError(f"the header {key[:60]!r} cannot be sent")
