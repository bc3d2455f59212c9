"""Usage over HTTP, on a clock that the test turns: caches that fill, are read, expire, and belong to a key; batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tercet.server.run import LocalServer

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
KNOWN = "Know this by heart. " * 1000


class Clock:
    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def http(clock: Clock) -> Iterator[httpx.Client]:
    with LocalServer(clock=clock) as server, client_of(server) as client:
        yield client


def client_of(server: LocalServer) -> httpx.Client:
    return httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False, timeout=20)


def body(ttl: str = "5m", model: str = "claude-opus-5-5", **more: Any) -> dict[str, Any]:
    system = [{"type": "text", "text": KNOWN, "cache_control": {"type": "ephemeral", "ttl": ttl}}]
    return {"model": model, "max_tokens": 30, "system": system, "messages": [{"role": "user", "content": "Hi"}], **more}


def used(client: httpx.Client, key: str = "k", **asked: Any) -> tuple[int, int]:
    """Tokens written to the cache, and read from it."""
    usage = client.post("/v1/messages", json=body(**asked), headers={"x-api-key": key}).json()["usage"]
    return usage["cache_creation_input_tokens"], usage["cache_read_input_tokens"]


@pytest.mark.parametrize(("ttl", "seconds"), [("5m", 300), ("1h", 3600)])
def test_a_prefix_is_written_once_and_read_until_it_expires(
    http: httpx.Client, clock: Clock, ttl: str, seconds: int
) -> None:
    size = used(http, ttl=ttl)[0]
    assert size > 5000
    clock.now += seconds - 1
    assert used(http, ttl=ttl) == (0, size)
    clock.now += seconds - 1  # reading has renewed it
    assert used(http, ttl=ttl) == (0, size)
    clock.now += seconds
    assert used(http, ttl=ttl) == (size, 0)


def test_a_prefix_belongs_to_a_key_and_to_a_model(http: httpx.Client) -> None:
    size = used(http)[0]
    assert used(http, key="another") == (size, 0)
    assert used(http, model="claude-opus-5") == (size, 0)
    assert used(http) == (0, size)


def test_the_least_size_is_that_of_the_model(http: httpx.Client) -> None:
    short = [{"type": "text", "text": "Know this. " * 600, "cache_control": {"type": "ephemeral"}}]
    found = {}
    for model in ("claude-haiku-4-5", "claude-sonnet-4-5"):
        usage = http.post("/v1/messages", json=body(model=model, system=short)).json()["usage"]
        found[model] = usage["cache_creation_input_tokens"]
    assert found["claude-haiku-4-5"] == 0  # 4,096 at least
    assert 1024 < found["claude-sonnet-4-5"] < 4096


def test_messages_of_a_batch_are_of_its_service_tier_and_share_the_cache(http: httpx.Client) -> None:
    size = used(http)[0]
    asked = {"requests": [{"custom_id": "a", "params": body()}]}
    batch = http.post("/v1/messages/batches", json=asked).json()
    while batch["processing_status"] != "ended":
        batch = http.get(f"/v1/messages/batches/{batch['id']}").json()
    usage = http.get(batch["results_url"]).json()["result"]["message"]["usage"]
    assert (usage["service_tier"], usage["cache_read_input_tokens"]) == ("batch", size)


def test_the_place_is_told_by_the_models_that_know_it(http: httpx.Client) -> None:
    def place(**more: Any) -> str:
        return str(http.post("/v1/messages", json=body(**more)).json()["usage"]["inference_geo"])

    assert [place(), place(inference_geo="us"), place(model="claude-sonnet-4-5")] == ["global", "us", "not_available"]
