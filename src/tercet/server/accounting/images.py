"""Images judged by their own bytes: format, size, and cost in tokens.

Reads headers by hand and never decodes a picture. Knows nothing about requests.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

PATCH = 28
"""One token for each square of this many pixels a side."""
TIERS = {False: (1568, 1568), True: (2576, 4784)}
"""high resolution or not -> longest edge in pixels, most tokens."""
HEADER_CHARACTERS = 87_380
"""Base64 characters decoded at first: 64 KB, enough for nearly every header."""
UNKNOWN_SIZE = (1024, 768)
"""Assumed for images whose bytes are not here (a URL, a file id)."""


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """Format (`png`, `jpeg`, `gif`, `webp`) and size in pixels, as the bytes say."""

    format: str
    width: int
    height: int


def read_image(data: bytes) -> ImageFacts | None:
    """Format and size from the first bytes; None when they are of no known format or end too early."""
    for reader in (_png, _gif, _webp, _jpeg):
        try:
            found = reader(data)
        except (struct.error, IndexError):
            found = None
        if found is not None and found.width > 0 and found.height > 0:
            return found
    return None


def _png(data: bytes) -> ImageFacts | None:
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return ImageFacts("png", width, height)


def _gif(data: bytes) -> ImageFacts | None:
    if data[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    width, height = struct.unpack_from("<HH", data, 6)
    return ImageFacts("gif", width, height)


def _webp(data: bytes) -> ImageFacts | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    kind = data[12:16]
    if kind == b"VP8X":
        width = 1 + int.from_bytes(data[24:27], "little")
        height = 1 + int.from_bytes(data[27:30], "little")
        return ImageFacts("webp", width, height) if len(data) >= 30 else None
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return ImageFacts("webp", (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return ImageFacts("webp", width & 0x3FFF, height & 0x3FFF)
    return None


FRAME_MARKERS = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def _jpeg(data: bytes) -> ImageFacts | None:
    if data[:2] != b"\xff\xd8":
        return None
    position = 2
    while position + 4 <= len(data):
        if data[position] != 0xFF:
            return None
        marker = data[position + 1]
        if marker == 0xFF or marker == 0x01 or 0xD0 <= marker <= 0xD7:  # fill bytes and markers without a length
            position += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", data, position + 2)
        if marker in FRAME_MARKERS:
            height, width = struct.unpack_from(">HH", data, position + 5)
            return ImageFacts("jpeg", width, height)
        if length < 2:
            return None
        position += 2 + length
    return None


def decoded(text: object) -> bytes:
    """Base64 as bytes; empty when it is none."""
    if not isinstance(text, str):
        return b""
    try:
        return base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        return b""


def facts_of_source(source: Mapping[str, Any]) -> ImageFacts | None:
    """Return the facts of an image block's `source`, when its bytes are in the request."""
    data = source.get("data")
    if source.get("type") != "base64" or not isinstance(data, str):
        return None
    found = read_image(decoded(data[:HEADER_CHARACTERS]))
    if found is None and len(data) > HEADER_CHARACTERS:
        found = read_image(decoded(data))
    return found


def fit(width: int, height: int, edge: int, most: int) -> tuple[int, int]:
    """Return the size to which an image is reduced: the largest of the same aspect within `edge` pixels and `most`
    tokens."""
    if _fits(width, height, edge, most):
        return width, height
    if height > width:
        long, short = fit(height, width, edge, most)
        return short, long
    aspect = width / height
    low, high = 1, width
    while high - low > 1:
        middle = (low + high) // 2
        if _fits(middle, max(round(middle / aspect), 1), edge, most):
            low = middle
        else:
            high = middle
    return low, max(round(low / aspect), 1)


def _patches(width: int, height: int) -> int:
    return ceil(width / PATCH) * ceil(height / PATCH)


def _fits(width: int, height: int, edge: int, most: int) -> bool:
    longest = max(ceil(width / PATCH), ceil(height / PATCH)) * PATCH
    return longest <= edge and _patches(width, height) <= most


def image_tokens(width: int, height: int, *, high_resolution: bool) -> int:
    """Return tokens of an image of this size, after the API's own reduction."""
    return _patches(*fit(width, height, *TIERS[high_resolution]))


def source_tokens(source: Mapping[str, Any], *, high_resolution: bool) -> int:
    """Return tokens of an image block's `source`; a picture that is not in the request counts as `UNKNOWN_SIZE`."""
    facts = facts_of_source(source)
    width, height = (facts.width, facts.height) if facts else UNKNOWN_SIZE
    return image_tokens(width, height, high_resolution=high_resolution)
