"""An image becomes a block that the API takes: typed by its bytes, upright, without metadata, fitted, and told in tokens."""

from __future__ import annotations

import base64
import contextlib
import copy
import json
import pickle
import struct
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.toolkit.media.samples import BLUE, RED, corner, encoded, exif, photo, screen, stored

import tercet
from tercet.toolkit.media.images import ImageContent

STANDARD, HIGH = "claude-sonnet-4-6", "claude-opus-4-8"


def bytes_of(block: dict[str, Any]) -> bytes:
    return base64.b64decode(block["source"]["data"])


def picture_of(block: dict[str, Any]) -> Image.Image:
    picture = Image.open(BytesIO(bytes_of(block)))
    picture.load()
    return picture


def is_like(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 40 for one, other in zip(pixel[:3], colour, strict=True))


def heic(picture: Image.Image, **options: Any) -> bytes:
    out = BytesIO()
    pillow_heif.from_pillow(picture).save(out, **options)
    return out.getvalue()


# --- types ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.txt", "a"])
def test_the_type_comes_from_the_bytes_and_never_from_the_name(tmp_path: Path, form: str, name: str) -> None:
    (tmp_path / name).write_bytes(encoded(photo(40, 30), form))
    block = tercet.image(tmp_path / name)
    assert block["source"]["media_type"] == f"image/{form.lower()}"
    assert (block.width, block.height, block.tokens) == (40, 30, 4)


@pytest.mark.parametrize("form", ["TIFF", "BMP", "AVIF", "HEIC"])
@pytest.mark.parametrize("picture", [photo(64, 48), screen(64, 48)], ids=["photo", "screen"])
def test_what_the_api_does_not_take_is_converted(form: str, picture: Image.Image) -> None:
    data = heic(picture) if form == "HEIC" else encoded(picture, form)
    block = tercet.image(data)
    assert block["source"]["media_type"] in ("image/jpeg", "image/png")
    assert picture_of(block).size == (block.width, block.height) == (64, 48)


def test_every_way_to_give_an_image_gives_the_same_block(tmp_path: Path) -> None:
    data = encoded(screen(60, 40), "PNG")
    path = tmp_path / "shot.png"
    path.write_bytes(data)
    url = f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"
    with path.open("rb") as file:
        ways = [str(path), path, data, bytearray(data), memoryview(data), BytesIO(data), file, url]
        blocks = [tercet.image(way) for way in ways]
    assert all(block == blocks[0] for block in blocks)
    assert blocks[0]["source"]["media_type"] == "image/png"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I", "F", "I;16", "HSV", "LAB"])
def test_pictures_of_pillow_of_every_mode_become_blocks(mode: str) -> None:
    picture = (
        Image.new("I;16", (30, 20), 40_000)
        if mode == "I;16"
        else corner(30, 20).convert(mode)
        if mode != "LAB"
        else Image.new("LAB", (30, 20))
    )
    assert picture_of(tercet.image(picture)).size == (30, 20)


def test_the_local_api_takes_every_block_and_bills_what_was_told() -> None:
    pictures = {"photo": photo(1700, 900), "screen": screen(1200, 2000), "small": corner()}
    with tercet.local_api() as api:
        client = api.client()
        for model in (STANDARD, HIGH):
            for picture in pictures.values():
                block = tercet.image(picture, model=model)
                asked: Any = [block, {"type": "text", "text": "What is this?"}]
                alone: Any = [{"type": "text", "text": "What is this?"}]
                with_image, without = (
                    client.messages.count_tokens(model=model, messages=[{"role": "user", "content": content}])
                    for content in (asked, alone)
                )
                assert with_image.input_tokens - without.input_tokens == block.tokens
                assert block.width is not None
                client.messages.create(model=model, max_tokens=20, messages=[{"role": "user", "content": asked}])


# --- upright, without metadata -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIC"])
def test_pictures_are_upright_and_the_tag_is_gone(form: str, orientation: int) -> None:
    held = stored(corner(), orientation)
    if form == "HEIC":
        data = heic(held, exif=exif(orientation).tobytes())
    elif form == "TIFF":
        data = encoded(held, form, tiffinfo={0x0112: orientation})
    else:
        data = encoded(held, form, exif=exif(orientation))
    made = picture_of(tercet.image(data))
    assert made.size == (60, 30)
    assert made.getexif().get(0x0112) is None
    pixels = made.convert("RGB")
    assert is_like(pixels.getpixel((5, 5)), BLUE)
    assert all(is_like(pixels.getpixel(place), RED) for place in [(55, 5), (5, 25), (55, 25)])


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("size", [(60, 40), (3000, 200)], ids=["as it is", "reduced"])
def test_place_and_camera_stay_here_unless_they_are_asked_for(form: str, size: tuple[int, int]) -> None:
    data = encoded(photo(*size), form, exif=exif(1))
    assert b"SecretCam" in data
    assert b"SecretCam" not in bytes_of(tercet.image(data))
    assert len(picture_of(tercet.image(data)).getexif()) == 0
    kept = picture_of(tercet.image(data, metadata=True)).getexif()
    assert kept[0x010F] == "SecretCam"


def test_comments_and_pictures_behind_the_picture_are_cut_off() -> None:
    data = encoded(photo(40, 30), "JPEG", comment=b"private words") + encoded(photo(8, 8), "JPEG", exif=exif(1))
    sent = bytes_of(tercet.image(data))
    assert b"private" not in sent
    assert b"SecretCam" not in sent
    assert picture_of(tercet.image(data)).tobytes() == Image.open(BytesIO(data)).tobytes()


# --- fitted --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "size"), [(STANDARD, (1456, 819)), (HIGH, (2576, 1449)), (None, (2576, 1449))])
def test_no_more_pixels_are_sent_than_the_model_sees_for_the_same_tokens(
    model: str | None, size: tuple[int, int]
) -> None:
    data = encoded(screen(3840, 2160), "PNG")
    block, whole = tercet.image(data, model=model), tercet.image(data, model=model, fit=None)
    assert (block.width, block.height) == size
    assert (whole.width, whole.height) == (3840, 2160)
    assert block.tokens == whole.tokens
    assert block["source"]["media_type"] == "image/webp"


@pytest.mark.parametrize("tokens", [1, 2, 50, 600, 1568, 100_000])
@pytest.mark.parametrize("size", [(1000, 700), (90, 2000), (5, 5)])
def test_tokens_are_the_most_that_an_image_may_cost(tokens: int, size: tuple[int, int]) -> None:
    block = tercet.image(encoded(photo(*size), "PNG"), model=STANDARD, tokens=tokens)
    assert block.tokens is not None
    assert block.tokens <= tokens
    if tokens == 600 and size == (1000, 700):
        assert block.tokens > 550


def test_flat_pictures_stay_lossless_and_photographs_become_jpeg() -> None:
    text, noise = tercet.image(screen(1000, 600)), tercet.image(photo(1000, 600))
    assert picture_of(text).convert("RGB").tobytes() == screen(1000, 600).tobytes()
    assert noise["source"]["media_type"] == "image/jpeg"
    assert tercet.image(encoded(screen(3000, 2000), "PNG"))["source"]["media_type"] == "image/webp"
    assert tercet.image(encoded(photo(3000, 2000), "JPEG"))["source"]["media_type"] == "image/jpeg"


def test_what_needs_no_change_is_sent_byte_for_byte() -> None:
    for form in ("JPEG", "PNG", "GIF", "WEBP"):
        data = encoded(screen(300, 200), form)
        assert bytes_of(tercet.image(data)) == data


def test_tokens_are_told_for_other_models_too() -> None:
    block = tercet.image(screen(3000, 2000))
    assert block.tokens == block.tokens_for(None) == block.tokens_for(HIGH)
    assert (block.tokens_for(STANDARD) or 0) < (block.tokens or 0)


# --- odd and hostile files -----------------------------------------------------------------------------------------------


def test_of_an_animation_the_first_picture_is_sent() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE, RED)]
    for form in ("GIF", "WEBP", "PNG"):
        data = encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=50)
        made = picture_of(tercet.image(data))
        assert getattr(made, "n_frames", 1) == 1
        assert is_like(made.convert("RGB").getpixel((5, 5)), RED)


def test_colours_for_print_become_those_of_screens() -> None:
    made = picture_of(tercet.image(encoded(Image.new("CMYK", (20, 20), (0, 255, 255, 0)), "JPEG")))
    assert made.mode == "RGB"
    assert is_like(made.getpixel((5, 5)), RED)


def test_sixteen_bits_keep_their_brightness_when_they_are_reduced() -> None:
    deep = Image.new("I;16", (3000, 2000), 0x8000)
    made = picture_of(tercet.image(encoded(deep, "PNG"))).convert("L")
    assert abs(made.getpixel((100, 100)) - 128) <= 1


def test_a_palette_with_transparency_keeps_it_when_it_is_reduced() -> None:
    picture = Image.new("P", (3000, 2000), 0)
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.paste(1, (1500, 0, 3000, 2000))
    made = picture_of(tercet.image(encoded(picture, "PNG", transparency=bytes([0, 255]))))
    assert made.mode == "RGBA"
    assert made.getpixel((10, 10))[3] == 0
    assert made.getpixel((made.width - 10, 10)) == (0, 0, 255, 255)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "HEIC"])
def test_a_file_that_is_cut_off_says_so(form: str) -> None:
    data = heic(photo(64, 48)) if form == "HEIC" else encoded(photo(64, 48), form)
    for part in (0.3, 0.6, 0.9):
        with pytest.raises(tercet.MediaError, match="the image"):
            tercet.image(data[: int(len(data) * part)])


def bomb(side: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def test_bombs_are_refused_by_their_header() -> None:
    with pytest.raises(tercet.MediaError, match=r"50,000 × 50,000 pixels, more than the 120 million"):
        tercet.image(bomb(50_000))
    bmp = bytearray(encoded(corner(), "BMP"))
    bmp[18:26] = struct.pack("<ii", 50_000, 50_000)
    with pytest.raises(tercet.MediaError, match="50,000 × 50,000"):
        tercet.image(bytes(bmp))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the image is empty"),
        (b"hello, this is text", "of no known kind"),
        (b"%PDF-1.7 and so on", r"is a PDF; tercet.document\(\)"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"PK\x03\x04 a word file", "a zip archive"),
    ],
)
def test_what_is_no_image_is_told_by_what_it_is(data: bytes, said: str) -> None:
    with pytest.raises(tercet.MediaError, match=said):
        tercet.image(data)


def test_a_side_that_no_image_may_have_is_told_when_its_size_shall_stay() -> None:
    wide = encoded(Image.new("L", (8001, 10)), "PNG")
    with pytest.raises(tercet.MediaError, match="8,001 × 10 pixels, and no side may have more than 8,000"):
        tercet.image(wide, fit=None)
    assert tercet.image(wide).width == 2576


@pytest.mark.parametrize("wrong", [{"tokens": 0}, {"tokens": -5}, {"tokens": True}, {"tokens": 1.5}])
def test_wrong_amounts_of_tokens_are_told(wrong: dict[str, Any]) -> None:
    with pytest.raises(tercet.MediaError, match="at least 1 token"):
        tercet.image(encoded(corner(), "PNG"), **wrong)


def test_an_address_stays_one_and_is_not_fetched() -> None:
    block = tercet.image("https://example.org/a.jpg")
    assert block == {"type": "image", "source": {"type": "url", "url": "https://example.org/a.jpg"}}
    assert (block.width, block.height, block.tokens) == (None, None, None)
    with pytest.raises(tercet.MediaError, match="fetch=True"):
        tercet.image("https://example.org/a.jpg", tokens=100)


# --- without the extra ---------------------------------------------------------------------------------------------------


def test_without_pillow_what_needs_no_change_passes_and_the_rest_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small, large = (encoded(photo(*size), "JPEG", exif=exif(1)) for size in ((60, 40), (3000, 2000)))
    turned, tiff = encoded(corner(), "JPEG", exif=exif(6)), encoded(corner(), "TIFF")
    for name in [name for name in sys.modules if name == "PIL" or name.startswith("PIL.")]:
        monkeypatch.setitem(sys.modules, name, None)
    block = tercet.image(small)
    assert (block.width, block.height) == (60, 40)
    assert b"SecretCam" not in bytes_of(block)
    for data, why in ((large, "3,000 × 2,000 pixels"), (turned, "turned upright"), (tiff, "a TIFF image")):
        with pytest.raises(tercet.MediaLibraryError, match=rf"{why}.*pip install 'tercet\[media\]'"):
            tercet.image(data)


def test_without_pillow_heif_a_photograph_of_a_telephone_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    data = heic(corner())
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(tercet.MediaLibraryError, match=r"pip install 'tercet\[heic\]'"):
        tercet.image(data)


def test_an_image_that_passes_loads_no_library(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded(corner(), "PNG"))
    program = "import sys, tercet; assert tercet.image('a.png').tokens == 6; print(sorted({'PIL', 'pypdfium2', 'pillow_heif', 'httpx2', 'asyncio'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# --- the block is a dict -------------------------------------------------------------------------------------------------


def test_a_block_is_a_dict_that_keeps_what_it_tells() -> None:
    block = tercet.image(encoded(corner(), "PNG"))
    assert json.loads(json.dumps(block)) == block
    for other in (copy.deepcopy(block), pickle.loads(pickle.dumps(block))):
        assert isinstance(other, ImageContent)
        assert (other, other.tokens, other.width) == (block, block.tokens, block.width)


FORMS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")
WHOLE = {form: encoded(photo(90, 30), form) for form in FORMS} | {"HEIC": heic(photo(64, 48))}


@given(
    form=st.sampled_from(sorted(WHOLE)),
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=8),
    tokens=st.sampled_from([None, 2]),
)
@settings(max_examples=150)
def test_damaged_files_become_a_block_or_one_error_of_ours(
    form: str, changes: list[tuple[int, int]], tokens: int | None
) -> None:
    data = bytearray(WHOLE[form])
    for place, value in changes:
        data[place % len(data)] = value
    with contextlib.suppress(tercet.MediaError):
        block = tercet.image(bytes(data), tokens=tokens)
        assert block["source"]["media_type"].startswith("image/")
        assert (block.tokens or 0) >= 1
