"""Image files without what the picture does not need: location, camera, thumbnails, comments, further frames. By bytes alone:
no pixel is decoded, and nothing is imported. A file that ends before its picture does is found here, too.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

UPRIGHT = 1
ORIENTATION = 0x0112


class CutOffError(Exception):
    """The bytes end before the picture does, or are none of their kind."""


@dataclass(frozen=True, slots=True)
class CleanImage:
    """The bytes that may be sent, and what speaks against sending them."""

    data: bytes
    orientation: int = UPRIGHT
    """1 to 8, as EXIF counts them; 1 is upright."""
    odd: bool = False
    """Whether the picture has to be decoded for another reason: an animation, or colours for print."""


def clean(kind: str, data: bytes, keep_metadata: bool = False) -> CleanImage:
    """Return a JPEG, PNG, GIF or WebP file without its metadata. Raises CutOffError."""
    try:
        found = _CLEANERS[kind](data)
    except (struct.error, IndexError):
        raise CutOffError from None
    if keep_metadata or len(found.data) == len(data):
        return CleanImage(data, found.orientation, found.odd)
    return found


def exif_orientation(tiff: bytes) -> int:
    """Return how a camera was held, of EXIF data; 1 where they do not tell."""
    try:
        order = {b"II": "<", b"MM": ">"}[tiff[:2]]
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for place in range(start + 2, start + 2 + 12 * min(count, 500), 12):
            tag, kind = struct.unpack_from(f"{order}HH", tiff, place)
            if tag == ORIENTATION:
                (value,) = struct.unpack_from(f"{order}{'H' if kind == 3 else 'I'}", tiff, place + 8)
                return value if 1 <= value <= 8 else UPRIGHT
    except (KeyError, struct.error):
        pass
    return UPRIGHT


# --- JPEG: segments, then scans of coded data ----------------------------------------------------------------------------

_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_SCAN, _END, _COMMENT = 0xDA, 0xD9, 0xFE
_KEPT_SEGMENTS = {0xE0: b"JFIF", 0xE2: b"ICC_PROFILE", 0xEE: b"Adobe"}
"""Of the application segments, those that the picture's colours depend on."""


def _clean_jpeg(data: bytes) -> CleanImage:
    pieces, position, orientation, odd = [data[:2]], 2, UPRIGHT, False
    while True:
        marker = data[position + 1]
        if data[position] != 0xFF:
            raise CutOffError
        if marker == 0xFF:
            position += 1
            continue
        if marker == _END:
            pieces.append(data[position : position + 2])  # what follows are other pictures, or none
            return CleanImage(b"".join(pieces), orientation, odd)
        end = position + 2 + struct.unpack_from(">H", data, position + 2)[0]
        if marker == _SCAN:
            end = _end_of_scan(data, end)
        body = data[position + 4 : position + 18]
        if marker == 0xE1 and body.startswith(b"Exif\0\0"):
            orientation = exif_orientation(data[position + 10 : end])
        elif marker in _FRAMES:
            odd = data[position + 9] == 4  # four inks
        if not (0xE0 <= marker <= 0xEF or marker == _COMMENT) or body.startswith(_KEPT_SEGMENTS.get(marker, b"\xff")):
            pieces.append(data[position:end])
        if end <= position + 2:
            raise CutOffError
        position = end


def _end_of_scan(data: bytes, start: int) -> int:
    found = _AFTER_SCAN.search(data, start)
    if found is None:
        raise CutOffError
    return found.start()


# --- PNG: chunks ---------------------------------------------------------------------------------------------------------

_KEPT_CHUNKS = frozenset(
    {b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"bKGD", b"cICP", b"mDCV", b"cLLI", b"pHYs"}
)
"""Of the chunks that a reader may skip, those that say how the picture looks."""


def _clean_png(data: bytes) -> CleanImage:
    pieces, position, orientation = [data[:8]], 8, UPRIGHT
    while True:
        (length,) = struct.unpack_from(">I", data, position)
        name, end = data[position + 4 : position + 8], position + 12 + length
        if end > len(data):
            raise CutOffError
        if name == b"eXIf":
            orientation = exif_orientation(data[position + 8 : end - 4])
        if name[0] & 0x20 == 0 or name in _KEPT_CHUNKS:
            pieces.append(data[position:end])
        position = end
        if name == b"IEND":
            return CleanImage(b"".join(pieces), orientation)


# --- GIF: blocks; the first frame is what is seen ------------------------------------------------------------------------

_CONTROL = 0xF9


def _table(flags: int) -> int:
    """Return the bytes of a table of colours."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _clean_gif(data: bytes) -> CleanImage:
    position = 13 + _table(data[10])
    pieces, control = [data[:position]], b""
    while True:
        start, introducer = position, data[position]
        if introducer == 0x21:
            position = _after_blocks(data, start + 2)
            control = data[start:position] if data[start + 1] == _CONTROL else control
        elif introducer == 0x2C:
            position = _after_blocks(data, start + 11 + _table(data[start + 9]))
            return CleanImage(b"".join([*pieces, control, data[start:position], b";"]))
        else:
            raise CutOffError


def _after_blocks(data: bytes, position: int) -> int:
    while size := data[position]:
        position += 1 + size
    return position + 1


# --- WebP: chunks in a RIFF ----------------------------------------------------------------------------------------------

_EXIF, _XMP, _ANIMATED = 0x08, 0x04, 0x02
_PICTURE_CHUNKS = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP", b"ANIM", b"ANMF"})


def _clean_webp(data: bytes) -> CleanImage:
    whole = 8 + struct.unpack_from("<I", data, 4)[0]
    if whole > len(data) + 1:  # some writers leave out the last byte, which pads
        raise CutOffError
    pieces, position, orientation, animated = [], 12, UPRIGHT, False
    while position + 8 <= min(whole, len(data)):
        name, (length,) = data[position : position + 4], struct.unpack_from("<I", data, position + 4)
        end = position + 8 + length + length % 2
        if position + 8 + length > len(data):
            raise CutOffError
        if name == b"EXIF":
            orientation = exif_orientation(data[position + 8 : end].removeprefix(b"Exif\0\0"))
        elif name in _PICTURE_CHUNKS:
            pieces.append(data[position:end])
        if name == b"VP8X":
            animated = bool(data[position + 8] & _ANIMATED)
            pieces[-1] = (
                data[position : position + 8] + bytes([data[position + 8] & ~(_EXIF | _XMP)]) + data[position + 9 : end]
            )
        position = end
    if not any(piece[:4] in (b"VP8 ", b"VP8L", b"ANMF") for piece in pieces):
        raise CutOffError
    body = b"WEBP" + b"".join(pieces)
    return CleanImage(b"RIFF" + struct.pack("<I", len(body)) + body, orientation, animated)


_Cleaner: TypeAlias = Callable[[bytes], CleanImage]
_CLEANERS: Mapping[str, _Cleaner] = {"jpeg": _clean_jpeg, "png": _clean_png, "gif": _clean_gif, "webp": _clean_webp}
