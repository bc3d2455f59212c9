"""Images and PDFs by their real bytes: sizes, dimensions, declared against found formats, pages."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from tercet.catalog import models
from tercet.server.accounting.images import fit
from tercet.server.accounting.pdf import read_pdf
from tercet.server.validation.context import ValidationContext
from tercet.server.validation.fields import refusal
from tercet.wire.image_headers import read_image

MOST_IMAGE_BYTES = 10 * 1024 * 1024
"""Of base64 text, on the direct API."""
MOST_PIXELS = 8000
MANY_IMAGES = 20
MOST_PIXELS_OF_MANY = 2000
USUAL_PAGES = 600
ENCRYPTED = re.compile(rb"/Encrypt\s*(?:<<|\d{1,9}\s+\d{1,5}\s+R\b)")
"""The entry of a PDF whose pages only a password opens."""
Found = tuple[str, dict[str, Any]]


def check_media(subject: ValidationContext) -> None:
    """Check every image and every PDF that is in the request itself. What stands behind URLs and file ids is not looked at."""
    found = list(_media(subject.request["messages"]))
    images = sum(block["type"] == "image" for _, block in found)
    pages = 0
    for path, block in found:
        source = block["source"]
        if source["type"] != "base64":
            continue
        if block["type"] == "image":
            _check_image(subject, path, block, many=images > MANY_IMAGES)
        else:
            pages += _pages(subject, path, source["data"])
            _check_pages(subject, path, pages)


def _media(messages: list[dict[str, Any]]) -> Iterator[Found]:
    for i, message in enumerate(messages):
        if type(message["content"]) is list:
            yield from _within(f"messages.{i}.content", message["content"])


def _within(path: str, content: list[dict[str, Any]]) -> Iterator[Found]:
    for j, block in enumerate(content):
        kind = block["type"]
        if kind in ("image", "document"):
            yield f"{path}.{j}", block
            inner = block["source"].get("content") if block["source"]["type"] == "content" else None
            if type(inner) is list:
                yield from _within(f"{path}.{j}.document.source.content", inner)
        elif kind == "tool_result" and type(block.get("content")) is list:
            yield from _within(f"{path}.{j}.tool_result.content", block["content"])


def _bytes_of(data: str, path: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise refusal("base64", path=path) from None


def _check_image(subject: ValidationContext, path: str, block: dict[str, Any], *, many: bool) -> None:
    source = block["source"]
    if len(source["data"]) > MOST_IMAGE_BYTES:
        megabytes = MOST_IMAGE_BYTES // (1024 * 1024)
        raise refusal("image_bytes", path=path, megabytes=megabytes, size=len(source["data"]), limit=MOST_IMAGE_BYTES)
    facts = read_image(_bytes_of(source["data"], f"{path}.image.source.base64.data"))
    if facts is None:
        raise refusal("image_unread")
    found = f"image/{facts.format}"
    if found != source["media_type"]:
        raise refusal("image_kind", path=path, said=source["media_type"], found=found)
    if max(facts.width, facts.height) > MOST_PIXELS:
        raise refusal("image_pixels", path=path)
    if many and max(facts.width, facts.height) > MOST_PIXELS_OF_MANY:
        raise refusal("many_image_pixels", path=path)
    if (block.get("transformations") or {}).get("oversized_image") == "error":
        _check_fits(subject, path, facts.width, facts.height)


def _check_fits(subject: ValidationContext, path: str, width: int, height: int) -> None:
    tier = models.image_tier(subject.facts) if subject.facts is not None else None
    if tier is None:
        return
    to_width, to_height = fit(width, height, tier.edge, tier.tokens)
    if (to_width, to_height) != (width, height):
        raise refusal("oversized", path=path, width=width, height=height, to_width=to_width, to_height=to_height)


def _pages(subject: ValidationContext, path: str, data: str) -> int:
    content = _bytes_of(data, f"{path}.pdf.source.base64.data")
    if subject.strict and ENCRYPTED.search(content):
        raise refusal("pdf_unread", path=path)
    pages = len(read_pdf(content))
    if not pages and not content.lstrip()[:5].startswith(b"%PDF-"):
        raise refusal("pdf_unread", path=path)
    return max(1, pages)


def _check_pages(subject: ValidationContext, path: str, pages: int) -> None:
    limit = (subject.facts.limits.pdf_pages if subject.facts is not None else None) or USUAL_PAGES
    if pages > limit:
        raise refusal("pdf_pages", path=path, limit=limit)
