"""Amazon's event-stream framing (application/vnd.amazon.eventstream): bytes in any chunking to frames, and the frames of
a streamed message to the server-sent events that the Claude API would have sent. Checks lengths and both checksums."""

from __future__ import annotations

import re
import struct
from binascii import crc32
from typing import Any, NamedTuple

import msgspec

from tercet.wire.errors.platform_errors import error_type_of

CONTENT_TYPE = "application/vnd.amazon.eventstream"
LONGEST_FRAME = 25 * 1024 * 1024
"""Bytes. Amazon's own limit is 24 MiB of payload and 128 KiB of headers."""
SMALLEST_FRAME = 16

_PRELUDE = struct.Struct(">III")
_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Header value type -> bytes of its value: true, false, byte, short, int, long, timestamp, UUID."""
_BYTES, _STRING = 6, 7
_LINE_ENDS = re.compile(rb"\r\n|\r|\n")


class Frame(NamedTuple):
    """Hold one message of the framing. Header values that are no text are left out: nothing here reads them."""

    headers: dict[str, str]
    payload: bytes


class FrameDecoder:
    """Turn bytes into frames. `broken` says what was wrong with the bytes; nothing comes after that."""

    def __init__(self) -> None:
        self.broken: str | None = None
        self._held = bytearray()
        self._last_head: bytes = b""
        self._last_headers: dict[str, str] = {}

    def feed(self, chunk: bytes) -> list[Frame]:
        """Return the frames that this chunk completes."""
        frames: list[Frame] = []
        if self.broken is not None:
            return frames
        self._held += chunk
        start = 0
        while (total := self._length_at(start)) and len(self._held) - start >= total:
            frame = self._frame(bytes(self._held[start : start + total]))
            if frame is None:
                break
            frames.append(frame)
            start += total
        del self._held[:start]
        return frames

    def close(self) -> None:
        """End the bytes: a frame that has begun is broken."""
        if self._held and self.broken is None:
            self.broken = "it ended within a frame of the event stream"

    def _length_at(self, start: int) -> int:
        """Return the length of the frame that starts here; 0 while that is not known, and if it cannot be right."""
        if len(self._held) - start < _PRELUDE.size:
            return 0
        total, heads, checksum = _PRELUDE.unpack_from(self._held, start)
        if crc32(self._held[start : start + 8]) != checksum:
            self.broken = "the checksum of a frame's prelude is wrong"
        elif total > LONGEST_FRAME:
            self.broken = f"a frame of the event stream has {total} bytes, more than {LONGEST_FRAME}"
        elif total < SMALLEST_FRAME or heads > total - SMALLEST_FRAME:
            self.broken = "the lengths in a frame's prelude contradict each other"
        return 0 if self.broken else int(total)

    def _frame(self, data: bytes) -> Frame | None:
        if crc32(data[:-4]) != int.from_bytes(data[-4:], "big"):
            self.broken = "the checksum of a frame is wrong"
            return None
        end = 12 + int.from_bytes(data[4:8], "big")
        head = data[12:end]
        if head != self._last_head:  # the frames of one stream have the same few headers
            try:
                self._last_headers = headers_in(head)
            except (ValueError, IndexError, UnicodeDecodeError, struct.error):
                self.broken = "the headers of a frame cannot be read"
                return None
            self._last_head = head
        return Frame(self._last_headers, data[end:-4])


def headers_in(head: bytes) -> dict[str, str]:
    """Return a frame's headers. Raises ValueError if the bytes are not what they say."""
    headers: dict[str, str] = {}
    at = 0
    while at < len(head):
        named = at + 1 + head[at]
        name, kind = head[at + 1 : named].decode(), head[named]
        at = named + 1
        if kind in (_BYTES, _STRING):
            size = int.from_bytes(head[at : at + 2], "big")
            at += 2
            if kind == _STRING:
                headers[name] = head[at : at + size].decode()
        elif kind in _SIZES:
            size = _SIZES[kind]
        else:
            raise ValueError(f"a header value of type {kind}")
        at += size
        if at > len(head):
            raise ValueError("a header is longer than the headers")
    return headers


class _Chunk(msgspec.Struct):
    event: bytes = msgspec.field(name="bytes")


class _Typed(msgspec.Struct):
    type: str | None = None


_decode_chunk = msgspec.json.Decoder(_Chunk).decode
_decode_type = msgspec.json.Decoder(_Typed).decode


class EventStreamBody:
    """Turn the body of a streamed answer on Bedrock into server-sent events."""

    def __init__(self) -> None:
        self._frames = FrameDecoder()

    @property
    def broken(self) -> str | None:
        """Return what was wrong with the bytes."""
        return self._frames.broken

    def feed(self, chunk: bytes) -> bytes:
        """Return the events that this chunk completes, as bytes of an event stream of the web's kind."""
        return b"".join([self._event(frame) for frame in self._frames.feed(chunk)])

    def close(self) -> None:
        """End the bytes."""
        self._frames.close()

    def _event(self, frame: Frame) -> bytes:
        kind = frame.headers.get(":message-type", "event")
        if kind != "event":
            return _error_event(frame)
        if frame.headers.get(":event-type") != "chunk":
            return b""
        try:
            data = _decode_chunk(frame.payload).event
        except msgspec.DecodeError:
            self._frames.broken = "a chunk of the event stream holds no bytes"
            return b""
        return _message_event(data)


def _message_event(data: bytes) -> bytes:
    """Return one event of the message. An object without a type, such as metrics alone, is none; what is no object is passed on."""
    name: str | None = ""
    try:
        name = _decode_type(data).type
    except msgspec.DecodeError:
        if data.lstrip()[:1] == b"{" and _is_object_of_other_type(data):
            return b""
    if name is None:
        return b""
    if b"\n" in data or b"\r" in data:
        data = b"\ndata: ".join(_LINE_ENDS.split(data))
    line = b"event: %s\n" % name.encode() if name.isidentifier() and name.isascii() else b""
    return b"%sdata: %s\n\n" % (line, data)


def _is_object_of_other_type(data: bytes) -> bool:
    """Return whether this is a JSON object whose `type` is no text."""
    try:
        return isinstance(msgspec.json.decode(data), dict)
    except msgspec.DecodeError:
        return False


def _error_event(frame: Frame) -> bytes:
    """Return an exception or error frame as the Claude API's `error` event. `code` keeps Amazon's own name for it."""
    code = frame.headers.get(":exception-type") or frame.headers.get(":error-code") or "error"
    said = frame.headers.get(":error-message") or _message_in(frame.payload) or code
    error = {"type": error_type_of(code) or code, "message": said, "code": code}
    return b"event: error\ndata: %s\n\n" % msgspec.json.encode({"type": "error", "error": error})


def _message_in(payload: bytes) -> str | None:
    try:
        body: Any = msgspec.json.decode(payload)
    except msgspec.DecodeError:
        return payload.decode("utf-8", "replace").strip() or None
    body = body if isinstance(body, dict) else {}
    for name in ("message", "Message", "originalMessage"):
        if isinstance(body.get(name), str):
            return str(body[name])
    return None
