"""Pictures decoded, turned upright, reduced and encoded, by Pillow. At most as many at once as there are processors.

Photographs become JPEG; what is flat (screens, diagrams, text) stays lossless, so that text stays readable. Everything that
comes in is hostile: only the plugin of the kind that the bytes are is asked, and the size is looked at before a pixel is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from io import BytesIO
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from tercet.flow.image_size import Size
from tercet.toolkit.media.cleaning import ORIENTATION, UPRIGHT
from tercet.toolkit.media.errors import MediaError, MediaLibraryError
from tercet.toolkit.media.kinds import NAMES, SENT

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 120_000_000
"""Of a picture that is decoded: the largest photographs of telephones, and no bomb."""
QUALITY = 85
FLAT = 0.5
"""From this share of pixels on that are equal to their neighbour, a picture is flat."""
LOSSY = frozenset({"jpeg", "heic", "avif"})
"""Kinds of files in which a picture has lost its flatness already."""
LARGEST_PROFILE = 64 << 10
BAND = 128
"""Lines of a picture that are made at once."""
COARSE = 4
"""From this reduction on, pixels are averaged before they are resampled."""
SMALLER = 0.8
"""By how much the sides shrink where a file is still too large."""
_PLUGINS = {
    "jpeg": ("JpegImagePlugin", "JpegImageFile"), "png": ("PngImagePlugin", "PngImageFile"),
    "gif": ("GifImagePlugin", "GifImageFile"), "webp": ("WebPImagePlugin", "WebPImageFile"),
    "bmp": ("BmpImagePlugin", "BmpImageFile"), "tiff": ("TiffImagePlugin", "TiffImageFile"),
    "avif": ("AvifImagePlugin", "AvifImageFile"),
}  # fmt: skip
_LAYOUT = frozenset(
    {254, 256, 257, 258, 259, 262, 266, 273, ORIENTATION, 277, 278, 279, 284, 317, 320, 322, 323, 324, 325, 338, 339}
)
"""Tags that say how pixels lie in the file, which another file does not have so."""
_gate = BoundedSemaphore(os.cpu_count() or 1)


def _renew() -> None:
    """Open the gate in a forked child: whoever stood in it stayed with the parent."""
    global _gate
    _gate = BoundedSemaphore(os.cpu_count() or 1)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """A file of an image, as it is sent."""

    data: bytes
    media_type: str
    size: Size


@dataclass(frozen=True, slots=True)
class PictureOrder:
    """How a picture shall be made."""

    name: str
    fit: Callable[[Size], Size]
    """The size that a picture of this size, upright, shall have."""
    most_bytes: int
    orientation: int = UPRIGHT
    keep_metadata: bool = False

    def turned(self, orientation: int) -> PictureOrder:
        """Return the same order for a picture that lies on its side."""
        return replace(self, orientation=orientation)


def need_pillow(name: str, why: str) -> None:
    """Raise unless Pillow is installed."""
    try:
        import PIL.Image  # noqa: F401 - asked whether it is there
    except ImportError:
        raise MediaLibraryError(f"{name} {why}, which needs Pillow: pip install 'tercet[media]'") from None


def remake(kind: str, data: bytes, order: PictureOrder) -> EncodedPicture:
    """Return a file's picture, upright and of the size that was ordered."""
    with _gate, _told(order.name, kind):
        picture, orientation = _open(kind, data, order)
        refuse_bomb(order.name, picture.size)
        return _encode(picture, kind, order, orientation)


def encode_picture(picture: Image, order: PictureOrder) -> EncodedPicture:
    """Return a picture that somebody else decoded as a file."""
    with _gate, _told(order.name, None):
        refuse_bomb(order.name, picture.size)
        return _encode(picture, "", order, _tagged_orientation(picture))


@contextmanager
def _told(name: str, kind: str | None) -> Iterator[None]:
    """Say in one sentence what a decoder met in a hostile file; decoders raise errors of every class."""
    try:
        yield
    except (MediaError, MemoryError):
        raise
    except Exception as problem:
        what = NAMES[kind] if kind else "a picture"
        raise MediaError(f"{name} cannot be read as {what}: {str(problem) or type(problem).__name__}") from problem


def refuse_bomb(name: str, size: Size) -> None:
    """Raise for a picture whose pixels would fill the memory, and for one that has none."""
    if size[0] * size[1] > MOST_PIXELS:
        raise MediaError(
            f"{name} has {size[0]:,} × {size[1]:,} pixels, more than the {MOST_PIXELS // 1_000_000} million that are decoded "
            "here; reduce it first"
        )
    if min(size) < 1:
        raise MediaError(f"{name} has no pixels")


def _open(kind: str, data: bytes, order: PictureOrder) -> tuple[Any, int]:
    """Return a picture of which only the header was read, and how it is to be turned."""
    if kind == "heic":
        try:
            import pillow_heif
        except ImportError:
            said = f"{order.name} is a HEIC image, which needs pillow-heif: pip install 'tercet[heic]'"
            raise MediaLibraryError(said) from None
        opened = pillow_heif.open_heif(BytesIO(data), convert_hdr_to_8bit=True)
        refuse_bomb(order.name, opened.size)
        return opened.to_pillow(), UPRIGHT  # libheif has turned it
    module, name = _PLUGINS[kind]
    picture = getattr(import_module(f"PIL.{module}"), name)(BytesIO(data))
    if kind == "tiff":
        return picture, UPRIGHT  # Pillow turns it while it decodes
    return picture, _tagged_orientation(picture) if kind == "avif" else order.orientation


def _tagged_orientation(picture: Image) -> int:
    with suppress(Exception):  # EXIF of any bytes
        return int(picture.getexif().get(ORIENTATION, UPRIGHT))
    return UPRIGHT


def _encode(picture: Any, kind: str, order: PictureOrder, orientation: int) -> EncodedPicture:
    turned = 5 <= orientation <= 8
    upright: Size = order.fit((picture.height, picture.width) if turned else picture.size)
    target: Size = (upright[1], upright[0]) if turned else upright
    if kind == "jpeg" and target[0] < picture.size[0]:
        picture.draft(None, target)  # decodes it at a half, a quarter or an eighth
    profile, mode = picture.info.get("icc_profile"), picture.mode
    made = _plain(picture)
    form = _form_of(made, kind)
    options = _metadata(picture, order.keep_metadata)
    if profile and len(profile) <= LARGEST_PROFILE and mode == made.mode:
        options["icc_profile"] = profile
    if made.size != target:
        made = _reduced(made, target)
    if kind and made is not picture:
        picture.close()  # ours, and large
    made = _turned(made, orientation)
    return _within(made, form, order, options)


def _plain(picture: Image) -> Image:
    """Return the picture in grey, RGB or RGBA, eight bits each."""
    picture.load()
    if picture.mode.startswith("I") or picture.mode == "F":
        return _eight_bits(picture)
    if picture.has_transparency_data:
        made = picture.convert("RGBA")
        alpha: Any = made.getchannel("A").getextrema()
        return made.convert("RGB") if alpha[0] == 255 else made
    return picture if picture.mode in ("L", "RGB") else picture.convert("L" if picture.mode == "1" else "RGB")


def _eight_bits(picture: Image) -> Image:
    wide: Any = picture.convert("F")
    low, high = wide.getextrema()
    if low >= 0 and high <= 65535 and picture.mode != "F":
        low, high = 0, 255 if high <= 255 and picture.mode == "I" else 65535
    scale = 255 / ((high - low) or 1)
    return wide.point(lambda value: value * scale - low * scale).convert("L")  # type: ignore[no-any-return]


def _reduced(picture: Image, target: Size) -> Image:
    if picture.mode == "RGBA":  # colours behind what is transparent shall not bleed
        return _resized(picture.convert("RGBa"), target).convert("RGBA")
    return _resized(picture, target)


def _resized(picture: Image, target: Size) -> Image:
    """Resize by bands, so that what lies between two sizes needs little memory; coarsely first where little is left."""
    from PIL.Image import Resampling, new

    if picture.width >= COARSE * target[0]:
        return picture.resize(target, Resampling.BICUBIC, reducing_gap=2.0)
    made, (width, height) = new(picture.mode, target), target
    for top in range(0, height, BAND):
        bottom = min(top + BAND, height)
        box = (0, top * picture.height / height, picture.width, bottom * picture.height / height)
        made.paste(picture.resize((width, bottom - top), Resampling.BICUBIC, box), (0, top))
    return made


def _turned(picture: Image, orientation: int) -> Image:
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT, 3: Transpose.ROTATE_180, 4: Transpose.FLIP_TOP_BOTTOM, 5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270, 7: Transpose.TRANSVERSE, 8: Transpose.ROTATE_90,
    }  # fmt: skip
    return picture.transpose(turns[orientation]) if orientation in turns else picture


def _metadata(picture: Image, keep: bool) -> dict[str, Any]:
    if not keep:
        return {}
    exif = picture.getexif()
    for tag in _LAYOUT & exif.keys():
        del exif[tag]
    return {"exif": exif.tobytes()} if len(exif) else {}


def _is_flat(picture: Image) -> bool:
    from PIL import ImageChops

    grey, (width, height) = picture.convert("L"), picture.size
    if width < 2:
        return True
    changes = ImageChops.difference(grey.crop((1, 0, width, height)), grey.crop((0, 0, width - 1, height)))
    return changes.histogram()[0] >= FLAT * (width - 1) * height


def _form_of(picture: Image, kind: str) -> str:
    """Return how a picture is to be encoded: judged before it is reduced, since that makes edges soft."""
    if kind in LOSSY or not _is_flat(picture):
        return "lossy WEBP" if picture.mode == "RGBA" else "JPEG"
    return "PNG" if kind in ("bmp", "tiff") else "WEBP"


def _within(picture: Image, form: str, order: PictureOrder, options: dict[str, Any]) -> EncodedPicture:
    """Encode the picture so that it has no more bytes than were ordered: lossy if it must be, and then smaller."""
    while True:
        data = _written(picture, form, options)
        if len(data) <= order.most_bytes:
            media_type = SENT[form.split()[-1].lower()]
            return EncodedPicture(data, media_type, picture.size)
        if form in ("WEBP", "PNG"):
            form = "lossy WEBP" if picture.mode == "RGBA" else "JPEG"
        elif max(picture.size) == 1:
            raise MediaError(f"{order.name} cannot be made smaller than {order.most_bytes:,} bytes")
        else:
            picture = _reduced(picture, (max(1, int(picture.width * SMALLER)), max(1, int(picture.height * SMALLER))))


def _written(picture: Image, form: str, options: dict[str, Any]) -> bytes:
    out = BytesIO()
    if form == "WEBP":
        picture.save(out, "WEBP", lossless=True, method=2, quality=50, **options)
    elif form == "lossy WEBP":
        picture.save(out, "WEBP", quality=QUALITY, **options)
    else:
        picture.save(out, form, quality=QUALITY, **options)
    return out.getvalue()
