"""Every way a network fails becomes the right Lost, in every transport."""

from __future__ import annotations

import gzip
import threading
import zlib

import pytest
from tests.ports import closed_port
from tests.transport.servers import Peer, always, answer, once, serving, stall
from tests.transport.worlds import World, asked

from tercet.transport.base import Lost, Reply
from tercet.wire.http import Timeout

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def kind_and_phase(outcome: Reply | Lost | None) -> tuple[str, str]:
    assert isinstance(outcome, Lost), outcome
    assert "secret" not in outcome.reason
    return outcome.kind, outcome.phase


def test_a_refused_connection_names_the_place(world: World) -> None:
    port = closed_port()
    outcome = world.send(asked(f"http://127.0.0.1:{port}/"))

    assert kind_and_phase(outcome) == ("connect", "not_sent")
    assert f"127.0.0.1:{port}" in outcome.reason  # type: ignore[union-attr]


def test_an_unknown_host_is_a_failed_connection(world: World) -> None:
    assert kind_and_phase(world.send(asked("http://nowhere.invalid/"))) == ("connect", "not_sent")


@pytest.mark.parametrize(
    ("script", "kinds"),
    [
        pytest.param(once(b""), {"read", "protocol"}, id="closed before the answer"),
        pytest.param(once(b"", Peer.reset), {"read"}, id="reset before the answer"),
    ],
)
def test_no_answer_leaves_the_request_unanswered(world: World, script: object, kinds: set[str]) -> None:
    with serving(script) as server:  # type: ignore[arg-type]
        kind, phase = kind_and_phase(world.send(asked(server.url)))

    assert kind in kinds
    assert phase == "unanswered"


def test_silence_before_the_answer_is_a_timeout(world: World) -> None:
    with serving(once(b"", stall)) as server:
        outcome = world.send(asked(server.url, timeout=Timeout(5, read=0.1)))

    assert kind_and_phase(outcome) == ("timeout", "unanswered")


def test_silence_within_the_body_is_a_timeout(world: World) -> None:
    with serving(once(HEAD + b"ab", stall)) as server:
        outcome = world.send(asked(server.url, timeout=Timeout(5, read=0.5)))

    assert kind_and_phase(outcome) == ("timeout", "cut")


@pytest.mark.parametrize("begin", [HEAD + b"ab", CHUNKED + b"2\r\nab\r\n"], ids=["length", "chunked"])
@pytest.mark.parametrize("end", [lambda peer: None, Peer.reset], ids=["fin", "rst"])
def test_a_broken_body_is_cut(world: World, begin: bytes, end: object) -> None:
    with serving(once(begin, end)) as server:  # type: ignore[arg-type]
        kind, phase = kind_and_phase(world.send(asked(server.url)))

    assert kind in ("read", "protocol")
    assert phase == "cut"


@pytest.mark.parametrize(
    "raw",
    [
        b"\x15\x03\x01\x00\x02\x02\x28garbage\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"hello",
        b"HTTP/1.1 200 OK\r\nx: a\0b\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 1_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc",
        CHUNKED + b"zz\r\nab\r\n",
        CHUNKED + b"2\r\nabc\r\n",
    ],
)
def test_what_is_not_http_is_a_protocol_fault(world: World, raw: bytes) -> None:
    with serving(once(raw)) as server:
        kind, _ = kind_and_phase(world.send(asked(server.url)))

    assert kind in {"protocol", "refused", "too_large"}


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: a\r\n folded\r\ncontent-length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nx: a\0b\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc",
    ],
)
def test_headers_that_could_be_read_in_two_ways_are_refused(fast: World, raw: bytes) -> None:
    with serving(once(raw)) as server:
        assert kind_and_phase(fast.send(asked(server.url)))[0] == "refused"


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 103 Early\r\n\r\n" * 30 + answer(),
        b"HTTP/1.1 101 Switching\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000 + b"\r\n\r\n",
        CHUNKED + b"0\r\nx: " + b"y" * 100_000 + b"\r\n\r\n",
    ],
)
def test_headers_without_end_are_too_large(fast: World, raw: bytes) -> None:
    with serving(once(raw)) as server:
        assert kind_and_phase(fast.send(asked(server.url)))[0] == "too_large"


@pytest.mark.parametrize(
    "raw",
    [
        CHUNKED + b"2;" + b"x" * 10_000 + b"\r\nab\r\n0\r\n\r\n",
        CHUNKED + b"+2\r\nab\r\n0\r\n\r\n",
        CHUNKED + b"0x2\r\nab\r\n0\r\n\r\n",
    ],
)
def test_chunks_that_could_be_read_in_two_ways_are_refused(fast: World, raw: bytes) -> None:
    with serving(once(raw)) as server:
        assert kind_and_phase(fast.send(asked(server.url)))[0] == "protocol"


def test_interim_responses_are_skipped(world: World) -> None:
    with serving(always(b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" * 3 + answer(b"yes"))) as server:
        outcome = world.send(asked(server.url))

    assert isinstance(outcome, Reply)
    assert outcome.content == b"yes"


def test_a_broken_error_body_keeps_its_status(world: World) -> None:
    with serving(once(b"HTTP/1.1 529 Overloaded\r\ncontent-length: 20\r\n\r\n{", Peer.reset)) as server:
        outcome = world.send(asked(server.url, stream=True))

    assert isinstance(outcome, Reply)
    assert (outcome.status, outcome.stream) == (529, None)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"yes", mtime=0)),
        ("gzip", gzip.compress(b"y", mtime=0) + gzip.compress(b"es", mtime=0)),
        ("deflate", zlib.compress(b"yes")),
        ("deflate", zlib.compress(b"yes")[2:-4]),
        ("identity", b"yes"),
    ],
)
def test_compressed_bodies_are_decoded(world: World, encoding: str, packed: bytes) -> None:
    with serving(always(answer(packed, "200 OK", f"content-encoding: {encoding}"))) as server:
        outcome = world.send(asked(server.url))
        streamed = world.send(asked(server.url, stream=True))

        assert isinstance(outcome, Reply)
        assert outcome.content == b"yes"
        assert isinstance(streamed, Reply)
        assert world.read_all(streamed) == (b"yes", None)


@pytest.mark.parametrize(
    ("packed", "kind"),
    [
        (gzip.compress(b"yes", mtime=0)[:-6], "decode"),
        (b"\x1f\x8bgarbage-garbage", "decode"),
        (gzip.compress(bytes(3_000_000), mtime=0), "too_large"),
        (gzip.compress(b"", mtime=0) * 200, "too_large"),
    ],
    ids=["short", "corrupt", "bomb", "many members"],
)
def test_bodies_that_do_not_decode_are_said_to(world: World, packed: bytes, kind: str) -> None:
    with serving(always(answer(packed, "200 OK", "content-encoding: gzip"))) as server:
        outcome = world.send(asked(server.url))

    assert kind_and_phase(outcome) == (kind, "cut")


def test_an_encoding_nobody_asked_for_is_refused(world: World) -> None:
    with serving(always(answer(b"x", "200 OK", "content-encoding: br"))) as server:
        assert kind_and_phase(world.send(asked(server.url)))[0] == "decode"


def test_an_early_answer_to_a_large_upload_is_the_answer(fast: World) -> None:
    def script(peer: Peer) -> None:
        peer.sock.recv(1000)
        peer.send(answer(b"no", "413 Content Too Large", "connection: close"))
        peer.ends(0.2)
        peer.reset()

    with serving(script) as server:
        outcome = fast.send(asked(server.url, bytes(8_000_000)))

    assert isinstance(outcome, Reply)
    assert outcome.status == 413


def test_a_reset_during_an_upload_was_not_sent(fast: World) -> None:
    def script(peer: Peer) -> None:
        peer.sock.recv(1000)
        peer.reset()

    with serving(script) as server:
        outcome = fast.send(asked(server.url, bytes(20_000_000)))

    assert kind_and_phase(outcome) == ("write", "not_sent")


def test_an_upload_that_nobody_reads_times_out(fast: World) -> None:
    given_up = threading.Event()
    with serving(lambda peer: given_up.wait(30)) as server:
        outcome = fast.send(asked(server.url, bytes(30_000_000), timeout=Timeout(5, write=0.1)))
        given_up.set()

    assert kind_and_phase(outcome) == ("timeout", "not_sent")


def test_the_total_limit_ends_a_dripping_answer(fast: World) -> None:
    def drip(peer: Peer) -> None:
        peer.request()
        peer.send(HEAD)
        while not peer.ends(0.03):
            peer.send(b"x")

    with serving(drip) as server:
        outcome = fast.send(asked(server.url, timeout=Timeout(5, total=0.6)))

    assert kind_and_phase(outcome) == ("timeout", "cut")
