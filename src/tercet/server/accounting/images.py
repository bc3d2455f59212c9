"""Images judged by their own bytes: what an image costs in tokens. Knows nothing about requests."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from math import ceil
from typing import Any

from tercet.wire.image_headers import ImageFacts, read_image

PATCH = 28
"""One token for each square of this many pixels a side."""
TIERS = {False: (1568, 1568), True: (2576, 4784)}
"""high resolution or not -> longest edge in pixels, most tokens."""
HEADER_CHARACTERS = 87_380
"""Base64 characters decoded at first: 64 KB, enough for nearly every header."""
UNKNOWN_SIZE = (1024, 768)
"""Assumed for images whose bytes are not here (a URL, a file id)."""


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
