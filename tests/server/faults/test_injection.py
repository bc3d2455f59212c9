"""Faults on a real connection: what a client sees of each, to the byte; and that the server is well afterwards."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest

from tercet.server.run import LocalServer

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
ASK = {"model": "claude-opus-5-5", "max_tokens": 300, "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(faults=["header"], journal=True) as running:
        yield running


def ask(server: LocalServer, fault: str = "", *, stream: bool = False, silence: float = 30) -> httpx.Response:
    headers = {**HEADERS, "tercet-fault": fault} if fault else HEADERS
    body = {**ASK, "stream": stream}
    limits = httpx.Timeout(30, read=silence)
    return httpx.post(f"{server.base_url}/v1/messages", json=body, headers=headers, trust_env=False, timeout=limits)


def raw(server: LocalServer, fault: str, *, stream: bool = False) -> tuple[bytes, str]:
    """Every byte of the response, and how the connection ended: `fin` or `rst`."""
    parts = urlsplit(server.base_url)
    body = msgspec.json.encode({**ASK, "stream": stream})
    head = f"POST /v1/messages HTTP/1.1\r\nhost: {parts.netloc}\r\ncontent-type: application/json\r\nx-api-key: k\r\nanthropic-version: 2023-06-01\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(
            f"{head}connection: close\r\ntercet-fault: {fault}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
        )
        received = b""
        try:
            while data := connection.recv(65536):
                received += data
        except ConnectionResetError:
            return received, "rst"
        return received, "fin"


def body_of(received: bytes) -> bytes:
    return received.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("how", ["rst", "fin"])
@pytest.mark.parametrize("place", [0, 1, 120, 400])
def test_a_body_is_cut_at_the_byte(server: LocalServer, how: str, place: int) -> None:
    received, end = raw(server, f"{how}@{place}")
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(body_of(received)) == place
    assert end == how


@pytest.mark.parametrize("how", ["rst", "fin"])
@pytest.mark.parametrize("place", [1, 12, 60])
def test_a_head_is_cut_at_the_byte(server: LocalServer, how: str, place: int) -> None:
    received, end = raw(server, f"{how}@head:{place}")
    assert len(received) == place
    assert received[:15] == b"HTTP/1.1 200 OK"[:place]
    assert end == how


@pytest.mark.parametrize(("fault", "end"), [("rst", "rst"), ("fin", "fin"), ("close", "fin"), ("rst@head:0", "rst")])
def test_a_connection_ends_without_an_answer(server: LocalServer, fault: str, end: str) -> None:
    assert raw(server, fault) == (b"", end)


@pytest.mark.parametrize(
    ("kind", "first"), [("tls", b"\x15\x03\x01"), ("http2", b"HTTP/2 200"), ("bytes", b"\x00\x01")]
)
def test_garbage_comes_in_the_place_of_a_status_line(server: LocalServer, kind: str, first: bytes) -> None:
    received, end = raw(server, f"garbage:{kind}")
    assert received.startswith(first)
    assert end == "fin"


def test_a_stream_that_ends_cleanly_without_its_stop(server: LocalServer) -> None:
    answer = ask(server, "end@message_delta", stream=True)
    assert answer.text.rstrip().splitlines()[-2] == "event: content_block_stop"


def test_a_clean_end_at_a_byte(server: LocalServer) -> None:
    answer = ask(server, "end@20")
    assert (answer.status_code, answer.headers.get("transfer-encoding"), len(answer.content)) == (200, "chunked", 20)


def test_a_length_that_is_wrong(server: LocalServer) -> None:
    received, _ = raw(server, "length:5")
    assert b"\r\ncontent-length: 5\r\n" in received.lower()
    assert len(body_of(received)) > 100


def test_statuses_carry_what_was_asked_for(server: LocalServer) -> None:
    answer = ask(server, "status:429,retry-after=2,error_code=spend_limit_reached,message=Enough")
    assert (answer.status_code, answer.headers["retry-after"], answer.headers["x-should-retry"]) == (429, "2", "true")
    assert answer.json()["error"] == {
        "type": "rate_limit_error",
        "message": "Enough",
        "details": {"error_code": "spend_limit_reached"},
    }


def test_other_answers_than_the_apis(server: LocalServer) -> None:
    page = ask(server, "html:504")
    assert (page.status_code, page.headers["content-type"], page.text[:6]) == (504, "text/html", "<html>")
    assert ask(server, "empty:200").content == b""
    assert ask(server, "body:null").json() is None
    assert ask(server, "body:error").json()["error"]["type"] == "overloaded_error"
    with pytest.raises(UnicodeDecodeError):
        ask(server, "body:utf8").json()


def test_delays_take_their_time(server: LocalServer) -> None:
    for fault in ("slow:150ms", "stall@20:150ms", "drip:200/60ms"):
        begun = time.monotonic()
        assert ask(server, fault).status_code == 200
        assert time.monotonic() - begun >= 0.12


def test_a_stall_holds_until_the_client_gives_up(server: LocalServer) -> None:
    for fault in ("stall", "stall@20", "stall@head:20"):
        with pytest.raises(httpx.ReadTimeout):
            ask(server, fault, silence=0.2)


def test_compressed_answers(server: LocalServer) -> None:
    assert ask(server, "gzip").json()["type"] == "message"
    with pytest.raises(httpx.DecodingError):
        ask(server, "gzip:garbage")


def test_events_are_edited_in_any_framing(server: LocalServer) -> None:
    names = [
        line for line in ask(server, "drop@message_start", stream=True).text.splitlines() if line.startswith("event")
    ]
    assert names[0] == "event: content_block_start"
    url = f"{server.base_url}/model/claude-opus-5-5/invoke-with-response-stream"
    body: dict[str, Any] = {key: value for key, value in ASK.items() if key != "model"}
    headers = {"authorization": "Bearer b", "tercet-fault": "drop@0"}
    answer = httpx.post(url, json={**body, "anthropic_version": "bedrock-2023-05-31"}, headers=headers, trust_env=False)
    assert answer.status_code == 200
    assert b"message_start" not in answer.content


def test_faults_are_done_together(server: LocalServer) -> None:
    begun = time.monotonic()
    received, end = raw(server, "slow:100ms + fin@30")
    assert (len(body_of(received)), end) == (30, "fin")
    assert time.monotonic() - begun >= 0.09


def test_nobody_is_let_in_for_a_while_and_then_again() -> None:
    with LocalServer(faults=["x1 refuse:2s"]) as server:
        with pytest.raises(httpx.ReadError):
            ask(server)
        with pytest.raises(httpx.ConnectError):
            ask(server)
        deadline = time.monotonic() + 30
        while True:
            try:
                assert ask(server).status_code == 200
                break
            except httpx.ConnectError:
                assert time.monotonic() < deadline


def test_the_header_means_nothing_where_faults_are_off() -> None:
    with LocalServer() as server:
        assert ask(server, "rst").status_code == 200


def test_the_journal_says_which_fault_was_done_and_what_was_asked(server: LocalServer) -> None:
    server.journal.clear()
    ask(server, "status:529")
    server.journal.settled()
    (entry,) = server.journal
    assert (entry.fault, entry.status, entry.json["model"]) == ("status:529", 529, "claude-opus-5-5")


def test_the_server_answers_as_ever_after_all_of_this(server: LocalServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("WARNING"):
        for fault in ("rst", "fin@20", "garbage", "rst@event:2", "stall@head:5:10ms"):
            raw(server, fault, stream=True)
        assert ask(server).json()["type"] == "message"
    assert [record.getMessage() for record in caplog.records] == []
