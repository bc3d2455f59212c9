"""Pictures, as far as their bytes tell: format, size, shape, sometimes the main colour; several are compared."""

from __future__ import annotations

import re

from tercet.server.accounting.images import ImageFacts, colour_name, decoded, facts_of_source, mean_colour
from tercet.server.simulated.conversation import Block, Conversation

COLOUR_BASE64 = 100_000
"""Larger PNGs are not unpacked for their colour."""
ABOUT_PICTURES = re.compile(
    r"\b(?:image|picture|photo|screenshot|diagram|chart|see|show|describe|look|compare|colou?r|what is (?:it|this)|what's (?:in|this))",
    re.IGNORECASE,
)


def facts(block: Block) -> ImageFacts | None:
    """Format and size of an image block whose bytes are here."""
    return facts_of_source(block.get("source") or {})


def describe(block: Block) -> str:
    """One picture in words."""
    source = block.get("source") or {}
    if source.get("type") == "url":
        return f"the image at {source.get('url')} (named only: the local API opens no URLs)"
    if source.get("type") == "file":
        return f"the uploaded file {source.get('file_id')}"
    found = facts(block)
    if found is None:
        return f"an image declared as {source.get('media_type', 'unknown')} whose bytes are of no format I can read"
    shape = "square" if found.width == found.height else ("landscape" if found.width > found.height else "portrait")
    return f"a {shape} {found.format.upper()} image of {found.width} × {found.height} pixels{_colour(block)}"


def _colour(block: Block) -> str:
    data = str((block.get("source") or {}).get("data", ""))
    colour = mean_colour(decoded(data)) if len(data) <= COLOUR_BASE64 else None
    return f", on average {colour_name(colour)} (rgb {colour[0]}, {colour[1]}, {colour[2]})" if colour else ""


def look_at_images(conversation: Conversation) -> str | None:
    """What the pictures are; None when the question brings none and does not speak of earlier ones."""
    images = conversation.images
    if not images:
        return None
    fresh = any(block.get("type") == "image" for block in conversation.last.blocks)
    if not (fresh or ABOUT_PICTURES.search(conversation.question)):
        return None
    limits = "I am a simulated model: I read image files' bytes, not what they depict."
    if len(images) == 1:
        return f"I see {describe(images[0])}. {limits}"
    lines = [f"Image {number}: {describe(image)}." for number, image in enumerate(images, 1)]
    return "\n".join([f"I see {len(images)} images.", *lines, _comparison(images), limits])


def _comparison(images: list[Block]) -> str:
    found = [(number, each) for number, image in enumerate(images, 1) if (each := facts(image))]
    if len(found) < 2:
        return "Their sizes cannot be compared from here."
    areas = {number: each.width * each.height for number, each in found}
    if len(set(areas.values())) == 1:
        return "They are of the same size."
    largest = max(areas, key=lambda number: areas[number])
    return f"Image {largest} is the largest."
