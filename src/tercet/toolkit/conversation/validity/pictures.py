"""Pictures and PDFs by their first bytes: whether they are what their block says, and of a size that the API takes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any

from tercet.wire.image_headers import read_image

MOST_BYTES = 10 * 1024 * 1024
"""Letters of base64 that a picture may have."""
MOST_PIXELS = 8_000
MANY, MOST_PIXELS_OF_MANY = 20, 2_000
"""With more pictures than this in a request, each may have fewer pixels along an edge."""


def pictures_in(blocks: Iterable[Any]) -> int:
    """Return how many pictures there are in these blocks, and in those within them."""
    found = 0
    for block in blocks:
        if type(block) is not dict:
            continue
        inner = block.get("content")
        source = block.get("source")
        if block.get("type") == "image":
            found += 1
        elif type(inner) is list:
            found += pictures_in(inner)
        elif type(source) is dict and type(source.get("content")) is list:
            found += pictures_in(source["content"])
    return found


def fault_of(source: dict[str, Any], *, many: bool) -> tuple[str, str | None] | None:
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
    facts = read_image(content)
    if facts is None:
        return "is no JPEG, PNG, GIF or WebP", None
    most = MOST_PIXELS_OF_MANY if many else MOST_PIXELS
    if max(facts.width, facts.height) > most:
        among = f" among more than {MANY} pictures" if many else ""
        return f"has {facts.width:,} × {facts.height:,} pixels, and the API takes {most:,} along an edge{among}", None
    found = f"image/{facts.format}"
    return None if found == source["media_type"] else (f"says {source['media_type']}, and is {found}", found)
