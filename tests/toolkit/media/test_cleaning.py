"""Metadata leaves by bytes alone, the picture stays as it was, and what is cut off or hostile is found."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.toolkit.media.samples import encoded, exif, photo

from tercet.toolkit.media.cleaning import CutOffError, clean, exif_orientation

FORMS = ["JPEG", "PNG", "GIF", "WEBP"]
PLAIN = {form: encoded(photo(50, 40), form) for form in FORMS}
TAGGED = {
    "JPEG": encoded(photo(50, 40), "JPEG", exif=exif(3), comment=b"words", progressive=True),
    "PNG": encoded(photo(50, 40), "PNG", exif=exif(3)),
    "GIF": encoded(photo(50, 40), "GIF", comment=b"SecretCam"),
    "WEBP": encoded(photo(50, 40), "WEBP", exif=exif(3), xmp=b"<x>SecretCam</x>", icc_profile=b"p" * 21),
}


@pytest.mark.parametrize("form", FORMS)
def test_pixels_are_the_same_without_the_metadata(form: str) -> None:
    found = clean(form.lower(), TAGGED[form])
    assert b"SecretCam" in TAGGED[form]
    assert b"SecretCam" not in found.data
    assert Image.open(BytesIO(found.data)).tobytes() == Image.open(BytesIO(TAGGED[form])).tobytes()
    assert found.orientation == (1 if form == "GIF" else 3)


@pytest.mark.parametrize("form", FORMS)
def test_a_clean_file_is_the_same_object_and_a_cleaned_one_is_clean(form: str) -> None:
    assert clean(form.lower(), PLAIN[form]).data == PLAIN[form]
    once = clean(form.lower(), TAGGED[form]).data
    assert clean(form.lower(), once).data == once
    assert clean(form.lower(), TAGGED[form], keep_metadata=True).data is TAGGED[form]


def test_profiles_of_colours_stay() -> None:
    profile = b"profile" * 30
    for form in ("JPEG", "PNG", "WEBP"):
        data = clean(form.lower(), encoded(photo(50, 40), form, icc_profile=profile, exif=exif(1))).data
        assert Image.open(BytesIO(data)).info["icc_profile"] == profile


@pytest.mark.parametrize("form", FORMS)
def test_a_file_cut_at_any_byte_is_found(form: str) -> None:
    data = encoded(photo(12, 9), form)
    for end in range(12, len(data) - (1 if form in ("GIF", "WEBP") else 0)):
        with pytest.raises(CutOffError):
            clean(form.lower(), data[:end])


@given(form=st.sampled_from(FORMS), place=st.integers(0, 400), value=st.integers(0, 255), end=st.integers(12, 3000))
def test_broken_bytes_are_cleaned_or_refused(form: str, place: int, value: int, end: int) -> None:
    data = bytearray(TAGGED[form])
    data[12 + place] = value
    try:
        found = clean(form.lower(), bytes(data[:end]))
    except CutOffError:
        return
    assert len(found.data) <= len(data) + 1
    assert 1 <= found.orientation <= 8


@given(st.binary(max_size=120))
def test_hostile_tags_tell_nothing_or_a_way_to_turn(data: bytes) -> None:
    for start in (b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"):
        assert 1 <= exif_orientation(start + data) <= 8
