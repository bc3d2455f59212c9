"""Images by their bytes: what they cost, by the exact token rule."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest

from tercet.server.accounting.images import facts_of_source, image_tokens
from tercet.wire.image_headers import ImageFacts


def png(width: int, height: int, colour: tuple[int, int, int], filter_type: int = 0) -> bytes:
    def chunk(tag: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))

    row = bytes(colour) * width
    if filter_type == 1:
        row = bytes(colour) + bytes(3 * (width - 1))
    rows = (bytes([filter_type]) + row) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


JPEG = (
    b"\xff\xd8\xff\xe0\0\x10" + b"JFIF" + bytes(10) + b"\xff\xc0\0\x11\x08" + struct.pack(">HH", 480, 640) + bytes(20)
)


@pytest.mark.parametrize(
    ("width", "height", "standard", "high"),
    [
        (200, 200, 64, 64),
        (1000, 1000, 1296, 1296),
        (1092, 1092, 1521, 1521),
        (1920, 1080, 1560, 2691),
        (2000, 1500, 1564, 3888),
        (3840, 2160, 1560, 4784),
    ],
)
def test_tokens_are_those_of_the_published_table(width: int, height: int, standard: int, high: int) -> None:
    assert (standard, high) == (
        image_tokens(width, height, high_resolution=False),
        image_tokens(width, height, high_resolution=True),
    )


def test_a_long_header_is_read_when_the_first_bytes_do_not_tell() -> None:
    segment = b"\xff\xe1" + struct.pack(">H", 60_002) + bytes(60_000)
    data = b"\xff\xd8" + segment * 3 + JPEG[20:]
    source = {"type": "base64", "media_type": "image/jpeg", "data": base64.b64encode(data).decode()}
    assert facts_of_source(source) == ImageFacts("jpeg", 640, 480)
