"""Bodies in chunks: read the same however they are cut, and refused when they could be read in two ways."""

from __future__ import annotations

import pytest

from tercet.server.http.parser import LONGEST_SIZE_LINE, MOST_TRAILER_BYTES, ChunkedBody, MalformedRequestError

CHUNKS = b"5\r\nhello\r\n00c;a=b; c\r\n, \r\n0\r\n\r\nwor\r\n2 \r\nld\r\n0\r\nx-sum: 1\r\n\r\n"
BODY = b"hello, \r\n0\r\n\r\nworld"


def test_chunks_are_read_the_same_however_they_are_cut() -> None:
    for end in range(len(CHUNKS) + 1):
        body = ChunkedBody()
        assert body.feed(CHUNKS[:end]) + body.feed(CHUNKS[end:] + b"GET") == BODY
        assert (body.is_whole, body.rest) == (True, b"GET")
    body = ChunkedBody()
    assert b"".join(body.feed(CHUNKS[at : at + 1]) for at in range(len(CHUNKS))) == BODY
    assert body.is_whole


def test_a_body_is_not_whole_before_its_last_byte() -> None:
    body = ChunkedBody()
    body.feed(CHUNKS[:-1])
    assert not body.is_whole


@pytest.mark.parametrize(
    "data",
    [
        b"5\nhello",
        b"\r\n",
        b"-5\r\nhello\r\n",
        b"+5\r\nhello\r\n",
        b"0x5\r\nhello\r\n",
        b"5_0\r\n",
        b" 5\r\nhello\r\n",
        b"g\r\n",
        b"5 hello\r\n",
        b"5\r\nhello0\r\n\r\n",
        b"5\r\nhello\n0\r\n\r\n",
        b"5\r\nhello\rx",
        b"5;a=\nb\r\nhello\r\n",
        b"5;a\x00\r\nhello\r\n",
        b"5;" + b"a" * LONGEST_SIZE_LINE,
        b"1" * 16 + b"\r\n",
        b"0\r\nno colon\r\n\r\n",
        b"0\r\n folded: a\r\n\r\n",
        b"0\r\na: b\n\r\n",
        b"0\r\n" + b"a: b\r\n" * (MOST_TRAILER_BYTES // 6 + 1),
    ],
    ids=lambda data: repr(data[:20]),
)
def test_broken_chunks_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedRequestError):
        ChunkedBody().feed(data)
