"""Values of callers -> the request's JSON body. Bodies have a stable key order with `messages` last, so that equal
prefixes stay equal bytes for prompt caching.

Most values are the encoder's; `plain_values.py` takes those that it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tercet.wire.requests.prepared_messages import PreparedMessages
from tercet.wire.requests.sentinels import extra_fields

LAST = ("tools", "system", "messages")
"""The parts that prompt caching reads in order; everything small and changeable stands before them."""


def body(fields: Mapping[str, Any], extra: Mapping[str, Any] | None = None) -> bytes:
    """Return the JSON body of these fields in their order, `extra` laid over them."""
    if extra:
        return encode_json({**fields, **extra_fields(extra)})
    messages = fields.get("messages")
    if type(messages) is PreparedMessages and messages.known and [*fields][-1] == "messages":
        return _with_known(dict(fields), messages)
    return encode_json(fields)


def _with_known(fields: dict[str, Any], messages: PreparedMessages) -> bytes:
    """Return the body of a request whose first messages are encoded already: theirs are put in as they are, in one copy."""
    del fields["messages"]
    head = encode_json(fields)[:-1]
    new = encode_json({"messages": messages[messages.known :]})[len(_MESSAGES) :]
    first, others = messages.encoded[0], messages.encoded[1:]
    between = b"," if len(messages) > messages.known else b""
    return b"".join((head, b"," if fields else b"", _MESSAGES[1:], first[1:], *others, between, new))


_MESSAGES = b'{"messages":['


class _UnknownToEncoderError(Exception):
    """A value that the encoder does not know. What it is, and whether it may stand there, is for a walk to say."""


def _encode_unknown(value: object) -> Any:
    raise _UnknownToEncoderError


_ENCODER = msgspec.json.Encoder(enc_hook=_encode_unknown)
_SHORT, _LARGE, _WINDOW = 256, 100 << 10, 16 << 10
"""Bytes: up to the first and past the second it is cheaper to look for a null than to encode once more."""
_BEFORE_VALUES = (b":", b",", b"[")
_FLOAT = b"\xcb"
"""What begins a float in MessagePack, and is rare in text."""


def encode_json(value: Any, part: str = "body", *, name: str = "", paths_as_text: bool = False) -> bytes:
    """Return `value` as JSON. Takes what callers hold: our blocks, pydantic objects, dataclasses, tuples, iterators,
    subclasses of str and numbers; bytes as base64, and paths and open files where base64 `data` of a source is due.
    Fields set to `omit` are left out; lone surrogates, which JSON in UTF-8 cannot hold, become U+FFFD.

    Raises TypeError or ValueError that name the place of what cannot be sent. Reads no file: the encoder stops at
    whatever it does not know, and `plain_values` walks with the place in mind.
    """
    try:
        made = _ENCODER.encode(value)
        size = len(made)
        if size <= _SHORT and b"null" not in made:
            return made
        if (size > _LARGE and not _may_hold_null(made)) or not _may_hold_not_finite(value):
            return made
    except (_UnknownToEncoderError, RecursionError, UnicodeEncodeError, OverflowError, BufferError):
        pass
    from tercet.wire.requests.plain_values import plain_value

    return _encode_plain(plain_value(value, part, name=name, paths_as_text=paths_as_text), name)


def _encode_plain(value: Any, name: str) -> bytes:
    try:
        try:
            return msgspec.json.encode(value)
        except UnicodeEncodeError:
            return msgspec.json.encode(_without_surrogates(value))
    except RecursionError:
        raise ValueError(f"{name or 'a request'} is nested too deeply for the depth that the program is at") from None


def _may_hold_null(made: bytes) -> bool:
    """Return whether a null may stand in this JSON. Base64 text, the bulk of large bodies, is passed over: no value
    begins in it."""
    return any(
        any(made.find(mark, at, at + _WINDOW) != -1 for mark in _BEFORE_VALUES)
        and made.find(b"null", at, at + _WINDOW + 5) != -1
        for at in range(0, len(made), _WINDOW)
    )


def _may_hold_not_finite(value: Any) -> bool:
    """Return whether there may be a NaN or an infinity, which the JSON encoder writes as null. MessagePack keeps them.

    Copying text to look for one byte takes a sixth of the time that looking for four takes: of 60 KB, 5 µs and 32.
    """
    try:
        packed = msgspec.msgpack.encode(value, enc_hook=_encode_unknown)
    except OverflowError:  # integers of more than 64 bits
        return True
    at = packed.find(_FLOAT)
    while at != -1:
        if packed[at + 1 : at + 2] in (b"\x7f", b"\xff") and packed[at + 2 : at + 3] >= b"\xf0":
            return True
        at = packed.find(_FLOAT, at + 1)
    return False


def materialize(value: Any, part: str = "body", *, name: str = "") -> Any:
    """Return `value`, or a plain copy if it holds what can be read only once or is no JSON: equal however often it is
    sent."""
    try:
        _ENCODER.encode(value)
    except (_UnknownToEncoderError, RecursionError, BufferError):
        from tercet.wire.requests.plain_values import plain_value

        return plain_value(value, part, name=name)
    except UnicodeEncodeError:
        pass
    return value


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    return value


def encoded_piece(messages: Sequence[Mapping[str, Any]]) -> bytes:
    """Return messages as a piece of JSON that begins with a comma."""
    return b"," + encode_json(messages, "messages")[1:-1]
