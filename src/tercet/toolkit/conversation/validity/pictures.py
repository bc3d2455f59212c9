"""Pictures and PDFs by their first bytes: whether they are what their block says."""

from __future__ import annotations

import base64
import binascii
from typing import Any

MOST_BYTES = 10 * 1024 * 1024
"""Letters of base64 that a picture may have."""
_SIGNS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))


def fault_of(source: dict[str, Any]) -> tuple[str, str | None] | None:
    """Return what is wrong with base64 data, and the media type that it has if that is all; None if nothing is."""
    data = source["data"]
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return "is not in base64", None
    if source["media_type"] == "application/pdf":
        return None if content.lstrip()[:5] == b"%PDF-" else ("is no PDF", None)
    if len(data) > MOST_BYTES:
        return f"has {len(data):,} letters of base64, more than the API's {MOST_BYTES:,}", None
    found = _type_of(content)
    if found is None:
        return "is no JPEG, PNG, GIF or WebP", None
    return None if found == source["media_type"] else (f"says {source['media_type']}, and is {found}", found)


def _type_of(content: bytes) -> str | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for sign, kind in _SIGNS if content.startswith(sign)), None)
