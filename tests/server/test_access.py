"""The door: keys, versions, betas, hosts, origins, sizes, wrong paths. Foreign clients and raw sockets."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast, get_args
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.catalog.betas import SEEN_BETAS, WELL_FORMED
from tercet.server.access import KNOWN_BETAS, betas
from tercet.server.errors import HTTPError
from tercet.server.exchange import ServerExchange
from tercet.server.run import LocalServer
from tercet.server.settings import ServerSettings
from tercet.wire.params.betas import AnthropicBeta

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
ASK = {"model": "claude-opus-5-5", "max_tokens": 30, "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture(scope="module")
def strict() -> Iterator[str]:
    with LocalServer(strict=True, keys=["right"], message_bytes=200_000) as server:
        yield server.base_url


def error(answer: httpx.Response) -> tuple[int, str, str]:
    found = answer.json()
    assert found["request_id"] == answer.headers["request-id"]
    assert answer.headers["anthropic-organization-id"]
    return answer.status_code, found["error"]["type"], found["error"]["message"]


def post(url: str, headers: dict[str, str], **options: Any) -> httpx.Response:
    return httpx.post(f"{url}/v1/messages", headers=headers, trust_env=False, **(options or {"json": ASK}))


def test_keys_are_taken_from_either_header(strict: str) -> None:
    version = {"anthropic-version": "2023-06-01"}
    assert post(strict, {**version, "x-api-key": "right"}).status_code == 200
    assert post(strict, {**version, "authorization": "Bearer right"}).status_code == 200
    kind = "authentication_error"
    assert error(post(strict, {**version, "x-api-key": "wrong"})) == (401, kind, "invalid x-api-key")
    assert error(post(strict, {**version, "authorization": "Bearer wrong"})) == (401, kind, "Invalid bearer token")
    assert error(post(strict, version)) == (401, kind, "x-api-key header is required")


@pytest.mark.parametrize(
    ("model", "meant"), [("claude-sonet-4-6", "claude-sonnet-4-6"), ("claude-opus-5.5", "claude-opus-5-5")]
)
def test_a_misspelt_model_is_answered_with_a_warning_that_names_the_nearest(
    server: LocalServer, model: str, meant: str
) -> None:
    answer = post(server.base_url, HEADERS, json={**ASK, "model": model})
    assert answer.status_code == 200
    assert f"did you mean {meant}?" in answer.headers["tercet-warning"]


def test_the_health_route_needs_no_key(strict: str) -> None:
    answer = httpx.get(f"{strict}/health", trust_env=False)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    "path",
    ["/health", "/v1/models", "/v1/models/claude-opus-5-5", "/v1/files", "/v1/messages/batches", "/v1/models/none"],
)
def test_head_is_answered_as_get_without_a_body(server: LocalServer, path: str) -> None:
    with httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False) as client:
        head, get = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


def test_head_of_what_is_only_sent_to_is_no_method(server: LocalServer) -> None:
    assert httpx.head(f"{server.base_url}/v1/messages", headers=HEADERS, trust_env=False).status_code == 405


def test_the_version_is_required_and_known(strict: str) -> None:
    kind = "invalid_request_error"
    assert error(post(strict, {"x-api-key": "right"})) == (400, kind, "anthropic-version: header is required")
    unknown = 'anthropic-version: "2020-01-01" is not a valid version. Use 2023-06-01 or 2026-10-21.'
    assert error(post(strict, {"x-api-key": "right", "anthropic-version": "2020-01-01"})) == (400, kind, unknown)
    assert post(strict, {"x-api-key": "right", "anthropic-version": "2026-10-21"}).status_code == 200


def test_unknown_betas_are_refused_when_strict_and_warned_of_otherwise(strict: str, server: LocalServer) -> None:
    said = (
        "Unexpected value(s) `invalid-beta-name` for the `anthropic-beta` header. Please consult our documentation at "
        "platform.claude.com/docs or try again without the header."
    )
    headers = {**HEADERS, "x-api-key": "right", "anthropic-beta": "pdfs-2024-09-25, invalid-beta-name"}
    assert error(post(strict, headers)) == (400, "invalid_request_error", said)
    lenient = post(server.base_url, headers)
    assert (lenient.status_code, lenient.headers["tercet-warning"]) == (200, said)


CLAUDE_CODE = (
    "claude-code-20250219,oauth-2025-04-20,interleaved-thinking-2025-05-14,redact-thinking-2026-02-12,"
    "thinking-token-count-2026-05-13,context-management-2025-06-27,prompt-caching-scope-2026-01-05,"
    "mid-conversation-system-2026-04-07,advisor-tool-2026-03-01,advanced-tool-use-2025-11-20,effort-2025-11-24,"
    "extended-cache-ttl-2025-04-11,cache-diagnosis-2026-04-07"
)
AI_SDK = (
    "fine-grained-tool-streaming-2025-05-14,code-execution-2025-08-25,web-fetch-2025-09-10,search-results-2025-06-09,"
    "tool-search-tool-2025-10-19,structured-outputs-2025-11-13"
)


@pytest.mark.parametrize("betas", [CLAUDE_CODE, AI_SDK])
def test_the_betas_of_well_known_clients_are_known(strict: str, betas: str) -> None:
    answer = post(strict, {**HEADERS, "x-api-key": "right", "anthropic-beta": betas})
    assert (answer.status_code, answer.headers.get("tercet-warning")) == (200, None)


def test_a_new_beta_of_a_names_form_is_warned_of_when_strict_and_refused_where_that_is_asked() -> None:
    headers = {**HEADERS, "x-api-key": "right", "anthropic-beta": "time-travel-2027-02-28"}
    with LocalServer(strict=True) as server, LocalServer(strict=True, strict_betas=True) as asked:
        told = post(server.base_url, headers)
        assert told.status_code == 200
        assert "`time-travel-2027-02-28`" in told.headers["tercet-warning"]
        assert error(post(asked.base_url, headers))[0] == 400


@settings(deadline=None)
@given(st.from_regex(WELL_FORMED, fullmatch=True), st.text("abcXYZ_-/ .`", max_size=8))
def test_only_names_of_the_form_pass_as_new(name: str, noise: str) -> None:
    strict, lenient, asked = ServerSettings(strict=True), ServerSettings(), ServerSettings(strict_betas=True)
    assert named(name, strict) == named(name, lenient) == (name not in KNOWN_BETAS)
    bad = f"{noise}{name}!"
    assert named(bad, lenient) == 1
    for setting in (strict, asked):
        with pytest.raises(HTTPError, match="Unexpected value"):
            named(bad, setting)


def named(name: str, settings: ServerSettings) -> int:
    """Ask for a beta and count the warnings."""
    exchange = SimpleNamespace(warnings=[])
    betas([name], settings, cast("ServerExchange", exchange))
    return len(exchange.warnings)


def test_the_table_names_each_beta_once_in_the_form_of_a_name() -> None:
    names = [beta.name for beta in SEEN_BETAS]
    listed = get_args(get_args(AnthropicBeta)[0])
    assert len(set(names)) == len(names)
    assert not set(names) & set(listed)
    assert all(WELL_FORMED.fullmatch(name) for name in (*names, *listed))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "Input is a zero-length, empty document: line 1 column 1 (char 0)"),
        (b'{"model": "x", "messages": [{"role": "us', "unexpected end of data: line 1 column 41 (char 40)"),
        (b'{"model": x}', "expecting value: line 1 column 11 (char 10)"),
        (b"[" * 100_000, None),
        (b"[" * 250 + b"]" * 250, "more than 200 levels are nested: line 1 column 1 (char 0)"),
    ],
)
def test_what_is_no_json_is_said_to_be_none(server: LocalServer, body: bytes, expected: str | None) -> None:
    answer = post(server.base_url, {**HEADERS, "content-type": "application/json"}, content=body)
    status, kind, message = error(answer)
    assert (status, kind) == (400, "invalid_request_error")
    assert message.startswith("The request body is not valid JSON: ")
    assert expected is None or message == f"The request body is not valid JSON: {expected}"


def test_other_content_types_are_refused(server: LocalServer) -> None:
    answer = post(server.base_url, {**HEADERS, "content-type": "text/plain"}, content=b"{}")
    said = "The Content-Type of this request must be application/json, not 'text/plain'."
    assert error(answer) == (415, "invalid_request_error", said)


def test_bodies_above_the_limit_are_refused(strict: str) -> None:
    headers = {**HEADERS, "x-api-key": "right", "content-type": "application/json"}
    expected = (413, "request_too_large", "Request exceeds the maximum allowed number of bytes.")
    assert error(post(strict, headers, content=b"x" * 200_001)) == expected
    chunks = iter([b"x" * 100_000] * 3)
    assert error(post(strict, headers, content=chunks)) == expected


def test_unknown_paths_and_wrong_verbs_are_answered_in_the_api_shape(api: httpx.Client) -> None:
    assert error(api.get("/v1/nothing")) == (404, "not_found_error", "Not found: /v1/nothing")
    wrong = api.get("/v1/messages")
    assert error(wrong) == (405, "invalid_request_error", "Method not allowed: GET /v1/messages. Use POST.")
    assert wrong.headers["allow"] == "POST"
    assert wrong.headers["x-should-retry"] == "false"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_foreign_hosts_are_refused(server: LocalServer, host: str) -> None:
    assert error(post(server.base_url, {**HEADERS, "host": host}))[:2] == (403, "permission_error")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:99", "127.0.0.1", "[::1]:8787"])
def test_this_machine_may_be_called_by_its_usual_names(server: LocalServer, host: str) -> None:
    assert post(server.base_url, {**HEADERS, "host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://[bad"])
def test_foreign_origins_are_refused_and_no_cors_is_granted(server: LocalServer, origin: str) -> None:
    answer = post(server.base_url, {**HEADERS, "origin": origin})
    assert error(answer)[:2] == (403, "permission_error")
    assert [name for name in answer.headers if name.startswith("access-control")] == []


def test_the_own_origin_and_named_ones_are_let_in(server: LocalServer) -> None:
    assert post(server.base_url, {**HEADERS, "origin": server.base_url}).status_code == 200
    with LocalServer(origins=["http://localhost:5173"]) as other:
        assert post(other.base_url, {**HEADERS, "origin": "http://localhost:5173"}).status_code == 200


def test_a_star_lets_every_page_in() -> None:
    with LocalServer(origins=["*"]) as server:
        for origin in ("http://any.example", "null", "app://obsidian.md"):
            answer = post(server.base_url, {**HEADERS, "origin": origin})
            assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, origin)


@pytest.mark.parametrize("strict", [True, False])
def test_a_page_says_that_it_knows_what_a_key_in_a_page_means(strict: bool) -> None:
    aware = {"anthropic-dangerous-direct-browser-access": "true"}
    with LocalServer(origins=[PAGE], strict=strict) as server:
        unaware = post(server.base_url, {**HEADERS, "origin": PAGE})
        assert post(server.base_url, {**HEADERS, "origin": PAGE, **aware}).status_code == 200
        assert post(server.base_url, {**HEADERS, "origin": server.base_url}).status_code == 200
    if strict:
        assert error(unaware)[:2] == (401, "authentication_error")
    else:
        assert "browser-access" in unaware.headers["tercet-warning"]


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/v1/v1/messages", "/v1/messages"),
        ("/messages", "/v1/messages"),
        ("/v1/messages/", "/v1/messages"),
        ("//v1/messages", "/v1/messages"),
        ("/anthropic/v1/messages/count_tokens", "/v1/messages/count_tokens"),
        ("/v1/chat/completions", "POST /v1/messages"),
        ("/v1/complete", "POST /v1/messages"),
        ("/v1/nothing", ""),
    ],
)
def test_a_wrong_path_names_the_one_that_was_meant(server: LocalServer, path: str, hint: str) -> None:
    answer = httpx.post(f"{server.base_url}{path}", headers=HEADERS, json={}, trust_env=False)
    said = error(answer)[2]
    assert (answer.status_code, said.startswith(f"Not found: {path}"), hint in said) == (404, True, True)
    assert hint or said == f"Not found: {path}"


PAGE = "http://localhost:5173"
PREFLIGHT = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "x-api-key,anthropic-version,content-type",
    "access-control-request-private-network": "true",
}


@pytest.mark.parametrize("settings", [{}, {"journal": True, "faults": ["header"]}], ids=["plain", "watched"])
def test_a_page_of_an_allowed_origin_may_ask_and_read(settings: dict[str, Any]) -> None:
    with LocalServer(origins=[PAGE], **settings) as server:
        url = f"{server.base_url}/v1/messages"
        asked = httpx.options(url, headers={"origin": PAGE, **PREFLIGHT}, trust_env=False)
        assert asked.status_code == 200
        assert asked.headers["access-control-allow-origin"] == PAGE
        assert asked.headers["access-control-allow-headers"] == PREFLIGHT["access-control-request-headers"]
        assert "POST" in asked.headers["access-control-allow-methods"]
        assert asked.headers["access-control-allow-private-network"] == "true"
        answer, wrong = post(server.base_url, {**HEADERS, "origin": PAGE}), post(server.base_url, {"origin": PAGE})
    for each in (answer, wrong):
        assert each.headers.get_list("access-control-allow-origin") == [PAGE]
        assert (each.headers["access-control-expose-headers"], each.headers["vary"]) == ("*", "origin")


def test_a_page_of_another_origin_hears_no_from_the_preflight_on(server: LocalServer) -> None:
    for origin in ("https://evil.example", "null"):
        asked = httpx.options(
            f"{server.base_url}/v1/messages", headers={"origin": origin, **PREFLIGHT}, trust_env=False
        )
        assert asked.status_code == 403
        assert [name for name in asked.headers if name.startswith("access-control")] == []
    assert httpx.options(f"{server.base_url}/v1/messages", headers=PREFLIGHT, trust_env=False).status_code == 405


def test_an_answer_tells_the_workspace_that_was_named_or_the_servers_own(server: LocalServer) -> None:
    own = "wrkspc_01TercetLocal0000000000"
    told = {
        named: post(server.base_url, {**HEADERS, "anthropic-workspace-id": named}).headers["anthropic-workspace-id"]
        for named in ("wrkspc_01Other", "not a workspace", "wrkspc_")
    }
    assert told == {"wrkspc_01Other": "wrkspc_01Other", "not a workspace": own, "wrkspc_": own}
    assert post(server.base_url, HEADERS).headers["anthropic-workspace-id"] == own
    refused = post(server.base_url, {**HEADERS, "x-api-key": ""})
    assert (refused.status_code, "anthropic-workspace-id" in refused.headers) == (401, False)
    with LocalServer(workspace=None) as other:
        assert "anthropic-workspace-id" not in post(other.base_url, HEADERS).headers


def test_workspaces_do_not_see_each_others_files(api: httpx.Client) -> None:
    named = {"anthropic-workspace-id": "wrkspc_01A"}
    made = api.post("/v1/files", files={"file": ("a.txt", b"hello")}, headers=named).json()
    assert api.get(f"/v1/files/{made['id']}", headers=named).status_code == 200
    assert api.get(f"/v1/files/{made['id']}").status_code == 404
    assert api.get(f"/v1/files/{made['id']}", headers={"anthropic-workspace-id": "wrkspc_01B"}).status_code == 404


def test_too_many_headers_are_refused(api: httpx.Client) -> None:
    answer = api.get("/v1/models", headers={f"x-{n}": "1" for n in range(101)})
    assert error(answer)[:2] == (431, "invalid_request_error")


def raw(server: LocalServer, data: bytes) -> bytes:
    parts = urlsplit(server.base_url)
    received = b""
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(data)
        with suppress(ConnectionResetError):  # what we still send after the server has closed
            while part := connection.recv(65536):
                received += part
    return received


def test_headers_without_end_are_cut_off(server: LocalServer) -> None:
    received = raw(server, b"GET / HTTP/1.1\r\nhost: localhost\r\n" + b"x-a: " + b"a" * 400_000)
    assert received[:13] in (b"", b"HTTP/1.1 400 ")


def test_what_is_no_http_is_refused_in_the_api_shape(server: LocalServer) -> None:
    received = raw(server, b"\x16\x03\x01 hello\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n")
    assert b'"type":"invalid_request_error"' in received


@pytest.mark.parametrize(
    "head",
    [
        b"content-length: 5\r\ntransfer-encoding: chunked",
        b"content-length: 5\r\ncontent-length: 6",
        b"content-length: -1",
        b"content-length: 0x5",
        b"transfer-encoding: xchunked",
    ],
)
def test_ambiguous_bodies_are_refused(server: LocalServer, head: bytes) -> None:
    start = b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
    assert raw(server, start + head + b"\r\n\r\n0\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_one_connection_serves_many_requests(server: LocalServer) -> None:
    parts = urlsplit(server.base_url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    statuses = []
    for _ in range(5):
        connection.request("GET", "/v1/models", headers=HEADERS)
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()
    assert statuses == [200] * 5


def test_request_ids_are_the_same_for_the_same_seed() -> None:
    def first(seed: int) -> str:
        with LocalServer(seed=seed) as server:
            return str(post(server.base_url, HEADERS).headers["request-id"])

    assert first(1) == first(1)
    assert first(1) != first(2)
