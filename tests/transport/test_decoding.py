"""Content-encodings: nothing is taken for the end of a body that is not one, however it is cut."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import pytest

from tercet.transport import decoding
from tercet.transport.decoding import Inflate, TooLargeError, UndecodableError, decoder_for

MEMBER = gzip.compress(b"yes", mtime=0)
RAW = zlib.compress(b"yes")[2:-4]


def decoded(*pieces: bytes) -> bytes:
    """The whole body; raises what the decoder raises."""
    decoder = Inflate()
    body = b"".join(decoder.feed(piece) for piece in pieces)
    decoder.feed_end()
    return body


@pytest.mark.parametrize("packed", [MEMBER, MEMBER * 2, zlib.compress(b"yes"), RAW], ids=["gzip", "two", "zlib", "raw"])
def test_a_body_may_be_cut_anywhere_and_every_shorter_one_ends_early(packed: bytes) -> None:
    for at in range(len(packed) + 1):
        assert decoded(packed[:at], packed[at:]) == decoded(packed)
        if at not in (len(MEMBER), len(packed)) or not packed.startswith(MEMBER):
            with pytest.raises(UndecodableError):
                decoded(packed[:at] if at < len(packed) else b"")


@pytest.mark.parametrize("more", [b"\x1f", b"\x1f\x8b", b"x", b"\0", MEMBER[:-1]])
def test_what_begins_behind_a_member_must_be_a_whole_member(more: bytes) -> None:
    for pieces in ((MEMBER + more,), (MEMBER, more)):
        with pytest.raises(UndecodableError):
            decoded(*pieces)


def test_no_member_more_than_is_allowed() -> None:
    assert decoded(MEMBER * decoding.MOST_MEMBERS) == b"yes" * decoding.MOST_MEMBERS
    with pytest.raises(TooLargeError, match="members"):
        decoded(MEMBER * (decoding.MOST_MEMBERS + 1))


def _packed(size: int, ratio_of: Callable[[int], int]) -> bytes:
    """A body of `size` bytes that is packed to `ratio_of(size)` bytes: an empty comment field fills it."""
    body = gzip.compress(bytes(size), mtime=0)
    filler = ratio_of(size) - len(body) - 1
    return body[:3] + b"\x10" + body[4:10] + b"c" * filler + b"\0" + body[10:]


def test_a_ratio_counts_from_the_first_mebibyte_and_to_its_limit() -> None:
    limit, ratio = decoding.RATIO_COUNTS_FROM, decoding.LARGEST_RATIO
    assert len(decoded(gzip.compress(bytes(limit), mtime=0))) == limit
    assert len(decoded(_packed(2 * limit, lambda size: size // ratio + 1))) == 2 * limit
    with pytest.raises(TooLargeError, match="times its size"):
        decoded(_packed(2 * limit, lambda size: size // ratio))


def test_what_is_decoded_has_a_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "LARGEST_DECODED", 1024)
    assert len(decoded(gzip.compress(bytes(1024), mtime=0))) == 1024
    with pytest.raises(TooLargeError, match="MiB"):
        decoded(gzip.compress(bytes(1025), mtime=0))


@pytest.mark.parametrize("coding", [None, "", "identity", " Identity "])
def test_a_body_without_encoding_needs_no_decoder(coding: str | None) -> None:
    assert decoder_for(coding) is None


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "gzip;q=1"])
def test_an_encoding_that_was_not_asked_for_has_none(coding: str) -> None:
    with pytest.raises(UndecodableError, match="was not asked for"):
        decoder_for(coding)
