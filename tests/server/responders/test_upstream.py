"""Passing on: every byte and status, keys only where they belong, and clear errors where the other server fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.ports import closed_port

from tercet.server.run import LocalServer

HEADERS = {"x-api-key": "sk-ant-CANARY-0123456789", "anthropic-version": "2023-06-01"}


def ask(server: LocalServer, **more: Any) -> httpx.Response:
    headers = {**HEADERS, **more.pop("headers", {})}
    body = {"model": "claude-opus-5-5", "max_tokens": 300, "messages": [{"role": "user", "content": "Hello"}], **more}
    return httpx.post(f"{server.base_url}/v1/messages", json=body, headers=headers, trust_env=False, timeout=20)


def test_requests_and_answers_pass_as_they_are() -> None:
    with LocalServer(journal=True) as upstream, LocalServer(upstream=upstream.base_url) as server:
        plain, streamed, refused = ask(server), ask(server, stream=True), ask(server, max_tokens=-1)
        models = httpx.get(f"{server.base_url}/v1/models?limit=1", headers=HEADERS, trust_env=False)
        upstream.journal.settled()
        entries = upstream.journal.entries()
    assert [answer.status_code for answer in (plain, streamed, refused, models)] == [200, 200, 400, 200]
    assert [entry.response for entry in entries] == [each.content for each in (plain, streamed, refused, models)]
    assert plain.headers["request-id"] == entries[0].id
    assert (entries[3].path, entries[3].query) == ("/v1/models", "limit=1")


def test_a_stream_passes_while_it_is_made() -> None:
    with LocalServer(pace=5) as upstream, LocalServer(upstream=upstream.base_url) as server:
        url = f"{server.base_url}/v1/messages"
        body = {
            "model": "claude-opus-5-5",
            "max_tokens": 300,
            "stream": True,
            "messages": [{"role": "user", "content": "Count to 10"}],
        }
        with httpx.stream("POST", url, json=body, headers=HEADERS, trust_env=False) as answer:
            assert next(answer.iter_raw()).startswith(b"event: message_start")


def test_the_servers_own_key_takes_the_place_of_the_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    with LocalServer(keys=["the-real-key"]) as upstream, LocalServer(upstream=upstream.base_url) as server:
        assert ask(server).status_code == 401
        monkeypatch.setenv("TERCET_UPSTREAM_KEY", "the-real-key")
        assert ask(server, headers={"authorization": "Bearer mine"}).status_code == 200


def test_a_server_that_is_not_there_is_a_clear_502_without_a_key(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"), LocalServer(upstream="http://127.0.0.1:1") as server:
        answer = ask(server)
    assert (answer.status_code, answer.json()["error"]["type"]) == (502, "api_error")
    assert "127.0.0.1:1 could not be reached" in answer.json()["error"]["message"]
    assert "CANARY" not in answer.text + caplog.text


def test_a_server_that_breaks_off_is_seen_to_break_off(tmp_path: Path) -> None:
    with (
        LocalServer(faults=["fin@300"]) as upstream,
        LocalServer(upstream=upstream.base_url, record=tmp_path) as server,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        ask(server)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_its_own_upstream_says_so() -> None:
    port = closed_port()
    with LocalServer(port=port, upstream=f"http://127.0.0.1:{port}") as server:
        answer = ask(server)
    assert (answer.status_code, answer.json()["error"]["message"]) == (
        508,
        "The upstream of this local API is this local API.",
    )


@pytest.mark.parametrize("url", ["api.anthropic.com", "ftp://x", "https://user:pass@host", ""])
def test_what_is_no_upstream_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="upstream"):
        LocalServer(upstream=url).start()


def test_numbers_of_recordings_go_on_after_those_that_are_there(tmp_path: Path) -> None:
    with LocalServer() as upstream:
        for _ in range(2):
            with LocalServer(upstream=upstream.base_url, record=tmp_path) as server:
                ask(server)
    assert sorted(path.name[:5] for path in tmp_path.iterdir()) == ["00001", "00002"]
