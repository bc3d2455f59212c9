"""What keeps other people out and keys in, route by route and place by place. Real sockets, everything switched on."""

from __future__ import annotations

import logging
import pickle
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tercet.server.run import LocalServer
from tercet.server.settings import ServerSettings

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01", "tercet-token": "the-token"}
ASK: dict[str, Any] = {"model": "claude-opus-5-5", "max_tokens": 30, "messages": [{"role": "user", "content": "Hello"}]}
PLATFORM = {"anthropic_version": "2026-10-21", "max_tokens": 30, "messages": ASK["messages"]}
GOOGLE = "/v1/projects/p/locations/global/publishers/anthropic/models/claude-opus-5-5:rawPredict"
JSON_ROUTES = [
    "/v1/messages", "/v1/messages/count_tokens", "/v1/messages/batches", "/model/claude-opus-5-5/invoke",
    "/model/claude-opus-5-5/invoke-with-response-stream", GOOGLE,
]  # fmt: skip
CONTROL = ["/_tercet/reset", "/_tercet/queue", "/_tercet/script", "/_tercet/journal", "/_tercet/clock"]
PAGES = ["/_tercet/", "/_tercet/inspector.js", "/_tercet/inspector/events", "/_tercet/inspector/entries/x"]
LOOKS = ["/v1/models", "/v1/files", "/v1/messages/batches", "/nothing", *PAGES, *CONTROL]


@contextmanager
def open_to(**settings: Any) -> Iterator[LocalServer]:
    """A server on which everything is switched on."""
    with LocalServer(control="the-token", inspect=True, faults=["header"], **settings) as server:
        yield server


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with open_to() as running:
        yield running


@pytest.fixture(scope="module")
def hasty() -> Iterator[LocalServer]:
    with open_to(body_seconds=0.05) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: LocalServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False, timeout=30) as made:
        yield made


# --- the door --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*JSON_ROUTES, "/v1/files", *CONTROL])
@pytest.mark.parametrize(
    "header", [{"host": "rebound.example"}, {"origin": "https://evil.example"}, {"origin": "null"}]
)
def test_no_page_of_another_site_gets_something_done(client: httpx.Client, path: str, header: dict[str, str]) -> None:
    answer = client.post(path, json=ASK, headers=header)
    assert (answer.status_code, answer.json()["error"]["type"]) == (403, "permission_error")
    assert [name for name in answer.headers if name.startswith("access-control")] == []


@pytest.mark.parametrize("scheme", ["ftp", "file", "chrome-extension", "ws", ""])
def test_the_own_name_under_another_scheme_is_another_origin(client: httpx.Client, scheme: str) -> None:
    own = client.base_url.netloc.decode()
    assert client.post("/v1/messages", json=ASK, headers={"origin": f"http://{own}"}).status_code == 200
    assert client.post("/v1/messages", json=ASK, headers={"origin": f"{scheme}://{own}"}).status_code == 403


@pytest.mark.parametrize("path", LOOKS)
@pytest.mark.parametrize(
    "host", ["rebound.example", "127.0.0.1.rebound.example", "localhost.rebound.example:80", "[::2]"]
)
def test_no_rebound_name_gets_to_look(client: httpx.Client, path: str, host: str) -> None:
    assert client.get(path, headers={"host": host}).status_code == 403


@pytest.mark.parametrize("path", JSON_ROUTES)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_what_a_form_can_send_is_not_read_as_json(client: httpx.Client, path: str, kind: str) -> None:
    headers = {"authorization": "Bearer k", **({"content-type": kind} if kind else {})}
    assert client.post(path, content=b'{"a": 1}', headers=headers).status_code == 415


@pytest.mark.parametrize("path", CONTROL)
@pytest.mark.parametrize("token", ["", "the-toke", "the-token2", "wrong"])
def test_control_is_for_those_who_know_the_token(client: httpx.Client, path: str, token: str) -> None:
    for verb in ("GET", "POST", "PUT", "DELETE"):
        assert client.request(verb, path, headers={"tercet-token": token}).status_code in (401, 405)


@pytest.mark.parametrize(
    "path",
    [
        "/_tercet/../server/run.py",
        "/_tercet/..%2fpages.py",
        "/_tercet/%2e%2e/pages.py",
        "/_tercet//etc/passwd",
        "/_tercet/pages.py",
    ],
)
def test_the_inspector_serves_its_own_files_alone(server: LocalServer, path: str) -> None:
    assert told(server, f"GET {path} HTTP/1.1").startswith("HTTP/1.1 404")


def told(server: LocalServer, line: str, headers: str = "", body: bytes = b"") -> str:
    """What a raw request is answered, up to the end of the connection or of the answer's head."""
    parts = urlsplit(server.base_url)
    assert parts.hostname is not None
    assert parts.port is not None
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        head = (
            f"{line}\r\nHost: localhost\r\nx-api-key: k\r\nauthorization: Bearer k\r\nanthropic-version: 2023-06-01\r\n"
        )
        connection.sendall(f"{head}{headers}\r\n".encode() + body)
        found = b""
        while b"\r\n\r\n" not in found and (part := connection.recv(65536)):
            found += part
    return found.decode("latin-1")


JSON = "content-type: application/json\r\n"


@pytest.mark.parametrize("path", [*JSON_ROUTES, "/v1/files", "/_tercet/queue"])
def test_a_body_beyond_the_limit_is_refused_before_it_is_sent(server: LocalServer, path: str) -> None:
    headers = f"{JSON}tercet-token: the-token\r\ncontent-length: 900000000\r\nexpect: 100-continue\r\n"
    assert told(server, f"POST {path} HTTP/1.1", headers).startswith("HTTP/1.1 413")


@pytest.mark.parametrize("path", [*JSON_ROUTES, "/v1/files", "/_tercet/queue"])
def test_a_body_that_does_not_come_is_not_waited_for(hasty: LocalServer, path: str) -> None:
    headers = f"{JSON}tercet-token: the-token\r\ncontent-length: 100\r\n"
    assert told(hasty, f"POST {path} HTTP/1.1", headers, b'{"model": "cla').startswith("HTTP/1.1 408")


@pytest.mark.parametrize("path", JSON_ROUTES)
def test_what_is_nested_too_deeply_is_refused(client: httpx.Client, path: str) -> None:
    headers = {"authorization": "Bearer k", "content-type": "application/json"}
    for body in (b"[" * 100_000, b'{"a":' * 100_000, b"[" * 900 + b"]" * 900):
        assert client.post(path, content=body, headers=headers).status_code == 400


# --- keys ------------------------------------------------------------------------------------------------------------

CANARY = "CANARY-0123456789-abcdef"
"""Stands for a credential. Each place has one of its own, numbered, so that it is known whose leaked."""
KEY = f"sk-ant-{CANARY}"
MCP = {"type": "url", "name": "m", "url": "https://mcp.example/", "authorization_token": CANARY}
SIGNED = f"AWS4-HMAC-SHA256 Credential={CANARY}/20261120/us-east-1/bedrock/aws4_request, Signature={CANARY}"
PLACES: dict[str, dict[str, Any]] = {
    "x-api-key": {"headers": {"x-api-key": KEY}},
    "a key without a prefix": {"headers": {"x-api-key": CANARY}},
    "bearer": {"headers": {"authorization": f"Bearer {KEY}"}},
    "basic": {"headers": {"authorization": f"Basic {CANARY}"}},
    "foundry's header": {"headers": {"api-key": KEY}},
    "proxy": {"headers": {"proxy-authorization": f"Bearer {KEY}"}},
    "cookie": {"headers": {"cookie": f"session={CANARY}"}},
    "token of control": {"headers": {"tercet-token": CANARY}},
    "an unknown header": {"headers": {"x-my-secret": CANARY}},
    "a key in a harmless header": {"headers": {"user-agent": f"me {KEY}"}},
    "query": {"path": f"/v1/messages?api_key={KEY}"},
    "text of the prompt": {"json": {**ASK, "system": f"My key is {KEY}."}},
    "the key again in the prompt": {"headers": {"x-api-key": CANARY}, "json": {**ASK, "system": f"It is {CANARY}."}},
    "an unknown field": {"json": {**ASK, KEY: 1}},
    "server of tools": {"json": {**ASK, "mcp_servers": [MCP]}, "headers": {"anthropic-beta": "mcp-client-2025-04-04"}},
    "no json": {"content": f'{{"system": "{KEY}"'.encode()},
    "bedrock": {
        "path": "/model/claude-opus-5-5/invoke", "json": PLATFORM,
        "headers": {"authorization": SIGNED, "x-amz-security-token": CANARY},
    },
    "vertex": {"path": GOOGLE, "json": PLATFORM, "headers": {"authorization": f"Bearer {CANARY}"}},
}  # fmt: skip


def send(server: LocalServer, place: dict[str, Any]) -> httpx.Response:
    headers = {**HEADERS, "content-type": "application/json", **place.get("headers", {})}
    content = {"content": place["content"]} if "content" in place else {"json": place.get("json", ASK)}
    return httpx.post(server.base_url + place.get("path", "/v1/messages"), headers=headers, trust_env=False, **content)


def everything_kept(server: LocalServer, folders: list[Path]) -> str:
    """All that a server shows of the past: its journal in every form, the inspector, the control routes, its folders."""
    journal = server.journal
    assert journal.settled(30)
    shown = [repr(entry) + str(entry.shown()) + str(pickle.dumps(entry)) for entry in journal]
    with httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False, timeout=30) as client:
        shown.append(client.get("/_tercet/journal?bodies=true&limit=1000").text)
        for entry in journal:
            shown += [client.get(f"/_tercet/{where}/{entry.id}").text for where in ("journal", "inspector/entries")]
        with client.stream("GET", "/_tercet/inspector/events") as events:
            shown.append(next(line for line in events.iter_lines() if line.startswith("data: ")))
    shown += [path.read_bytes().decode("latin-1") for folder in folders for path in folder.rglob("*") if path.is_file()]
    return "\n".join([*shown, repr(server), repr(server.app.state.settings)])


def numbered(place: Any, number: int) -> Any:
    """The place with a credential of its own."""
    if isinstance(place, dict):
        return {numbered(name, number): numbered(value, number) for name, value in place.items()}
    if isinstance(place, list):
        return [numbered(each, number) for each in place]
    if isinstance(place, bytes):
        return place.replace(CANARY.encode(), f"{CANARY}-{number:02d}".encode())
    return place.replace(CANARY, f"{CANARY}-{number:02d}") if isinstance(place, str) else place


def test_no_credential_is_kept_or_told_anywhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    recorded, data, data_behind = (tmp_path / name for name in ("recorded", "data", "behind"))
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "httpx")  # this test's own client, which is no part of the server
    found = ""
    with open_to(data=data_behind) as behind, open_to(upstream=behind.base_url, record=recorded, data=data) as front:
        for number, (name, place) in enumerate(PLACES.items()):
            answers = [send(server, numbered(place, number)) for server in (behind, front)]
            if name != "an unknown field":  # which an error has to name
                found += "".join(answer.text + str(answer.headers) for answer in answers)
        found += everything_kept(front, [recorded]) + everything_kept(behind, [])
    found += everything_written(data) + everything_written(data_behind) + caplog.text
    assert len(list(recorded.glob("*.json"))) == len(PLACES)
    assert [name for number, name in enumerate(PLACES) if f"{CANARY}-{number:02d}" in found] == []
    assert CANARY not in found


def everything_written(folder: Path) -> str:
    return "".join(path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file())


def test_the_key_of_the_upstream_is_kept_and_told_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERCET_UPSTREAM_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    with open_to(keys=[KEY]) as behind, open_to(upstream=behind.base_url, record=tmp_path) as front:
        assert send(front, {}).status_code == 200
        found = everything_kept(front, [tmp_path]) + everything_kept(behind, [])
    assert CANARY not in found
    assert CANARY not in caplog.text


def test_an_answer_that_fails_tells_no_key_in_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    class Failing:
        blocking = False

        def answer(self, request: Any, headers: Any) -> Any:
            raise RuntimeError(f"no answer to {sorted(headers)}")

    with caplog.at_level(logging.DEBUG), LocalServer(answerer=Failing()) as server:
        assert send(server, PLACES["x-api-key"]).status_code == 500
    assert "RuntimeError" in caplog.text
    assert CANARY not in caplog.text


def test_settings_do_not_show_keys_and_tokens() -> None:
    settings = ServerSettings(keys=[KEY], keys_without_permission=[KEY], control=CANARY)
    assert CANARY not in repr(settings)
