"""Heads: what they say, and which of them are refused because two readers could read them in two ways."""

from __future__ import annotations

import pytest

from tercet.server.http.parser import (
    CHUNKED,
    LARGEST_HEAD,
    MOST_KEPT,
    Head,
    HeadReader,
    MalformedRequestError,
    check_begun,
)

GOOD = b"POST /v1/messages?beta=true HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: \t k \t\r\ncontent-length: 12"


def head(*lines: bytes, first: bytes = b"POST / HTTP/1.1") -> Head:
    return HeadReader().read(b"\r\n".join((first, b"host: localhost", *lines)))


def test_a_head_says_what_is_asked() -> None:
    found = HeadReader().read(GOOD)
    assert (found.line.method, found.line.path, found.line.raw_path) == ("POST", "/v1/messages", b"/v1/messages")
    assert (found.line.query_string, found.length, found.size) == (b"beta=true", 12, len(GOOD))
    assert found.pairs == [(b"host", b"localhost"), (b"x-api-key", b"k"), (b"content-length", b"12")]
    assert (found.keep_alive, found.expects_continue, found.line.is_1_0) == (True, False, False)


def test_a_head_needs_no_headers() -> None:
    assert HeadReader().read(b"GET / HTTP/1.1").pairs == []


@pytest.mark.parametrize(
    ("target", "path", "raw", "query"),
    [
        (b"/a%20b%2Fc?x=%20", "/a b/c", b"/a%20b%2Fc", b"x=%20"),
        (b"/%E4%BD%A0", "/你", b"/%E4%BD%A0", b""),
        (b"/a?b?c", "/a", b"/a", b"b?c"),
        (b"//v1", "//v1", b"//v1", b""),
        (b"*", "*", b"*", b""),
        (b"http://LOCALHOST/v1/models?limit=1", "/v1/models", b"/v1/models", b"limit=1"),
        (b"http://localhost", "/", b"/", b""),
        (b"http://localhost?a", "/", b"/", b"a"),
    ],
)
def test_targets_in_their_forms(target: bytes, path: str, raw: bytes, query: bytes) -> None:
    found = head(first=b"GET " + target + b" HTTP/1.1").line
    assert (found.path, found.raw_path, found.query_string) == (path, raw, query)


def test_lines_that_come_again_are_read_the_same_and_not_kept_without_end() -> None:
    reader = HeadReader()
    for number in range(3 * MOST_KEPT):
        found = reader.read(GOOD.replace(b"12", b"%d" % number).replace(b"true", b"%d" % number))
        assert (found.length, found.headers[b"x-api-key"]) == (number, b"k")
        assert found.line.query_string == b"beta=%d" % number
    assert max(len(reader._lines), len(reader._fields)) <= MOST_KEPT
    with pytest.raises(MalformedRequestError):
        reader.read(GOOD + b"\r\nHost: localhost")


@pytest.mark.parametrize(
    ("version", "said", "keeps"),
    [
        (b"1.1", None, True),
        (b"1.1", b"close", False),
        (b"1.1", b"Keep-Alive, Close", False),
        (b"1.0", None, False),
        (b"1.0", b"Keep-Alive", True),
    ],
)
def test_whether_the_connection_goes_on(version: bytes, said: bytes | None, keeps: bool) -> None:
    lines = [b"connection: " + said] if said else []
    assert head(*lines, first=b"GET / HTTP/" + version).keep_alive is keeps


def test_how_long_bodies_are() -> None:
    assert head().length == 0
    assert head(b"content-length: 0012").length == 12
    assert head(b"Transfer-Encoding: Chunked").length == CHUNKED


def test_a_client_may_wait_for_a_word() -> None:
    assert head(b"expect: 100-Continue").expects_continue
    assert not head(b"expect: 100-continue", first=b"POST / HTTP/1.0").expects_continue


AMBIGUOUS = [
    (b"content-length: 5", b"transfer-encoding: chunked"),
    (b"transfer-encoding: chunked", b"content-length: 5"),
    (b"content-length: 5", b"content-length: 6"),
    (b"content-length: 5", b"Content-Length: 5"),
    (b"content-length: 5, 5",),
    (b"content-length: -1",),
    (b"content-length: +1",),
    (b"content-length: 0x5",),
    (b"content-length: 5_0",),
    (b"content-length: \xb2",),
    (b"content-length:",),
    (b"content-length: " + b"9" * 30,),
    (b"transfer-encoding: xchunked",),
    (b"transfer-encoding: chunked, chunked",),
    (b"transfer-encoding: gzip, chunked",),
    (b"transfer-encoding: identity",),
    (b"transfer-encoding:",),
    (b"transfer-encoding: chunked", b"transfer-encoding: identity"),
    (b"transfer-encoding : chunked",),
    (b"transfer-encoding\t: chunked",),
    (b" transfer-encoding: chunked",),
    (b"transfer-encoding: \x0bchunked",),
    (b"host: evil.example",),
    (b"x: a", b" folded"),
    (b"x: a", b"\tfolded"),
    (b"x: a\rb",),
    (b"x: a\nb: c",),
    (b"x: a\x00b",),
    (b"x: a\x7fb",),
    (b"no colon",),
    (b": no name",),
    (b"n\xc3\xa4me: x",),
    (b"na me: x",),
    (b"",),
]


@pytest.mark.parametrize("lines", AMBIGUOUS, ids=[repr(lines) for lines in AMBIGUOUS])
def test_what_can_be_read_in_two_ways_is_refused(lines: tuple[bytes, ...]) -> None:
    with pytest.raises(MalformedRequestError):
        head(*lines)


@pytest.mark.parametrize(
    "first",
    [
        b"GET  / HTTP/1.1",
        b"GET / HTTP/1.1 ",
        b" GET / HTTP/1.1",
        b"GET\t/ HTTP/1.1",
        b"GET / HTTP/2.0",
        b"GET / HTTP/1.2",
        b"GET / HTTP/1.10",
        b"GET / http/1.1",
        b"GET /",
        b"/ HTTP/1.1",
        b"GET /a b HTTP/1.1",
        b"GET /\x00 HTTP/1.1",
        b"GET /#a HTTP/1.1",
        b"GET /m\xc3\xa9 HTTP/1.1",
        b"GET v1 HTTP/1.1",
        b"CONNECT localhost:443 HTTP/1.1",
        b"GET http://evil.example/ HTTP/1.1",
        b"GET ftp://localhost/ HTTP/1.1",
        b"G(T / HTTP/1.1",
        b"G" * 33 + b" / HTTP/1.1",
        b"PRI * HTTP/2.0",
        b"",
    ],
)
def test_other_first_lines_are_refused(first: bytes) -> None:
    with pytest.raises(MalformedRequestError):
        head(first=first)


def test_chunks_are_not_of_http_1_0() -> None:
    with pytest.raises(MalformedRequestError):
        head(b"transfer-encoding: chunked", first=b"POST / HTTP/1.0")


def test_a_good_head_may_still_come_at_every_byte_of_it() -> None:
    for end in range(1, len(GOOD) + 1):
        check_begun(GOOD[:end])


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02",
        b"GET / HTTP/1.1\n",
        b"GET / HTTP/1.1\r\nhost: a\n\r",
        b"GET / FTP",
        b"GET / HTTP/2.0\r\n",
        b"(",
        b"G" * 40,
        b"GET / HTTP/1.1\r\nx: " + b"a" * LARGEST_HEAD,
    ],
)
def test_what_cannot_become_a_head_is_refused_before_its_end(data: bytes) -> None:
    with pytest.raises(MalformedRequestError):
        check_begun(data)
