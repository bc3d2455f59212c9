"""Format and size by an image's first bytes: every format, every cut, hostile headers."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.server.accounting.test_images import JPEG, png

from tercet.wire.image_headers import ImageFacts, read_image

GIF = b"GIF89a" + struct.pack("<HH", 320, 200) + bytes(10)
WEBP_LOSSY = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 100, 50)
WEBP_LOSSLESS = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", (99) | (49 << 14))
WEBP_EXTENDED = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0" + (99).to_bytes(3, "little") + (49).to_bytes(3, "little")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (png(64, 48, (1, 2, 3)), ImageFacts("png", 64, 48)),
        (JPEG, ImageFacts("jpeg", 640, 480)),
        (GIF, ImageFacts("gif", 320, 200)),
        (WEBP_LOSSY, ImageFacts("webp", 100, 50)),
        (WEBP_LOSSLESS, ImageFacts("webp", 100, 50)),
        (WEBP_EXTENDED, ImageFacts("webp", 100, 50)),
        (b"", None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"\xff\xd8\xff\xe0\xff\xff", None),
        (b"GIF89a\0\0\0\0", None),
        (b"not an image at all, though long enough to be one", None),
    ],
)
def test_format_and_size_come_from_the_bytes(data: bytes, expected: ImageFacts | None) -> None:
    assert expected == read_image(data)


@given(
    data=st.binary(max_size=200),
    start=st.sampled_from([b"", JPEG[:20], GIF[:6], WEBP_LOSSY[:16], b"\x89PNG\r\n\x1a\n"]),
)
@settings(max_examples=200)
def test_broken_bytes_never_raise(data: bytes, start: bytes) -> None:
    found = read_image(start + data)
    assert found is None or (found.width > 0 and found.height > 0)


@pytest.mark.parametrize("data", [png(64, 48, (1, 2, 3)), JPEG, GIF, WEBP_LOSSY, WEBP_LOSSLESS, WEBP_EXTENDED])
def test_a_beginning_tells_the_whole_or_nothing(data: bytes) -> None:
    whole = read_image(data)
    assert {read_image(data[:end]) for end in range(len(data))} <= {None, whole}
