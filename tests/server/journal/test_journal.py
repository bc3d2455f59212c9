"""The journal: what was asked and answered, bounded, without credentials; and that it is off unless asked for."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator

import httpx
import pytest

from tercet.server.exchange import ServerExchange
from tercet.server.http.parser import Head, RequestLine
from tercet.server.http.transfer import RequestBody
from tercet.server.journal.journal import MOST_OF_A_BODY, Entry, Journal
from tercet.server.run import LocalServer

SECRET = "sk-ant-CANARY-0123456789"
HEADERS = {"x-api-key": SECRET, "anthropic-version": "2023-06-01"}
ASK = {"model": "claude-opus-5-5", "max_tokens": 300, "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with LocalServer(journal=True) as running:
        yield running


def post(server: LocalServer, body: object, path: str = "/v1/messages", **headers: str) -> httpx.Response:
    url = server.base_url + path
    return httpx.post(url, json=body, headers={**HEADERS, **headers}, trust_env=False, timeout=20)


def entry_of(journal: Journal, size: int = 0, path: str = "/v1/messages") -> Entry:
    entry = journal.begin(
        ServerExchange(Head(RequestLine("POST", path.encode())), RequestBody(), f"req_{len(journal)}", 1.0)
    )
    entry.content, entry.seconds = b"x" * size, 0.0
    journal.end(entry)
    return entry


def test_an_exchange_is_one_entry_with_both_bodies(server: LocalServer) -> None:
    answer = post(server, ASK)
    assert server.journal.settled()
    (entry,) = server.journal
    assert (entry.method, entry.path, entry.status, entry.whole) == ("POST", "/v1/messages", 200, True)
    assert (entry.json, entry.message, entry.id) == (ASK, answer.json(), answer.headers["request-id"])
    assert (entry.model, entry.usage) == ("claude-opus-5-5", answer.json()["usage"])
    assert entry.seconds is not None
    assert entry.first_byte_seconds is not None
    assert 0 < entry.first_byte_seconds <= entry.seconds


def test_a_stream_is_read_back_as_the_message_that_it_was(server: LocalServer) -> None:
    tools = [{"name": "get_weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}]
    ask = {**ASK, "tools": tools, "tool_choice": {"type": "any"}}
    post(server, {**ask, "stream": True})
    plain = post(server, ask).json()
    server.journal.settled()
    streamed = next(iter(server.journal)).message
    assert streamed is not None
    for one, other in zip(streamed["content"], plain["content"], strict=True):
        assert {**one, "id": None} == {**other, "id": None}  # calls have ids of their own
    assert streamed["stop_reason"] == plain["stop_reason"]
    assert streamed["usage"]["output_tokens"] == plain["usage"]["output_tokens"]


def test_refused_requests_are_kept_with_what_they_asked(server: LocalServer) -> None:
    post(server, {"model": 5})
    httpx.get(f"{server.base_url}/nowhere", headers=HEADERS, trust_env=False)
    server.journal.settled()
    assert [(entry.status, entry.json) for entry in server.journal] == [(400, {"model": 5}), (404, None)]


def test_no_credential_is_kept_anywhere(server: LocalServer) -> None:
    body = {**ASK, "messages": [{"role": "user", "content": f"my key is {SECRET}"}]}
    post(server, body, authorization=f"Bearer {SECRET}")
    httpx.get(f"{server.base_url}/v1/models?api_key={SECRET}", headers=HEADERS, trust_env=False)
    server.journal.settled()
    assert "CANARY" not in json.dumps([entry.shown() for entry in server.journal])
    assert "CANARY" not in repr(server.journal.entries())


def test_credentials_of_tools_servers_are_not_kept(server: LocalServer) -> None:
    servers = [{"type": "url", "url": "https://mcp.example", "name": "m", "authorization_token": "planted-value"}]
    post(server, {**ASK, "mcp_servers": servers})
    server.journal.settled()
    assert "planted-value" not in json.dumps([entry.shown() for entry in server.journal])


def test_entries_are_found_by_path_method_and_number() -> None:
    journal = Journal()
    for path in ("/a", "/b", "/a"):
        entry_of(journal, path=path)
    assert [entry.number for entry in journal.entries(path="/a")] == [1, 3]
    assert [entry.number for entry in journal.entries(since=1)] == [2, 3]
    assert journal.entries(method="GET") == []
    last = journal.last(path="/b")
    assert last is not None
    assert last.number == 2


def test_it_is_bounded_in_entries_and_in_bytes() -> None:
    few, small = Journal(most_entries=3), Journal(most_bytes=1000)
    for _ in range(5):
        entry_of(few)
        entry_of(small, 400)
    assert [entry.number for entry in few] == [3, 4, 5]
    assert [entry.number for entry in small] == [4, 5]


def test_one_entry_larger_than_everything_is_kept_alone() -> None:
    journal = Journal(most_bytes=1000)
    for size in (10, 5000):
        entry_of(journal, size)
    assert [entry.number for entry in journal] == [2]


def test_watchers_hear_of_the_beginning_of_the_end_and_of_forgetting_until_they_stop() -> None:
    journal, heard = Journal(), []
    stop = journal.watch(lambda entry: heard.append("forgotten" if entry is None else entry.seconds))
    entry_of(journal)
    journal.clear()
    stop()
    entry_of(journal)
    journal.clear()
    assert heard == [None, 0.0, "forgotten"]


def test_a_server_that_keeps_none_says_how_to_get_one() -> None:
    with LocalServer() as server, pytest.raises(RuntimeError, match="journal=True"):
        _ = server.journal


def test_it_forgets_when_asked_to_and_counts_on(server: LocalServer) -> None:
    post(server, ASK)
    server.journal.settled()
    server.journal.clear()
    post(server, ASK)
    server.journal.settled()
    assert [entry.number for entry in server.journal] == [2]


def test_a_client_that_leaves_in_the_middle_ends_its_entry() -> None:
    with LocalServer(journal=True, pace=5) as server:
        url = f"{server.base_url}/v1/messages"
        with httpx.stream("POST", url, json={**ASK, "stream": True}, headers=HEADERS, trust_env=False) as answer:
            next(answer.iter_raw())
        assert server.journal.settled()
        (entry,) = server.journal
        assert (entry.status, entry.whole) == (200, False)
        assert entry.response.startswith(b"event: message_start")


@pytest.mark.parametrize("stream", [False, True])
def test_who_has_an_answer_finds_its_entry_complete(server: LocalServer, stream: bool) -> None:
    for number in range(20):
        post(server, {**ASK, "stream": stream})
        entry = server.journal.last(path="/v1/messages")
        assert entry is not None
        assert (entry.number, entry.json["messages"], entry.whole) == (number + 1, ASK["messages"], True)
        assert entry.message is not None
        assert entry.seconds is not None


def test_what_a_stream_was_asked_is_there_while_it_is_sent() -> None:
    with LocalServer(journal=True, pace=5) as server:
        url = f"{server.base_url}/v1/messages"
        with httpx.stream("POST", url, json={**ASK, "stream": True}, headers=HEADERS, trust_env=False) as answer:
            next(answer.iter_raw())
            entry = server.journal.last()
            assert entry is not None
            assert (entry.json["messages"], entry.seconds) == (ASK["messages"], None)


def test_a_compressed_request_is_kept_as_the_json_that_it_was(server: LocalServer) -> None:
    body = gzip.compress(json.dumps({**ASK, "system": SECRET}).encode())
    headers = {**HEADERS, "content-type": "application/json", "content-encoding": "gzip"}
    url = f"{server.base_url}/v1/messages"
    assert httpx.post(url, content=body, headers=headers, trust_env=False).status_code == 200
    entry = server.journal.last()
    assert entry is not None
    assert entry.json == {**ASK, "system": "<redacted>"}
    assert not entry.truncated


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "' + SECRET.encode() + b'",}',
        gzip.compress(SECRET.encode() * 99)[:-9],
        gzip.compress(b" " * (MOST_OF_A_BODY + 1)),
        b'["' + b"x" * MOST_OF_A_BODY + b'"]',
    ],
    ids=["no JSON", "cut", "a bomb", "too large"],
)
def test_of_what_cannot_be_read_the_size_and_hash_are_kept(server: LocalServer, body: bytes) -> None:
    headers = {**HEADERS, "content-type": "application/json"}
    httpx.post(f"{server.base_url}/v1/messages", content=body, headers=headers, trust_env=False, timeout=20)
    entry = server.journal.last()
    assert entry is not None
    digest = hashlib.sha256(body).hexdigest()
    assert entry.content.decode() == f"<not kept: {len(body)} bytes that could not be read, sha256 {digest}>"
    assert (entry.json, entry.truncated) == (None, True)
