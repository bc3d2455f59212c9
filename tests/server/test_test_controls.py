"""What tests do to a running server from their own thread."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tercet.server.clock import Clock
from tercet.server.faults.spec import UnknownFault
from tercet.server.run import LocalServer

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
ASK = {"model": "claude-opus-5-5", "max_tokens": 300, "messages": [{"role": "user", "content": "Hello"}]}


def ask(server: LocalServer, **headers: Any) -> httpx.Response:
    return httpx.post(f"{server.base_url}/v1/messages", json=ASK, headers={**HEADERS, **headers}, trust_env=False)


def test_a_plain_server_has_nothing_around_its_requests_until_it_is_asked_for() -> None:
    with LocalServer() as server:
        assert server.app.state.stack is None
        server.queue("Hi")
        assert ask(server).json()["content"][0]["text"] == "Hi"


def test_faults_are_added_while_it_runs() -> None:
    with LocalServer() as server:
        server.fault("x1 status:529", "x1 status:500")
        assert [ask(server).status_code for _ in range(3)] == [529, 500, 200]
        with pytest.raises(UnknownFault):
            server.fault("boom")


def test_a_script_is_taken_from_a_file_while_it_runs_and_what_is_queued_stays(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    path.write_text('[{"answer": "from the file"}]')
    with LocalServer() as server:
        server.queue("queued")
        server.script(path)
        assert [ask(server).json()["content"][0]["text"] for _ in range(2)] == ["queued", "from the file"]


def test_reset_forgets_all_of_it() -> None:
    with LocalServer(journal=True) as server:
        server.queue("Hi")
        server.fault("status:529")
        server.script([{"answer": "x"}])
        ask(server)
        server.journal.settled()
        server.reset()
        assert len(server.journal) == 0
        assert ask(server).json()["content"][0]["text"] not in ("Hi", "x")


def test_the_clock_is_there_where_one_was_given() -> None:
    with LocalServer(clock=Clock()) as server:
        server.clock.set(0.0)
        assert server.app.state.settings.now().year == 1970
    with LocalServer() as server, pytest.raises(RuntimeError, match="machine's time"):
        _ = server.clock


def test_a_batch_expires_when_a_day_passes_at_once() -> None:
    requests = {"requests": [{"custom_id": "r", "params": ASK}]}
    with (
        LocalServer(clock=Clock(), batch_seconds=100_000) as server,
        httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False) as client,
    ):
        made = client.post("/v1/messages/batches", json=requests).json()
        server.clock.advance(24 * 3600)
        found = client.get(f"/v1/messages/batches/{made['id']}").json()
    assert (made["processing_status"], found["processing_status"]) == ("in_progress", "ended")
    assert found["request_counts"]["expired"] == 1


def test_a_server_that_does_not_run_says_so() -> None:
    with pytest.raises(RuntimeError, match="start"):
        LocalServer().queue("Hi")
