"""Limits of whole endpoints: the routes of batches and of files, and how many batch requests may wait."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tercet.server.limits.quotas import Quota
from tercet.server.limits.rates import RateLimitedError
from tercet.server.run import LocalServer

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
PARAMS = {"model": "claude-opus-5-5", "max_tokens": 30, "messages": [{"role": "user", "content": "Hello"}]}


class Clock:
    now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


def refused(quota: Quota, key: str = "k") -> RateLimitedError | None:
    try:
        quota.admit(key)
    except RateLimitedError as error:
        return error
    return None


def test_a_quota_refuses_until_it_has_filled_again_and_says_when() -> None:
    clock = Clock()
    quota = Quota(2, clock, "org")
    assert [refused(quota), refused(quota)] == [None, None]
    error = refused(quota)
    assert error is not None
    assert (error.status, error.unit) == (429, "requests")
    assert error.message.startswith(
        "This request would exceed the rate limit for your organization (org) of 2 requests per minute."
    )
    assert error.headers == ((b"retry-after", b"30"),)
    clock.now += 30
    assert refused(quota) is None


def test_each_key_has_a_quota_of_its_own() -> None:
    quota = Quota(1, Clock(), "org")
    assert (refused(quota, "a"), refused(quota, "b")) == (None, None)
    assert refused(quota, "a") is not None


def test_a_clock_that_is_set_back_gives_nothing_and_takes_nothing() -> None:
    clock = Clock()
    quota = Quota(2, clock, "org")
    refused(quota)
    clock.now -= 3600
    assert refused(quota) is None
    assert refused(quota) is not None


def test_without_a_limit_nothing_is_refused() -> None:
    quota = Quota(None, Clock(), "org")
    assert {refused(quota) for _ in range(100)} == {None}


def statuses(server: LocalServer, *calls: tuple[str, str, Any]) -> list[int]:
    with httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False) as client:
        return [client.request(verb, path, json=body).status_code for verb, path, body in calls]


def test_all_routes_of_batches_share_a_limit_and_leave_messages_alone() -> None:
    requests = {"requests": [{"custom_id": "a", "params": PARAMS}]}
    with LocalServer(clock=Clock(), rate_limits={"batch_requests": 2}) as server:
        found = statuses(
            server,
            ("POST", "/v1/messages/batches", requests),
            ("GET", "/v1/messages/batches", None),
            ("GET", "/v1/messages/batches/msgbatch_none", None),
            ("POST", "/v1/messages", PARAMS),
        )
    assert found == [200, 200, 429, 200]


@pytest.mark.parametrize("path", ["/v1/files", "/v1/files/file_none", "/v1/files/file_none/content"])
def test_all_routes_of_files_share_a_limit(path: str) -> None:
    with LocalServer(clock=Clock(), rate_limits={"file_requests": 1}) as server:
        found = statuses(server, ("GET", "/v1/files", None), ("GET", path, None), ("POST", "/v1/messages", PARAMS))
    assert found == [200, 429, 200]


def test_a_batch_that_does_not_fit_into_the_queue_is_refused_until_others_have_ended() -> None:
    clock = Clock()
    requests = [{"custom_id": f"r{n}", "params": PARAMS} for n in range(3)]
    settings: dict[str, Any] = {"rate_limits": {"batch_queue": 5}, "batch_seconds": 60}
    with (
        LocalServer(clock=clock, **settings) as server,
        httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False) as client,
    ):
        first = client.post("/v1/messages/batches", json={"requests": requests}).json()
        second = client.post("/v1/messages/batches", json={"requests": requests})
        assert second.status_code == 429
        assert second.json()["error"]["message"].startswith(
            "This batch would exceed the limit of 5 batch requests in the processing queue: 3 are waiting, and it brings 3."
        )
        assert "retry-after" not in second.headers
        clock.now += 60
        while client.get(f"/v1/messages/batches/{first['id']}").json()["processing_status"] != "ended":
            pass
        assert client.post("/v1/messages/batches", json={"requests": requests}).status_code == 200
