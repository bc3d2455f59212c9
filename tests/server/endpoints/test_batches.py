"""Batches over HTTP: their life, their results, and what is refused of them."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tercet.server.run import LocalServer

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
PARAMS = {"model": "claude-opus-5-5", "max_tokens": 30, "messages": [{"role": "user", "content": "Hello"}]}
BATCHES = "/v1/messages/batches"
NONE = {"succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}


def item(name: str, **changes: Any) -> dict[str, Any]:
    return {"custom_id": name, "params": {**PARAMS, **changes}}


def client_of(server: LocalServer) -> httpx.Client:
    return httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False)


def until_ended(client: httpx.Client, batch_id: str) -> dict[str, Any]:
    for _ in range(1000):
        batch: dict[str, Any] = client.get(f"{BATCHES}/{batch_id}").json()
        if batch["processing_status"] == "ended":
            return batch
    raise AssertionError("the batch did not end")


def results_of(client: httpx.Client, batch: dict[str, Any]) -> dict[str, Any]:
    lines = client.get(batch["results_url"]).text.splitlines()
    return {line["custom_id"]: line["result"] for line in map(json.loads, lines)}


def test_a_batch_is_answered_item_by_item(server: LocalServer) -> None:
    with client_of(server) as client:
        created = client.post(
            BATCHES, json={"requests": [item("good"), item("bad", messages=[]), item("live", stream=True)]}
        ).json()
        assert (created["type"], created["request_counts"]) == ("message_batch", {"processing": 3, **NONE})
        assert (created["ended_at"], created["results_url"]) == (None, None)
        batch = until_ended(client, created["id"])
        assert batch["request_counts"] == {"processing": 0, **NONE, "succeeded": 1, "errored": 2}
        assert batch["results_url"] == f"{server.base_url}/v1/messages/batches/{batch['id']}/results"
        results = results_of(client, batch)
    assert results["good"]["message"]["usage"]["service_tier"] == "batch"
    assert results["bad"] == {
        "type": "errored",
        "error": {
            "type": "error",
            "error": {"type": "invalid_request_error", "message": "messages: at least one message is required"},
            "request_id": None,
        },
    }
    assert results["live"]["type"] == "errored"


def test_the_clock_decides_when_a_batch_is_answered_and_forgotten() -> None:
    now = [1_795_000_000.0]
    with LocalServer(clock=lambda: now[0], batch_seconds=60) as server, client_of(server) as client:
        batch = client.post(BATCHES, json={"requests": [item("a")]}).json()
        assert client.get(f"{BATCHES}/{batch['id']}").json()["processing_status"] == "in_progress"
        assert client.get(f"{BATCHES}/{batch['id']}/results").status_code == 404
        assert client.delete(f"{BATCHES}/{batch['id']}").status_code == 400
        now[0] += 60
        assert until_ended(client, batch["id"])["request_counts"]["succeeded"] == 1
        now[0] += 29 * 86_400
        later = client.get(f"{BATCHES}/{batch['id']}").json()
        assert (later["results_url"], later["archived_at"] is None) == (None, False)


def test_a_batch_that_is_not_answered_in_a_day_expires() -> None:
    now = [1_795_000_000.0]
    with LocalServer(clock=lambda: now[0], batch_seconds=1e9) as server, client_of(server) as client:
        batch = client.post(BATCHES, json={"requests": [item("a"), item("b")]}).json()
        now[0] += 86_400
        batch = client.get(f"{BATCHES}/{batch['id']}").json()
        assert batch["request_counts"] == {"processing": 0, **NONE, "expired": 2}
        assert results_of(client, batch) == {"a": {"type": "expired"}, "b": {"type": "expired"}}


def test_a_batch_can_be_canceled_and_then_deleted() -> None:
    with LocalServer(batch_seconds=1e9) as server, client_of(server) as client:
        batch_id = client.post(BATCHES, json={"requests": [item("a")]}).json()["id"]
        canceling = client.post(f"{BATCHES}/{batch_id}/cancel").json()
        assert (canceling["processing_status"], canceling["request_counts"]) == ("canceling", {"processing": 1, **NONE})
        assert until_ended(client, batch_id)["request_counts"] == {"processing": 0, **NONE, "canceled": 1}
        assert client.post(f"{BATCHES}/{batch_id}/cancel").status_code == 400
        assert client.delete(f"{BATCHES}/{batch_id}").json() == {"id": batch_id, "type": "message_batch_deleted"}
        assert client.get(f"{BATCHES}/{batch_id}").status_code == 404


def test_batches_are_listed_in_pages_newest_first() -> None:
    with LocalServer() as server, client_of(server) as client:
        made = [client.post(BATCHES, json={"requests": [item("a")]}).json()["id"] for _ in range(5)][::-1]
        first = client.get(BATCHES, params={"limit": 2}).json()
        assert ([batch["id"] for batch in first["data"]], first["has_more"]) == (made[:2], True)
        assert (first["first_id"], first["last_id"]) == (made[0], made[1])
        second = client.get(BATCHES, params={"limit": 3, "after_id": made[1]}).json()
        assert ([batch["id"] for batch in second["data"]], second["has_more"]) == (made[2:], False)
        before = client.get(BATCHES, params={"limit": 2, "before_id": made[3]}).json()
        assert ([batch["id"] for batch in before["data"]], before["has_more"]) == (made[1:3], True)


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        ([], "requests: List should have at least 1 item after validation, not 0"),
        ([item("a" * 65)], "requests.0.custom_id: String should have at most 64 characters"),
        ([item("a b")], "requests.0.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'"),
        ([item("a"), item("a")], "requests.1.custom_id: custom_id must be unique within a batch, but found 'a' twice"),
        ([{"custom_id": "a"}], "requests.0.params: Field required"),
        ([{"custom_id": "a", "params": {}, "x": 1}], "requests.0.x: Extra inputs are not permitted"),
        ("all", "requests: Input should be a valid list"),
        ([item("a")] * 100_001, "requests: List should have at most 100000 items after validation, not 100001"),
    ],
)
def test_a_batch_with_a_wrong_envelope_is_refused(server: LocalServer, requests: Any, expected: str) -> None:
    with client_of(server) as client:
        answer = client.post(BATCHES, json={"requests": requests})
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, expected)


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "after_id=none", "after_id=a&before_id=b"])
def test_a_wrong_page_is_refused(server: LocalServer, query: str) -> None:
    with client_of(server) as client:
        assert client.get(f"{BATCHES}?{query}").status_code == 400
