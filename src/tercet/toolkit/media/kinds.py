"""What a file is, by its first bytes; names and extensions are not asked. Reads no further than the header."""

from __future__ import annotations

from tercet.wire.image_headers import read_image

SENT = {"jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp"}
"""Kinds of images that the API takes, and their media types."""
CONVERTED = frozenset({"bmp", "tiff", "heic", "avif"})
NAMES = {
    "jpeg": "a JPEG image", "png": "a PNG image", "gif": "a GIF image", "webp": "a WebP image", "bmp": "a BMP image",
    "tiff": "a TIFF image", "heic": "a HEIC image", "avif": "an AVIF image", "pdf": "a PDF", "svg": "an SVG drawing",
    "zip": "a zip archive, as Word, Excel and PowerPoint files are", "ole": "an Office file of the older kind",
    "video": "a video", "jxl": "a JPEG XL image", "jp2": "a JPEG 2000 image", "empty": "empty",
}  # fmt: skip
_SIGNATURES = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF8", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\xff\x0a", "jxl"),
    (b"\0\0\0\x0cJXL ", "jxl"),
    (b"\0\0\0\x0cjP  ", "jp2"),
    (b"\x1aE\xdf\xa3", "video"),
)
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"})
_AVIF = frozenset({b"avif", b"avis"})
PDF_WITHIN = 1024
"""Bytes within which `%PDF-` may stand."""


def kind_of(data: bytes) -> str | None:
    """Return what the bytes are: a key of `NAMES`, or None for what is none of these (text, for one)."""
    if not data:
        return "empty"
    found = read_image(data[:64])
    if found is not None:
        return found.format
    kind = next((kind for start, kind in _SIGNATURES if data.startswith(start)), None)
    if kind is not None:
        return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        return _of_brands(data)
    if data[:2] == b"BM" and len(data) >= 26 and data[6:10] == bytes(4):
        return "bmp"
    if b"%PDF-" in data[:PDF_WITHIN]:
        return "pdf"
    return "svg" if b"<svg" in data[:1000].lower() else None


def _of_brands(data: bytes) -> str:
    """Return the kind of a file of boxes: the first brand counts most, the compatible ones tell where it leaves it open."""
    length = min(int.from_bytes(data[:4], "big"), 256)
    brands = [data[8:12], *(data[start : start + 4] for start in range(16, length - 3, 4))]
    if brands[0] in _AVIF or (brands[0] in (b"mif1", b"msf1") and _AVIF & set(brands)):
        return "avif"
    return "heic" if _HEIC & set(brands) else "video"


def told(data: bytes) -> str:
    """Return what the bytes are, for a sentence: `a PDF`, or their beginning where nobody knows."""
    kind = kind_of(data)
    return NAMES[kind] if kind is not None else f"of no known kind (it begins with {bytes(data[:12])!r})"
