"""The parser gives the same result however the bytes are cut, and never reads one response in two ways."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tercet.transport.http1 import (
    LARGEST_HEAD,
    CutShortError,
    EndlessError,
    MalformedError,
    ResponseParser,
    _take_plain,
    request_head,
)
from tercet.wire.http import Headers

SAMPLES = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b \r\n\r\nhello",
    b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200\r\ncontent-length: 5\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b\r\nhel\r\n2 \r\nlo\r\n0\r\nx-t: 1\r\n\r\n".replace(
        b"2 \r", b"02\r"
    ),
]


def whole(pieces: list[bytes]) -> tuple[int, bytes, bool, bool]:
    parser = ResponseParser()
    body = b"".join(parser.feed(piece) for piece in pieces)
    return parser.status, body, parser.framing == "done", parser.keep_alive


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_response_may_be_cut_anywhere(sample: bytes) -> None:
    for at in range(len(sample) + 1):
        assert whole([sample[:at], sample[at:]]) == (200, b"hello", True, True)
    assert whole([sample[at : at + 1] for at in range(len(sample))]) == (200, b"hello", True, True)


@settings(max_examples=60)
@given(some.lists(some.binary(min_size=1, max_size=40), max_size=8), some.data())
def test_chunks_come_out_as_they_went_in(chunks: list[bytes], data: some.DataObject) -> None:
    raw = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    raw += b"".join(b"%X\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    cuts = sorted(data.draw(some.lists(some.integers(0, len(raw)), max_size=6)))
    pieces = [raw[start:end] for start, end in zip([0, *cuts], [*cuts, len(raw)])]

    assert whole(pieces) == (200, b"".join(chunks), True, True)


ODD_CHUNKS = [
    b"0\r\n\r\n",
    b"3;a=b\r\nabc\r\n",
    b"1_0\r\n" + b"a" * 16,
    b"0x3\r\nabc\r\n",
    b" 3\r\nabc\r\n",
    b"\r\n\r\n",
]
ODD_CHUNKS += [
    b"0" * 15 + b"3\r\nabc\r\n",
    b"0" * 14 + b"3\r\nabc\r\n",
    b"5\r\na\r\nbc\r\n",
    b"3\r\nabcd\r\n",
    b"-0\r\n\r\n",
]


@settings(max_examples=200)
@given(some.lists(some.binary(min_size=1, max_size=9), max_size=6), some.sampled_from(ODD_CHUNKS), some.integers(0, 99))
def test_chunks_taken_together_are_what_they_are_one_by_one(chunks: list[bytes], odd: bytes, cut: int) -> None:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    plain = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    raw = plain + odd + plain + b"0\r\n\r\n"

    def read(many: int) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tercet.transport.http1.MANY_CHUNKS", many)
            try:
                return whole([head, raw[:cut], raw[cut:]])
            except MalformedError as error:
                return str(error)

    assert read(0) == read(len(raw))


def test_many_small_chunks_are_taken_together() -> None:
    chunks = [b"event %d\n\n" % number for number in range(500)]
    raw = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    pieces: list[bytes] = []

    assert _take_plain(raw + b"0\r\n\r\n", pieces) == len(raw)
    assert _take_plain(raw + b"9\r\ncut", pieces) == len(raw)
    assert pieces == chunks * 2


@settings(max_examples=100)
@given(some.lists(some.binary(max_size=30), max_size=5))
def test_garbage_is_refused_or_awaited_and_never_crashes(pieces: list[bytes]) -> None:
    parser = ResponseParser()
    try:
        for piece in pieces:
            parser.feed(piece)
    except MalformedError:
        return

    assert parser.status == 0


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", b""),
    ],
)
def test_a_response_without_a_body_is_done_after_its_headers(raw: bytes, body: bytes) -> None:
    parser = ResponseParser()

    assert parser.feed(raw) == body
    assert parser.framing == "done"


def test_a_body_without_a_length_lasts_until_the_connection_ends() -> None:
    parser = ResponseParser()
    assert parser.feed(b"HTTP/1.1 200 OK\r\n\r\nab") == b"ab"
    assert parser.framing == "until_close"
    parser.feed_end()

    assert (parser.framing, parser.keep_alive) == ("done", False)


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 2", SAMPLES[0][:-1], SAMPLES[2][:-1]])
def test_an_early_end_is_told(raw: bytes) -> None:
    parser = ResponseParser()
    parser.feed(raw)

    with pytest.raises(CutShortError):
        parser.feed_end()


def test_bytes_after_the_answer_spoil_the_connection() -> None:
    assert whole([SAMPLES[0] + b"HTTP/1.1 200 OK\r\n"])[3] is False
    assert whole([SAMPLES[2], b"x"])[3] is False


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("behind", [b"x", b"\r\n", b"HTTP/1.1 200 OK\r\n"])
def test_bytes_after_the_answer_spoil_the_connection_however_they_are_cut(sample: bytes, behind: bytes) -> None:
    raw = sample + behind
    for at in range(len(raw) + 1):
        assert whole([raw[:at], raw[at:]]) == (200, b"hello", True, False)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [("HTTP/1.1 200 OK\r\nconnection: close", False), ("HTTP/1.0 200 OK", False), ("HTTP/1.1 200 OK\r\nx: y", True)],
)
def test_whether_the_connection_stays_open(lines: str, expected: bool) -> None:
    assert whole([f"{lines}\r\ncontent-length: 0\r\n\r\n".encode()])[3] is expected


def test_a_request_has_one_host_and_one_length() -> None:
    headers = Headers({"Host": "evil", "content-length": "99", "Transfer-Encoding": "chunked", "a": "b"})

    assert request_head("POST", "/x", "example.com", headers, 2) == (
        b"POST /x HTTP/1.1\r\nHost: example.com\r\na: b\r\nAccept-Encoding: gzip, deflate\r\nContent-Length: 2\r\n\r\n"
    )


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb", "a\rb", "a\0b"])
def test_a_header_cannot_smuggle_another(value: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        request_head("GET", "/", "example.com", Headers([("x", value)]), 0)


@pytest.mark.parametrize("chunk", [b"3\r\nabcd\r\n", b"3\r\nabc\n\r", b"3\r\nabc\rx", b"3\r\nabcxx"])
def test_a_chunk_longer_than_it_says_is_refused_however_it_is_cut(chunk: bytes) -> None:
    raw = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunk + b"0\r\n\r\n"
    for at in range(len(raw) + 1):
        with pytest.raises(MalformedError):  # at the next call, where good bytes came before it
            whole([raw[:at], raw[at:], b"0\r\n\r\n"])


CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"


@pytest.mark.parametrize(
    "trailers",
    [b"no name\r\n", b"x: 1\r\n 2\r\n", b"x y: 1\r\n", b": 1\r\n", b"x: \0\r\n", b"x: 1\n", b"\n", b"x: 1\r\n\n"],
)
def test_malformed_trailers_are_refused_at_once_however_they_are_cut(trailers: bytes) -> None:
    raw = CHUNKED + trailers
    for at in range(len(CHUNKED), len(raw)):
        parser = ResponseParser()
        assert parser.feed(raw[:at]) == b"{}"
        with pytest.raises(MalformedError):
            parser.feed(raw[at:])


def test_good_trailers_may_be_cut_anywhere() -> None:
    raw = CHUNKED + b"x-a: 1\r\nx-b:\r\n\r\n"
    for at in range(len(raw) + 1):
        assert whole([raw[:at], raw[at:]]) == (200, b"{}", True, True)
    assert whole([raw[at : at + 1] for at in range(len(raw))]) == (200, b"{}", True, True)


def test_trailers_without_an_end_are_refused_in_small_lines_too() -> None:
    parser, line = ResponseParser(), b"x: 12345\r\n"
    parser.feed(CHUNKED)
    for _ in range(LARGEST_HEAD // len(line)):
        parser.feed(line)
    with pytest.raises(EndlessError):
        parser.feed(line)


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\n", b"HTTP/1.1 200 OK\r\na: b\n", b"HTTP/1.1 200 OK\r\na: b\r\n\n"],
)
def test_headers_whose_lines_end_with_a_bare_line_feed_are_refused_at_once(head: bytes) -> None:
    for at in range(len(head)):
        parser = ResponseParser()
        assert parser.feed(head[:at]) == b""
        with pytest.raises(MalformedError, match="bare line feed"):
            parser.feed(head[at:])
