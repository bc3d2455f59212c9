"""Files are told by their bytes; any bytes have an answer."""

from __future__ import annotations

from io import BytesIO

import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.toolkit.media.samples import corner, encoded

from tercet.toolkit.media.kinds import NAMES, kind_of, told


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"])
def test_kinds_are_those_of_pillow(form: str) -> None:
    data = encoded(corner(), form)
    assert kind_of(data) == form.lower()
    assert Image.open(BytesIO(data)).format == form


def test_a_heic_file_is_told_from_an_avif_and_from_a_video() -> None:
    out = BytesIO()
    pillow_heif.from_pillow(corner()).save(out)
    assert kind_of(out.getvalue()) == "heic"
    assert kind_of(b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf") == "avif"
    assert kind_of(b"\0\0\0\x18ftypisom\0\0\0\0isomiso2mp41") == "video"


@pytest.mark.parametrize(
    ("data", "kind"), [(b"", "empty"), (b"  %PDF-1.4", "pdf"), (b"words", None), (b"BM, a text", None)]
)
def test_other_bytes(data: bytes, kind: str | None) -> None:
    assert kind_of(data) == kind


@given(st.binary(max_size=80))
def test_any_bytes_can_be_told_in_a_sentence(data: bytes) -> None:
    assert kind_of(data) in {None, *NAMES}
    assert told(data)
