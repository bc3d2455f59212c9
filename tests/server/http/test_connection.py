"""A connection: requests cut anywhere, several at once, broken, slow, left. In memory where that is enough."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.server.http.wire import Wire, connected, fed, settle

from tercet.server.app import create_app
from tercet.server.errors import HTTPError
from tercet.server.http import connection as module
from tercet.server.http.connection import ServerConnection
from tercet.server.http.parser import Head
from tercet.server.http.transfer import (
    MOST_UNASKED,
    BodyTooLargeError,
    ClientLeft,
    LateError,
    RequestBody,
    ResponseWriter,
)
from tercet.server.settings import ServerSettings

HEADERS = b"host: localhost\r\nx-api-key: k\r\nanthropic-version: 2023-06-01\r\ncontent-type: application/json\r\n"
ASK = json.dumps(
    {"model": "claude-opus-5-5", "max_tokens": 20, "messages": [{"role": "user", "content": "Hello"}]}
).encode()
PLAIN = b"POST /v1/messages HTTP/1.1\r\n" + HEADERS + b"content-length: %d\r\n\r\n" % len(ASK) + ASK
CHUNKED = (
    b"POST /v1/messages HTTP/1.1\r\n" + HEADERS + b"transfer-encoding: chunked\r\n\r\n"
    b"1e\r\n" + ASK[:30] + b"\r\n" + b"%x\r\n" % (len(ASK) - 30) + ASK[30:] + b"\r\n0\r\n\r\n"
)
LOOK = b"GET /v1/models?limit=1 HTTP/1.1\r\n" + HEADERS + b"\r\n"
NOTHING = b"GET /v1/nothing HTTP/1.1\r\n" + HEADERS + b"\r\n"
STATUS = re.compile(rb"HTTP/1\.1 ([0-9]{3}) [^\r\n]*\r\n")
CHANGING = re.compile(rb"(date: [^\r]*|reset: [^\r]*|remaining: [^\r]*)")


def answer_of_api(**given: Any) -> Any:
    return create_app(ServerSettings(**given)).answer


def statuses(written: bytes) -> list[int]:
    return [int(found[1]) for found in STATUS.finditer(written)]


def same(written: bytes) -> bytes:
    """The answer without what goes by the time."""
    return CHANGING.sub(b"", written)


async def body_of(incoming: RequestBody, limit: int = 1 << 20) -> bytes:
    if not incoming.is_whole:
        await incoming.arrival(limit, 30)
    return incoming.taken(limit)


async def told(head: Head, incoming: RequestBody, out: ResponseWriter) -> None:
    """Answers with what it was asked."""
    body = await body_of(incoming)
    text = f"{head.line.method} {head.line.path} {body.decode()}".encode()
    out.begin(200, ((b"content-length", b"%d" % len(text)),))
    await out.send(text, last=True)


@pytest.mark.anyio
@pytest.mark.parametrize("request_bytes", [PLAIN, CHUNKED, LOOK, NOTHING], ids=["plain", "chunked", "get", "404"])
async def test_a_request_gets_the_same_answer_wherever_it_is_cut(request_bytes: bytes) -> None:
    whole = same((await fed(answer_of_api(), [request_bytes])).written)
    assert statuses(whole)
    for end in range(1, len(request_bytes)):
        cut = await fed(answer_of_api(), [request_bytes[:end], request_bytes[end:]])
        assert same(cut.written) == whole, end
    single = [request_bytes[at : at + 1] for at in range(len(request_bytes))]
    assert same((await fed(answer_of_api(), single)).written) == whole


@pytest.mark.anyio
async def test_requests_that_come_together_are_answered_in_their_order() -> None:
    data = b"\r\n".join([PLAIN, CHUNKED, LOOK, NOTHING, PLAIN])
    assert statuses((await fed(answer_of_api(), [data])).written) == [200, 200, 200, 404, 200]
    for end in range(1, len(data), 7):
        wire = await fed(answer_of_api(), [data[:end], data[end:]])
        assert statuses(wire.written) == [200, 200, 200, 404, 200], end


@pytest.mark.anyio
async def test_empty_lines_before_a_request_mean_nothing_however_many() -> None:
    wire = await fed(answer_of_api(), [b"\r\n" * 100_000 + LOOK + b"\r", b"\n\r\n" + LOOK])
    assert statuses(wire.written) == [200, 200]


@pytest.mark.anyio
async def test_the_next_request_waits_for_the_answer_before_it() -> None:
    gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def answer(head: Head, incoming: RequestBody, out: ResponseWriter) -> None:
        if head.line.path == "/slow":
            await gate
        await told(head, incoming, out)

    wire, connection = connected(answer)
    connection.data_received(b"GET /slow HTTP/1.1\r\n\r\nGET /fast HTTP/1.1\r\n\r\n")
    await settle()
    assert wire.written == b""
    connection.data_received(b"x" * (module.MOST_AHEAD + 1))
    assert not wire.is_reading
    gate.set_result(None)
    await settle()
    assert re.findall(rb"GET /\w+", wire.written) == [b"GET /slow", b"GET /fast"]
    assert wire.is_reading


@pytest.mark.anyio
async def test_a_client_that_reads_slowly_gets_no_further_answers_made() -> None:
    wire, connection = connected(told)
    connection.pause_writing()
    connection.data_received(b"GET /a HTTP/1.1\r\n\r\n")
    assert wire.written == b""
    connection.resume_writing()
    assert b"GET /a" in wire.written


REFUSED = [
    b"POST / HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
    b"POST / HTTP/1.1\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5\nhello",
    b"GET / HTTP/1.1\r\nhost: a\r\n folded\r\n\r\n",
    b"GET / HTTP/1.1\nhost: a\n\n",
    b"GET / HTTP/1.1\r\nx: a\x00b\r\n\r\n",
    b"GET / HTTP/3.0\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01",
    b"GET / HTTP/1.1\r\nx: " + b"a" * 200_000,
    b"\x00",
]


@pytest.mark.anyio
@pytest.mark.parametrize("data", REFUSED, ids=lambda data: repr(data[:60]))
async def test_what_is_no_http_is_refused_in_the_shape_of_the_api_and_nothing_of_it_is_answered(data: bytes) -> None:
    asked: list[str] = []

    async def answer(head: Head, incoming: RequestBody, out: ResponseWriter) -> None:
        await body_of(incoming)
        asked.append(head.line.path)

    for before in (b"", data[:1]):
        wire, connection = connected(answer)
        connection.data_received(before + data[len(before) :] if not before else data)
        connection.data_received(LOOK)
        await settle()
        head, _, body = wire.written.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n")
        assert head.endswith(b"\r\nconnection: close")
        assert json.loads(body)["error"]["type"] == "invalid_request_error"
        assert (wire.ended, asked) == ("eof", [])


@pytest.mark.anyio
async def test_nothing_behind_a_refused_request_is_read_as_another_one() -> None:
    wire = await fed(answer_of_api(), [b"POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n" + LOOK])
    assert statuses(wire.written) == [400]


@given(
    base=st.sampled_from([PLAIN, CHUNKED, LOOK, PLAIN + LOOK]),
    edits=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from(["put", "in", "out"]), st.binary(max_size=4)),
        min_size=1,
        max_size=4,
    ),
    cut=st.floats(0, 1),
)
@settings(max_examples=300)
def test_whatever_becomes_of_a_request_it_is_answered_or_refused(
    base: bytes, edits: list[tuple[float, str, bytes]], cut: float
) -> None:
    data = base
    for place, kind, piece in edits:
        at = int(place * len(data))
        behind = at if kind == "in" else at + max(1, len(piece))
        data = data[:at] + (b"" if kind == "out" else piece) + data[behind:]

    async def run() -> Wire:
        end = int(cut * len(data))
        return await fed(answer_of_api(), [data[:end], data[end:]])

    wire = asyncio.run(run())
    assert all(status < 500 for status in statuses(wire.written))
    assert wire.written == b"" or STATUS.match(wire.written)


# --- bodies ---------------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_a_client_that_waits_for_a_word_gets_it_when_its_body_is_wanted() -> None:
    wire, connection = connected(told)
    connection.data_received(b"POST /a HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
    await settle()
    assert wire.written == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.data_received(b"ok")
    await settle()
    assert wire.written.endswith(b"POST /a ok")
    assert wire.ended is None


@pytest.mark.anyio
async def test_a_client_whose_body_is_not_wanted_is_not_asked_for_it_and_goes() -> None:
    async def refusing(head: Head, incoming: RequestBody, out: ResponseWriter) -> None:
        out.begin(404, ((b"content-length", b"0"),))
        await out.send(b"", last=True)

    wire, connection = connected(refusing)
    connection.data_received(b"POST /a HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
    await settle()
    assert statuses(wire.written) == [404]
    assert wire.ended == "eof"


@pytest.mark.anyio
async def test_a_body_that_nobody_reads_is_dropped_and_the_connection_goes_on() -> None:
    async def refusing(head: Head, incoming: RequestBody, out: ResponseWriter) -> None:
        out.begin(404, ((b"content-length", b"0"),))
        await out.send(b"", last=True)

    wire, connection = connected(refusing)
    connection.data_received(b"POST /a HTTP/1.1\r\ncontent-length: 1000000\r\n\r\n")
    for _ in range(10):
        connection.data_received(b"x" * 100_000)
        assert wire.is_reading
    connection.data_received(b"GET /b HTTP/1.1\r\n\r\n")
    assert statuses(wire.written) == [404, 404]


@pytest.mark.anyio
async def test_a_body_that_nobody_reads_yet_waits_in_the_network() -> None:
    gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def late(head: Head, incoming: RequestBody, out: ResponseWriter) -> None:
        await gate
        await told(head, incoming, out)

    wire, connection = connected(late)
    connection.data_received(b"POST /a HTTP/1.1\r\ncontent-length: 300001\r\n\r\n")
    connection.data_received(b"x" * 300_000)
    assert MOST_UNASKED < 300_000
    assert not wire.is_reading
    gate.set_result(None)
    await settle()
    assert wire.is_reading
    connection.data_received(b"y")
    await settle()
    assert wire.written.endswith(b"xxxy")


@pytest.mark.anyio
@pytest.mark.parametrize("framing", [b"content-length: 100", b"transfer-encoding: chunked"])
async def test_a_body_above_the_limit_is_refused_when_it_has_come_or_does_not_end(framing: bytes) -> None:
    seen: list[object] = []

    async def limited(head: Head, incoming: RequestBody, out: ResponseWriter) -> None:
        with pytest.raises(BodyTooLargeError):
            await body_of(incoming, 10)
        seen.append(incoming.is_whole)
        out.begin(413, ((b"content-length", b"0"), (b"connection", b"close")))
        await out.send(b"", last=True)

    wire, connection = connected(limited)
    connection.data_received(b"POST /a HTTP/1.1\r\n" + framing + b"\r\n\r\n")
    for _ in range(4):
        await settle()
        assert seen == []
        connection.data_received(b"6\r\nxxxxxx\r\n" if b"chunked" in framing else b"x" * 6)
    await settle()
    assert seen == [False]
    assert (statuses(wire.written), wire.ended) == ([413], "eof")


@pytest.mark.anyio
async def test_a_body_that_does_not_come_in_time_and_one_whose_client_leaves() -> None:
    seen: list[type] = []

    async def waiting(head: Head, incoming: RequestBody, out: ResponseWriter) -> None:
        try:
            await incoming.arrival(10, 0.0 if head.line.path == "/late" else 30)
        except (LateError, ClientLeft) as problem:
            seen.append(type(problem))

    for path in (b"/late", b"/left"):
        _, connection = connected(waiting)
        connection.data_received(b"POST " + path + b" HTTP/1.1\r\ncontent-length: 5\r\n\r\nhe")
        await settle()
        if path == b"/left":
            connection.eof_received()
        async with asyncio.timeout(30):
            while len(seen) < (1 if path == b"/late" else 2):
                await asyncio.sleep(0)
    assert seen == [LateError, ClientLeft]


# --- responses and ends ---------------------------------------------------------------------------------------------------


async def in_two_pieces(head: Head, incoming: RequestBody, out: ResponseWriter) -> None:
    out.begin(200, ())
    await out.send(b"one")
    await out.send(b"two", last=True)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("request_line", "body", "ended"),
    [
        (b"GET / HTTP/1.1", b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n", None),
        (b"GET / HTTP/1.0", b"onetwo", "close"),
        (b"HEAD / HTTP/1.1", b"", None),
    ],
)
async def test_a_response_without_a_length_ends_as_the_client_understands(
    request_line: bytes, body: bytes, ended: str | None
) -> None:
    wire, connection = connected(in_two_pieces)
    connection.data_received(request_line + b"\r\n\r\n")
    await settle()
    assert wire.written.partition(b"\r\n\r\n")[2] == body
    assert wire.ended == ended


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("lines", "said", "ended"),
    [
        (b"HTTP/1.1\r\n", False, None),
        (b"HTTP/1.1\r\nconnection: close\r\n", True, "close"),
        (b"HTTP/1.0\r\n", True, "close"),
        (b"HTTP/1.0\r\nconnection: keep-alive\r\n", False, None),
    ],
)
async def test_the_connection_ends_when_the_client_wants_that(lines: bytes, said: bool, ended: str | None) -> None:
    wire, connection = connected(told)
    connection.data_received(b"GET / " + lines + b"\r\n")
    assert (b"\r\nconnection: close\r\n" in wire.written) is said
    assert wire.ended == ended


@pytest.mark.anyio
async def test_a_response_that_breaks_off_ends_the_connection() -> None:
    async def broken(head: Head, incoming: RequestBody, out: ResponseWriter) -> None:
        out.begin(200, ())
        await out.send(b"one")

    wire, connection = connected(broken)
    connection.data_received(LOOK)
    assert wire.written.endswith(b"\r\n\r\n3\r\none\r\n")
    assert wire.ended == "close"


@pytest.mark.anyio
@pytest.mark.parametrize("waits", [False, True])
async def test_an_answer_that_fails_ends_the_connection_and_is_logged(
    waits: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def failing(head: Head, incoming: RequestBody, out: ResponseWriter) -> None:
        if waits:
            await asyncio.sleep(0)
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR, logger="tercet.server"):
        wire, connection = connected(failing)
        connection.data_received(LOOK)
        await settle()
    assert (wire.written, wire.ended) == (b"", "abort")
    assert [record.getMessage() for record in caplog.records] == ["a request could not be answered"]


@pytest.mark.anyio
@pytest.mark.parametrize("value", [b"a\r\nx: b", b"a\nb", b"a\rb", b"a\x00b"])
async def test_no_header_splits_a_response(value: bytes) -> None:
    async def splitting(head: Head, incoming: RequestBody, out: ResponseWriter) -> None:
        with pytest.raises(ValueError, match="line break or a NUL"):
            out.begin(200, ((b"x-a", value), (b"content-length", b"0")))

    wire, connection = connected(splitting)
    connection.data_received(LOOK)
    assert (wire.written, wire.ended) == (b"", "close")


@pytest.mark.anyio
async def test_who_waits_for_the_client_is_told_that_it_left() -> None:
    left: list[bool] = []

    async def waiting(head: Head, incoming: RequestBody, out: ResponseWriter) -> None:
        await asyncio.wait({incoming.gone})
        left.append(True)

    _, connection = connected(waiting)
    connection.data_received(LOOK)
    await settle()
    assert left == []
    connection.connection_lost(None)
    await settle()
    assert left == [True]


@pytest.mark.anyio
async def test_a_server_that_stops_cuts_the_work_on_an_answer() -> None:
    ended: list[str] = []

    async def endless(head: Head, incoming: RequestBody, out: ResponseWriter) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append("yes")

    wire, connection = connected(endless)
    connection.data_received(LOOK)
    connection.cut()
    await settle()
    assert (ended, wire.ended, wire.written) == (["yes"], "abort", b"")


# --- time -----------------------------------------------------------------------------------------------------------------


async def ended(wire: Wire) -> str:
    async with asyncio.timeout(30):
        while wire.ended is None:
            await asyncio.sleep(0.001)
    return wire.ended


@pytest.mark.anyio
@pytest.mark.parametrize("sent", [b"", b"GET / HT"])
async def test_a_first_head_that_does_not_end_closes_the_connection(
    sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HEADER_SECONDS", 0.01)
    wire, connection = connected(told)
    if sent:
        connection.data_received(sent)
    assert await ended(wire) == "close"


@pytest.mark.anyio
async def test_a_later_head_that_does_not_end_and_a_connection_that_rests_are_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wire, connection = connected(told)
    connection.data_received(LOOK)
    monkeypatch.setattr(module, "HEADER_SECONDS", 0.01)
    connection.data_received(b"GET")
    assert await ended(wire) == "close"

    monkeypatch.setattr(module, "IDLE_SECONDS", 0.01)
    monkeypatch.setattr(module, "HEADER_SECONDS", 0.02)
    wire, connection = connected(told)
    connection.data_received(LOOK)
    assert await ended(wire) == "close"


@pytest.mark.anyio
async def test_an_answer_may_take_longer_than_a_connection_may_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.001)
    monkeypatch.setattr(module, "HEADER_SECONDS", 0.001)
    gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    looked = 0
    look = ServerConnection._look

    def counted(connection: ServerConnection) -> None:
        nonlocal looked
        looked += 1
        look(connection)

    monkeypatch.setattr(ServerConnection, "_look", counted)

    async def late(head: Head, incoming: RequestBody, out: ResponseWriter) -> None:
        await gate
        await told(head, incoming, out)

    wire, connection = connected(late)
    connection.data_received(LOOK)
    async with asyncio.timeout(30):
        while looked < 3:
            await asyncio.sleep(0.001)
    assert wire.ended is None
    gate.set_result(None)
    await settle()
    assert statuses(wire.written) == [200]


def test_the_errors_of_the_api_are_what_a_refusal_looks_like() -> None:
    assert json.loads(HTTPError(400, "no").body(None)) == {
        "type": "error",
        "error": {"type": "invalid_request_error", "message": "no"},
        "request_id": None,
    }
