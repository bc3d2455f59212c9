"""Real files, made here: photographs, screens, turned and odd pictures."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from PIL.Image import Exif

ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825
RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    out = BytesIO()
    if form == "TIFF" and isinstance(held := options.get("exif"), Exif):
        options["exif"] = Exif()
        options["exif"].load(held.tobytes())  # Pillow writes no places into a TIFF that it has not read
    picture.save(out, form, **options)
    return out.getvalue()


def photo(width: int, height: int) -> Image.Image:
    """Noise, as a camera's sensor has it: no pixel is like its neighbour."""
    grain = Image.effect_noise((width, height), 60)
    return Image.merge(
        "RGB", (grain, grain.transpose(Image.Transpose.ROTATE_180), grain.point(lambda value: 255 - value))
    )


def screen(width: int, height: int) -> Image.Image:
    """A window with lines of small text on white."""
    picture = Image.new("RGB", (width, height), WHITE)
    draw = ImageDraw.Draw(picture)
    for top in range(10, height - 10, 16):
        draw.text(
            (12, top), f"{top:05d} The quick brown fox jumps over the lazy dog. " * (width // 200), fill=(20, 20, 60)
        )
    return picture


def corner(width: int = 60, height: int = 30) -> Image.Image:
    """Red, with a blue quarter at the top left: shows how it is turned."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (0, 0, width // 2, height // 2))
    return picture


def exif(orientation: int | None = None) -> Exif:
    """What a camera writes: its make, the place, and how it was held."""
    found = Exif()
    found[MAKE] = "SecretCam"
    found[GPS] = {1: "N", 2: (59.0, 54.0, 50.0), 3: "E", 4: (10.0, 45.0, 8.0)}
    if orientation is not None:
        found[ORIENTATION] = orientation
    return found


def stored(upright: Image.Image, orientation: int) -> Image.Image:
    """Return the pixels as a camera held so would store them."""
    turns = Image.Transpose
    back = {
        1: None, 2: turns.FLIP_LEFT_RIGHT, 3: turns.ROTATE_180, 4: turns.FLIP_TOP_BOTTOM, 5: turns.TRANSPOSE,
        6: turns.ROTATE_90, 7: turns.TRANSVERSE, 8: turns.ROTATE_270,
    }[orientation]  # fmt: skip
    return upright if back is None else upright.transpose(back)
