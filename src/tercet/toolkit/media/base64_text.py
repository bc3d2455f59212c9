"""Bytes as base64 text, of which there is never a second copy: encoding whole files as bytes and decoding that would hold
the text twice.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from binascii import b2a_base64

PIECE = 3 << 16
"""Bytes encoded at once: a multiple of three, so that no padding stands within."""
HEADERS = (1_024, 87_380)
"""Characters decoded to read a header: enough for most, then enough for nearly all."""


def base64_text(data: bytes) -> str:
    """Return the base64 of these bytes."""
    text, view = "", memoryview(data)
    for start in range(0, len(data), PIECE):
        text += b2a_base64(view[start : start + PIECE], newline=False).decode("ascii")  # grows in place
    return text


def beginning_of(text: str, characters: int) -> bytes:
    """Return the first bytes of base64 text; none if it is no base64."""
    try:
        return b64decode(text[:characters])
    except (Base64Error, ValueError):
        return b""


def bytes_of(text: str) -> bytes:
    """Return the bytes of base64 text; none if it is no base64."""
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return b""
