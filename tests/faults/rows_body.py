"""Rows 28–46: bodies that are read whole, and what frames and packs them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

from tests.faults import bodies
from tests.faults.row import JSON_SURFACES, ONCE, ONE, SHORT, STREAMS, Due, Row, fails, fine
from tests.faults.server import Fin, Raw, Reset, Stall, Steps, chunked_head, chunks, head, response

BODY = bodies.BODY["json"]
CONTENT_OF = b'"content":' + bodies.dumped(bodies.MESSAGE["content"])
WHOLE = {"on": JSON_SURFACES}
ENDLESS = fails("APIConnectionError", sends=ONCE, phase="body_lost")
BAD = fails("APIResponseValidationError", sends=ONCE)
LOST = fails("APIConnectionError", phase="body_lost")


def cut(surface: str) -> Due:
    """A cut body is asked for again where it is read whole, and never where a part was shown."""
    return LOST if surface in JSON_SURFACES else fails("IncompleteStreamError", sends=ONCE)


def misframed(surface: str) -> Due:
    """Framing that breaks before the first content: sent again, unless the results were handed out already."""
    if surface in STREAMS:
        return fails("IncompleteStreamError", phase="nothing_yielded")
    return cut(surface)


def body(content: bytes, content_type: str = bodies.JSON, *lines: str) -> Callable[[str], list[Steps]]:
    return lambda kind: [(response(content, content_type, "200 OK", *lines),)]


def packed(coding: str, pack: Callable[[bytes], bytes]) -> Callable[[str], list[Steps]]:
    """The good body in this coding."""

    def answers(kind: str) -> list[Steps]:
        content = pack(bodies.BODY[kind])
        return [(response(content, bodies.KINDS[kind], "200 OK", f"content-encoding: {coding}"),)]

    return answers


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def bomb() -> bytes:
    """64 MiB of zeros in 64 KiB."""
    return gzip.compress(bytes(64 * 1024 * 1024), 9)


def first_half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def text_of(message: bytes, text: str) -> bytes:
    return message.replace(b'"Hello', text.encode())


FRAMED = [
    Row(
        28,
        "RST within the body",
        lambda kind: [(response(BODY)[:-50], Reset())],
        LOST,
        **WHOLE,
    ),
    Row(29, "FIN within the body", lambda kind: [(response(BODY)[:-50], Fin())], LOST, **WHOLE),
    Row(
        29,
        "FIN within a chunk",
        lambda kind: [(bodies.of(kind, *bodies.PARTED[kind])[: len(bodies.good(kind)) // 2], Fin())],
        cut,
    ),
    Row(
        30,
        "silence within the body",
        lambda kind: [(response(BODY)[:-50], Stall())],
        fails("APITimeoutError", phase="body_lost"),
        chunkings=ONE,
        client={"timeout": SHORT},
        **WHOLE,
    ),
    Row(
        31,
        "a length that is too small",
        lambda kind: [
            (head("200 OK", "content-type: application/json", f"content-length: {len(BODY) - 9}") + BODY, Fin())
        ],
        BAD,
        **WHOLE,
    ),
    Row(
        32,
        "no length, cut at the end",
        lambda kind: [(head("200 OK", "content-type: application/json") + BODY[:-9], Fin())],
        BAD,
        **WHOLE,
    ),
    Row(
        32,
        "no length, whole",
        lambda kind: [(head("200 OK", f"content-type: {bodies.KINDS[kind]}") + bodies.BODY[kind], Fin())],
        fine(),
    ),
    Row(
        46,
        "a chunk size that is none",
        lambda kind: [(chunked_head(bodies.KINDS[kind]) + b"zz\r\n{}\r\n0\r\n\r\n", Fin())],
        misframed,
    ),
    Row(
        46,
        "a negative chunk size",
        lambda kind: [(chunked_head(bodies.KINDS[kind]) + b"-5\r\n{}\r\n0\r\n\r\n", Fin())],
        misframed,
    ),
    Row(
        46,
        "a chunk longer than it says",
        lambda kind: [(chunked_head(bodies.KINDS[kind]) + b"5\r\n{       }\r\n0\r\n\r\n", Fin())],
        misframed,
    ),
    Row(
        46,
        "a huge chunk extension",
        lambda kind: [(chunked_head(bodies.KINDS[kind]) + b"5;" + b"x" * 10_000 + b"\r\n12345\r\n0\r\n\r\n", Fin())],
        misframed,
        chunkings=ONE,
    ),
    Row(
        46,
        "a chunk extension",
        lambda kind: [
            (
                chunked_head(bodies.KINDS[kind])
                + b"%x;name=value\r\n" % len(bodies.BODY[kind])
                + bodies.BODY[kind]
                + b"\r\n0\r\n\r\n",
            )
        ],
        fine(),
    ),
    Row(
        46,
        "trailers",
        lambda kind: [
            (
                bodies.good(kind)[:-2] if kind != "json" else chunked_head(bodies.JSON) + chunks(BODY)[:-2],
                b"x-sum: 1\r\n\r\n",
            )
        ],
        fine(),
    ),
    *(
        Row(
            46,
            f"trailers that are {what}",
            lambda kind, lines=lines: [(chunked_head(bodies.JSON) + chunks(BODY)[:-2], lines, Fin())],
            due,
            chunkings=ONE,
            **WHOLE,
        )
        for what, lines, due in (
            ("malformed", b"no name\r\n\r\n", LOST),
            ("folded", b"x-sum: 1\r\n 2\r\n\r\n", LOST),
            ("ended by a bare line feed", b"x-sum: 1\n", LOST),
            ("larger than 64 KiB", b"x-sum: " + b"1" * 70_000 + b"\r\n\r\n", ENDLESS),
            ("without an end", b"x-sum: 1\r\n", LOST),
        )
    ),
    Row(
        46,
        "chunks of one byte",
        lambda kind: [
            (
                Raw(
                    chunked_head(bodies.KINDS[kind])
                    + b"".join(b"1\r\n%c\r\n" % byte for byte in bodies.BODY[kind])
                    + b"0\r\n\r\n"
                ),
            )
        ],
        fine(),
        chunkings=ONE,
    ),
    Row(
        46,
        "100,000 chunks of one byte",
        lambda kind: [(Raw(chunked_head(bodies.JSON) + b"1\r\n \r\n" * 100_000 + chunks(BODY)),)],
        fine(),
        chunkings=ONE,
        **WHOLE,
    ),
]

CONTENT = [
    Row(33, "JSON that ends early", body(BODY[:-9]), BAD, **WHOLE),
    Row(33, "NUL after JSON", body(BODY + b"\0"), BAD, **WHOLE),
    Row(33, "garbage after JSON", body(BODY + b"}"), BAD, **WHOLE),
    Row(33, "two bodies in one", body(BODY + BODY), BAD, **WHOLE),
    Row(34, "bytes that are not UTF-8", body(BODY.replace(b"w\xc3\xb6", b"w\xff\xfe")), BAD, **WHOLE),
    Row(35, "a page of a captive portal", body(b"<html><body>Log in</body></html>", "text/html"), BAD, **WHOLE),
    Row(36, "null", body(b"null"), BAD, **WHOLE),
    Row(36, "a list", body(b"[1,2]"), BAD, **WHOLE),
    Row(36, "a number", body(b"17"), BAD, **WHOLE),
    Row(36, "a string", body(b'"hello"'), BAD, **WHOLE),
    Row(37, "a message without content", body(b'{"id":"msg_1","type":"message","role":"assistant"}'), BAD, **WHOLE),
    *(
        Row(37, f"content that is {said}", body(BODY.replace(CONTENT_OF, b'"content":' + said.encode())), BAD, **WHOLE)
        for said in ("null", "true", "17", '"text"', "{}", "[null]", "[{}]")
    ),
    Row(37, "another object", body(b'{"hello":1}'), BAD, **WHOLE),
    Row(
        38,
        "an error with status 200",
        body(bodies.ERROR),
        fails("OverloadedError", phase="refused", status=200),
        **WHOLE,
    ),
    Row(
        38,
        "an error with status 200, then the answer",
        lambda kind: [(response(bodies.ERROR),), (bodies.good(kind),)],
        fine(2),
        on=("create", "parse", "raw", "helper"),
    ),
    Row(39, "a stream where JSON was due", lambda kind: [(bodies.good("sse"),)], BAD, **WHOLE),
    Row(45, "100,000 brackets", body(b"[" * 100_000 + b"]" * 100_000), BAD, chunkings=ONE, **WHOLE),
    Row(
        45,
        "100,000 brackets in a field",
        body(BODY[:-1] + b',"deep":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        BAD,
        chunkings=ONE,
        **WHOLE,
    ),
    Row(45, "an integer of 5,000 digits", body(BODY[:-1] + b',"n":' + b"9" * 5_000 + b"}"), BAD, **WHOLE),
    Row(
        45,
        "a number beyond all",
        body(BODY[:-1] + b',"n":1e99999}'),
        BAD,
        **WHOLE,
    ),
]


UNDECODABLE = fails("APIResponseValidationError", sends=ONCE, phase="body_lost")


def undecodable(surface: str) -> Due:
    """A body in no encoding that can be read. A stream says what it has, which is nothing; asking again cannot help."""
    if surface in JSON_SURFACES:
        return UNDECODABLE
    return fails("IncompleteStreamError", sends=ONCE, phase="nothing_yielded" if surface in STREAMS else "")


def bombed(surface: str) -> Due:
    """More than a body may decode to; on a stream, a line that never ends."""
    if surface in JSON_SURFACES:
        return fails("APIConnectionError", sends=ONCE, phase="body_lost")
    return fails("StreamProtocolError", sends=ONCE)


def overfull(surface: str) -> Due:
    """More members than a body may have."""
    if surface in JSON_SURFACES:
        return fails("APIConnectionError", sends=ONCE, phase="body_lost")
    return fails("IncompleteStreamError", sends=ONCE, phase="nothing_yielded" if surface in STREAMS else "")


PACKED = [
    Row(40, "gzip", packed("gzip", gzip.compress), fine()),
    Row(
        40,
        "gzip in two members",
        packed("gzip", lambda data: gzip.compress(data[:99]) + gzip.compress(data[99:])),
        fine(),
    ),
    Row(40, "deflate", packed("deflate", zlib.compress), fine()),
    Row(40, "raw deflate", packed("deflate", deflated), fine()),
    Row(40, "gzip that is none", packed("gzip", lambda data: b"\x1f\x8bnot gzip at all"), undecodable),
    Row(40, "plain text said to be gzip", packed("gzip", lambda data: data), undecodable),
    Row(
        40,
        "gzip with a broken middle",
        packed("gzip", lambda data: gzip.compress(data)[:30] + b"\0\0\0\0" + gzip.compress(data)[34:]),
        undecodable,
    ),
    Row(41, "gzip cut off", packed("gzip", lambda data: first_half(gzip.compress(data))), undecodable),
    Row(
        41,
        "gzip without its checksum",
        packed("gzip", lambda data: gzip.compress(data)[:-8]),
        UNDECODABLE,
        on=JSON_SURFACES,
    ),
    Row(
        41,
        "gzip with a wrong checksum",
        packed("gzip", lambda data: gzip.compress(data)[:-8] + b"\1\2\3\4\5\6\7\x08"),
        UNDECODABLE,
        on=JSON_SURFACES,
    ),
    Row(42, "a gzip bomb", packed("gzip", lambda data: bomb()), bombed, chunkings=ONE),
    Row(
        43,
        "100,000 empty gzip members",
        packed("gzip", lambda data: gzip.compress(b"") * 100_000),
        overfull,
        chunkings=ONE,
        costly=True,
    ),
    Row(44, "an encoding nobody asked for", packed("br", lambda data: data), UNDECODABLE),
    Row(44, "an unknown encoding", packed("quite-new", lambda data: data), UNDECODABLE),
    Row(44, "gzip within gzip", packed("gzip, gzip", lambda data: gzip.compress(gzip.compress(data))), UNDECODABLE),
]

ROWS = [*FRAMED, *CONTENT, *PACKED]
