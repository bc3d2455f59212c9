"""Turns the bytes of a body into a form that can be read and holds no credential, or into their size and hash.

There is no third way: only what this module gives is kept, by the journal and by recordings. Compression is undone
first, declared or not, then the charset, then JSON, a form, parts or a stream; what is left of it is redacted.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from tercet.server.errors import HTTPError
from tercet.server.exchange import decoded_json
from tercet.server.http.bodies import FormPart, parts_of
from tercet.server.journal.streaming import cleaned_stream
from tercet.wire.redaction import REDACTED, Redaction, Unreadable, is_field

MOST_LAYERS = 4
"""Compressions of one body, one within the other, that are undone."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks, longer ones first."""
CHARSETS = {
    "": "utf-8", "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "utf-8", "ascii": "utf-8", "iso-8859-1": "latin-1",
    "latin-1": "latin-1", "latin1": "latin-1", "windows-1252": "cp1252", "utf-16": "utf-16", "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be", "utf-32": "utf-32", "utf-32le": "utf-32-le", "utf-32be": "utf-32-be",
}  # fmt: skip
UNDONE = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_CHARSET = re.compile(r"charset\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
BOUNDARY = "boundary"
"""The boundary of all parts that are kept, in the place of accidental ones."""
Head = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReadableBody:
    """A body as it may be kept. `value` is a JSON value, a text, the pieces of a stream, or its size and hash."""

    kind: Literal["nothing", "json", "text", "stream", "unread"]
    value: Any = None
    bytes_read: int = 0
    """Its length once compression was undone."""

    @property
    def is_whole(self) -> bool:
        """Whether all of it could be read."""
        return self.kind != "unread" and (self.kind != "stream" or all(piece.text for piece in self.value))

    def written(self) -> bytes:
        """Return the body as the journal has it: canonical JSON, text, or a note in the place of what could not be
        read."""
        if self.kind == "json":
            return msgspec.json.encode(self.value)
        if self.kind == "stream":
            return "".join(piece.text or f": {note(piece.unread)}\n\n" for piece in self.value).encode()
        return (note(self.value) if self.kind == "unread" else self.value or "").encode()

    def stored(self) -> Any:
        """Return the body as a recording has it: `{"json": …}`, `{"text": …}`, `{"unread": …}`, or None."""
        if self.kind == "stream":
            return {"text": self.written().decode()}
        return None if self.kind == "nothing" else {self.kind: self.value}


NOTHING = ReadableBody("nothing")


def readable(pairs: Iterable[tuple[bytes, bytes]], body: bytes, redaction: Redaction, most: int) -> ReadableBody:
    """Return the body without credentials; its size and hash if that cannot be had, or if it grows beyond `most`
    bytes."""
    head: dict[str, str] = {}
    for name, value in pairs:
        key, said = name.decode("latin-1").lower(), value.decode("latin-1").strip()
        head[key] = f"{head[key]}, {said}" if key in head else said
    return _readable(head, body, redaction, most)


def unread(size: int, sha256: str) -> ReadableBody:
    """Return a body of which nothing more is kept."""
    return ReadableBody("unread", {"bytes": size, "sha256": sha256})


def note(about: Any) -> str:
    """Return the words in the place of bytes that could not be read."""
    return f"<not kept: {about['bytes']} bytes that could not be read, sha256 {about['sha256']}>"


def _readable(head: Head, body: bytes, redaction: Redaction, most: int) -> ReadableBody:
    if not body:
        return NOTHING
    try:
        plain = _decompressed(body, head.get("content-encoding", ""), most)
        return _understood(head, plain, redaction, most)
    except (Unreadable, HTTPError, ValueError, RecursionError, OverflowError, msgspec.MsgspecError, zlib.error):
        return unread(len(body), hashlib.sha256(body).hexdigest())


def _understood(head: Head, plain: bytes, redaction: Redaction, most: int) -> ReadableBody:
    declared = head.get("content-type", "")
    kind = declared.partition(";")[0].strip().lower()
    if kind.startswith("multipart/"):
        text = _parts(parts_of(plain, declared), redaction, most)
        return ReadableBody("text", text, len(plain))
    text = _decoded(plain, declared)
    if kind == "text/event-stream":
        return ReadableBody("stream", cleaned_stream(text, redaction), len(plain))
    if kind == "application/x-www-form-urlencoded":
        return ReadableBody("text", redaction.query(text.encode("latin-1")), len(plain))
    if "json" in kind or (not kind.startswith("text/") and text.lstrip()[:1] in ("{", "[")):
        return _json(text, redaction, len(plain))
    return ReadableBody("text", _checked(redaction.text(text), redaction), len(plain))


def _json(text: str, redaction: Redaction, size: int) -> ReadableBody:
    try:
        value = decoded_json(text.encode())
    except HTTPError:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2:
            raise
        values = redaction.json([decoded_json(line.encode()) for line in lines])
        return ReadableBody("text", "".join(f"{msgspec.json.encode(value).decode()}\n" for value in values), size)
    return ReadableBody("json", redaction.json(value), size)


def _checked(text: str, redaction: Redaction) -> str:
    if redaction.finds(text):
        raise Unreadable
    return text


def _decompressed(body: bytes, declared: str, most: int) -> bytes:
    """Return the bytes without compression, whether it was declared, done twice, or not said at all."""
    codings = [coding.strip().lower() for coding in declared.split(",")]
    if any(coding not in UNDONE for coding in codings):
        raise Unreadable
    for _ in range(MOST_LAYERS):
        if body[:2] != b"\x1f\x8b" and not _looks_deflated(body, "deflate" in codings):
            break
        body = _inflated(body, most, raw=body[:2] != b"\x1f\x8b" and not _has_zlib_head(body))
    else:
        raise Unreadable
    if len(body) > most:
        raise Unreadable
    return body


def _has_zlib_head(body: bytes) -> bool:
    return len(body) > 2 and body[0] & 0x8F == 0x08 and int.from_bytes(body[:2], "big") % 31 == 0


def _looks_deflated(body: bytes, is_declared: bool) -> bool:
    """Return whether this is zlib's frame, or what was called deflate and is no text."""
    if _has_zlib_head(body) and (body[0] == 0x78 or is_declared):
        try:
            zlib.decompressobj().decompress(body[:4096], 1)
        except zlib.error:
            return False
        return True
    return is_declared and NO_TEXT.search(body[:200].decode("latin-1")) is not None


def _inflated(body: bytes, most: int, *, raw: bool) -> bytes:
    """Return what one layer of compression holds. Raises Unreadable where it is broken, cut, followed by more, or
    too large."""
    pieces, left = [], most
    while body:
        reader = zlib.decompressobj(-15 if raw else 47)
        pieces.append(reader.decompress(body, left + 1))
        left -= len(pieces[-1])
        if left < 0 or not reader.eof:
            raise Unreadable
        body = reader.unused_data
        if body and body[:2] != b"\x1f\x8b":
            raise Unreadable
    return b"".join(pieces)


def _decoded(plain: bytes, declared: str) -> str:
    """Return the text of bytes, by their mark or their declared charset. Raises Unreadable and ValueError where they
    are none."""
    found = _CHARSET.search(declared)
    charset = CHARSETS.get(found[1].lower() if found else "")
    marked = next((name for mark, name in MARKS if plain.startswith(mark)), charset)
    if marked is None:
        raise Unreadable
    text = plain.decode(marked).lstrip("\ufeff")
    if NO_TEXT.search(text):
        raise Unreadable
    return text


def _parts(parts: list[FormPart], redaction: Redaction, most: int) -> str:
    """Return a form's parts, each read as a body of its own, between boundaries of one name."""
    shown = []
    for part in parts:
        if is_field(part.name):
            written = REDACTED
        else:
            written = _readable({"content-type": part.content_type}, part.content, redaction, most).written().decode()
        about = f'form-data; name="{_quoted(part.name)}"'
        about += f'; filename="{_quoted(part.filename)}"' if part.filename is not None else ""
        kind = f"Content-Type: {part.content_type}\r\n" if part.content_type else ""
        head = redaction.text(f"--{BOUNDARY}\r\nContent-Disposition: {about}\r\n{kind}")
        shown.append(f"{head}\r\n{written}\r\n")
    return _checked("".join((*shown, f"--{BOUNDARY}--\r\n")), redaction)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
