"""The images and documents of a request, wherever they stand, and what the API allows of them. Pure: headers alone are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from tercet.catalog.facts import ImageTier
from tercet.catalog.models import find
from tercet.flow.image_size import Size, fitting_size, seen_by
from tercet.toolkit.media.base64_text import HEADERS, beginning_of, bytes_of
from tercet.toolkit.media.documents import page_limit
from tercet.toolkit.media.images import LONGEST_SIDE
from tercet.wire.image_headers import ImageFacts, read_image

Platform: TypeAlias = Literal["anthropic", "bedrock", "vertex"]
Path: TypeAlias = tuple[int | str, ...]
MANY_IMAGES = 20
LONGEST_OF_MANY = 2000
"""Pixels of a side, from the 21st image of a request on."""
MOST_IMAGES = 600
IMAGE_TEXT = {"anthropic": 10 << 20, "bedrock": 5 << 20, "vertex": 5 << 20}
"""Characters of base64 that one image may have."""


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """What one request to this model, on this platform, may hold."""

    model: str
    images: int
    pages: int
    image_text: int
    tier: ImageTier

    def longest_side(self, images: int) -> int:
        """Return the most pixels that a side may have in a request of so many images."""
        return LONGEST_OF_MANY if images > MANY_IMAGES else LONGEST_SIDE

    def seen(self, size: Size, longest: int = LONGEST_SIDE) -> Size:
        """Return the size that the model sees of an image, within the side that is allowed."""
        return fitting_size(size, ImageTier(edge=min(self.tier.edge, longest), tokens=self.tier.tokens))


def limits_of(model: str, platform: Platform | None = None) -> RequestLimits:
    """Return the limits of a model. Without a platform, the spelling of the model's id tells it."""
    if platform is None:
        platform = "bedrock" if "anthropic." in model else "vertex" if "@" in model else "anthropic"
    if platform not in IMAGE_TEXT:
        raise TypeError(f"platform={platform!r} is none of {', '.join(IMAGE_TEXT)}")
    facts = find(model)
    images = (facts.limits.images if facts else None) or MOST_IMAGES
    return RequestLimits(model, images, page_limit(model), IMAGE_TEXT[platform], seen_by(model))


@dataclass(frozen=True, slots=True)
class RequestMedia:
    """An image or a document, and where in the messages it stands."""

    path: Path
    block: Mapping[str, Any]

    def __str__(self) -> str:
        steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return f"messages{steps}"

    @property
    def is_image(self) -> bool:
        """Return whether this is an image."""
        return bool(self.block["type"] == "image")

    @property
    def data(self) -> Any:
        """Return the base64 that is in the request, or what stands for it; None for an address or a file's id."""
        source = self.block["source"]
        return source.get("data") if source.get("type") == "base64" else None

    def header(self) -> ImageFacts | None:
        """Return kind and size of an image, as its first bytes say."""
        data = self.data
        found = next((found for size in HEADERS if (found := read_image(beginning_of(data, size)))), None)
        return found if found is not None else read_image(bytes_of(data))


def media_of(messages: Iterable[Mapping[str, Any]]) -> Iterator[RequestMedia]:
    """Yield every image and document, also those within results of tools and within documents."""
    for number, message in enumerate(messages):
        yield from _within((number, "content"), message.get("content"))


def _within(path: Path, content: object) -> Iterator[RequestMedia]:
    if not isinstance(content, list | tuple):
        return
    for number, block in enumerate(content):
        if not isinstance(block, Mapping):
            continue
        kind, source = block.get("type"), block.get("source")
        if kind in ("image", "document") and isinstance(source, Mapping):
            yield RequestMedia((*path, number), block)
            if source.get("type") == "content":
                yield from _within((*path, number, "source", "content"), source.get("content"))
        elif kind == "tool_result":
            yield from _within((*path, number, "content"), block.get("content"))


def replaced(messages: Sequence[Any], changes: Mapping[Path, Any]) -> list[Any]:
    """Return the messages with other blocks at these places; what is on no way to them stays the same object."""
    made = list(messages)
    for path, block in changes.items():
        made = _put(made, path, block)
    return made


def _put(container: Any, path: Path, block: Any) -> Any:
    step: Any = path[0]
    made = list(container) if isinstance(container, list | tuple) else dict(container)
    made[step] = block if len(path) == 1 else _put(made[step], path[1:], block)
    return made


def text_size(value: object) -> int:
    """Return how many characters of text are in a value: nearly all of what its JSON has."""
    size, waiting = 0, [value]
    while waiting:
        held = waiting.pop()
        if isinstance(held, str):
            size += len(held)
        elif isinstance(held, Mapping):
            waiting += held.values()
        elif isinstance(held, list | tuple):
            waiting += held
    return size
