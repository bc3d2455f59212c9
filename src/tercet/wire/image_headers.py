"""Format and size of an image, as its first bytes say. The one reader of headers: what client and local API make of the
facts is each room's own judgment. Decodes no picture, and knows no requests.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass


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
