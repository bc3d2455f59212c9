"""An image as a content block: of the type that its bytes are, upright, without metadata, no larger than the model sees.

What needs no change passes by its header alone, without Pillow: metadata is cut out of the bytes. Only what has to be
turned, reduced or converted is decoded (`pictures.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from typing import IO, TYPE_CHECKING, Any, Literal, TypeAlias

from tercet.catalog.facts import ImageTier
from tercet.flow.image_size import Size, fitting_size, image_tokens_of, seen_by
from tercet.toolkit.media.base64_text import base64_text
from tercet.toolkit.media.cleaning import UPRIGHT, CleanImage, CutOffError, clean
from tercet.toolkit.media.errors import MediaError
from tercet.toolkit.media.kinds import CONVERTED, NAMES, SENT, kind_of, told
from tercet.toolkit.media.pictures import (
    EncodedPicture,
    PictureOrder,
    encode_picture,
    need_pillow,
    refuse_bomb,
    remake,
)
from tercet.toolkit.media.sources import read_source
from tercet.wire.image_headers import read_image
from tercet.wire.media_block import MediaBlock

if TYPE_CHECKING:
    from PIL.Image import Image

ImageInput: TypeAlias = "str | PathLike[str] | bytes | bytearray | memoryview | IO[bytes] | Image"
"""A path, an address, bytes, an open file, or a picture of Pillow."""
LONGEST_SIDE = 8000
"""Pixels: the API refuses larger images, whatever the model sees of them."""
MOST_BYTES = (10 << 20) // 4 * 3
"""Of a file whose base64 has 10 MB, the most that one image may have."""


class ImageContent(MediaBlock):
    """An image as a content block: the dict that is sent, with `.tokens`, `.width` and `.height` of what is in it.

    All three are None for an image behind an address, which nobody here has seen.
    """

    width: int | None = None
    """Pixels of the image that is sent."""
    height: int | None = None

    def __init__(self, source: dict[str, Any], size: Size | None = None, model: str | None = None) -> None:
        super().__init__(type="image", source=source)
        self.width, self.height = size or (None, None)
        self._tokens = self.tokens_for(model)

    def tokens_for(self, model: str | None) -> int | None:
        """Return what the image costs in tokens with this model; None: with one that sees the most of it."""
        if self.width is None or self.height is None:
            return None
        return image_tokens_of((self.width, self.height), model)


def image(
    source: ImageInput,
    *,
    model: str | None = None,
    tokens: int | None = None,
    fit: Literal["model"] | None = "model",
    fetch: bool = False,
    metadata: bool = False,
) -> ImageContent:
    """Make a content block of an image: right type, upright, without metadata, and no larger than the model sees.

    `source`: a path, bytes, an open file, a picture of Pillow, or an address (sent as an address unless `fetch=True`).
    `model`: whose view the image is fitted to; the largest of all unless given. `tokens`: the most that it may cost.
    `fit=None`: leave its size. `metadata=True`: keep what cameras write, the place included.
    """
    fitted = _fitted_to(model, tokens, fit)
    given = read_source(source, "image", fetch)
    if given.url is not None:
        if tokens is not None:
            raise MediaError(f"{given.name} can be brought to {tokens} tokens only when it is here: add fetch=True")
        return ImageContent({"type": "url", "url": given.url})
    order = PictureOrder(given.name, fitted, MOST_BYTES, keep_metadata=metadata)
    made = encode_picture(given.picture, order) if given.data is None else fit_bytes(given.data, order)
    if max(made.size) > LONGEST_SIDE:
        raise MediaError(
            f"{given.name} has {made.size[0]:,} × {made.size[1]:,} pixels, and no side may have more than {LONGEST_SIDE:,}; "
            "without fit=None it is reduced to what the model sees"
        )
    return content_of(made, model)


def content_of(made: EncodedPicture, model: str | None) -> ImageContent:
    """Return a file as a block."""
    source = {"type": "base64", "media_type": made.media_type, "data": base64_text(made.data)}
    return ImageContent(source, made.size, model)


def _fitted_to(model: str | None, tokens: int | None, fit: str | None) -> Callable[[Size], Size]:
    if fit not in ("model", None):
        raise TypeError(f"fit={fit!r} is neither 'model' nor None")
    tier = seen_by(model)
    if tokens is not None:
        if type(tokens) is not int or tokens < 1:
            raise MediaError(f"tokens={tokens!r}: an image costs at least 1 token")
        tier = ImageTier(edge=tier.edge, tokens=min(tokens, tier.tokens))
    elif fit is None:
        return lambda size: size
    return lambda size: fitting_size(size, tier)


def fit_bytes(data: bytes, order: PictureOrder) -> EncodedPicture:
    """Return an image file as it may be sent: the same bytes without metadata where nothing else has to change."""
    kind = kind_of(data)
    if kind in CONVERTED:
        need_pillow(order.name, f"is {NAMES[kind]} and has to be converted")
        return remake(kind, data, order)
    if kind not in SENT:
        raise MediaError(f"{order.name} is {told(data)}; {_instead(kind)}")
    facts, cleaned = read_image(data), _cleaned(kind, data, order)
    if facts is None:
        raise _cut_off(kind, order.name)
    size = (facts.width, facts.height)
    refuse_bomb(order.name, size)
    why = _reason(size, cleaned, order)
    if why is None:
        return EncodedPicture(cleaned.data, SENT[kind], size)
    need_pillow(order.name, why)
    return remake(kind, data, order.turned(cleaned.orientation))


def _cleaned(kind: str, data: bytes, order: PictureOrder) -> CleanImage:
    try:
        return clean(kind, data, order.keep_metadata)
    except CutOffError:
        raise _cut_off(kind, order.name) from None


def _cut_off(kind: str, name: str) -> MediaError:
    return MediaError(f"{name} is {NAMES[kind]} that ends before its picture does; it was cut off or is damaged")


def _reason(size: Size, cleaned: CleanImage, order: PictureOrder) -> str | None:
    """Return why an image cannot be sent as it is."""
    if cleaned.orientation != UPRIGHT:
        return "has to be turned upright"
    if cleaned.odd:
        return "has to be converted (its colours are for print, or it is animated)"
    if order.fit(size) != size:
        return f"has {size[0]:,} × {size[1]:,} pixels and has to be reduced"
    if len(cleaned.data) > order.most_bytes:
        return f"has {len(cleaned.data):,} bytes and has to be reduced"
    return None


def _instead(kind: str | None) -> str:
    if kind == "pdf":
        return "tercet.document() makes a block of it"
    return "images are JPEG, PNG, GIF, WebP, and HEIC, TIFF, BMP or AVIF, which are converted"
