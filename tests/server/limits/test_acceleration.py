"""The acceleration limit: against the class with its own clock, and over HTTP."""

from __future__ import annotations

from typing import Any

import httpx

from tercet.server.errors import HTTPError
from tercet.server.limits.acceleration import Acceleration
from tercet.server.run import LocalServer

START = 1_795_000_000.0 // 60 * 60
MODEL = "claude-opus-5-5"


class Clock:
    now = START

    def __call__(self) -> float:
        return self.now


def usage(tokens: int) -> dict[str, Any]:
    return {"input_tokens": tokens, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 10**6}


def send(ramp: Acceleration, tokens: int) -> HTTPError | None:
    try:
        ramp.admit("k", MODEL, 2 * tokens, lambda: tokens)
    except HTTPError as error:
        return error
    ramp.used("k", MODEL, usage(tokens))
    return None


def test_input_may_grow_by_ten_thousand_tokens_at_each_full_minute() -> None:
    clock = Clock()
    ramp = Acceleration(20_000, clock, "org")
    clock.now = START + 15
    assert send(ramp, 20_000) is None
    error = send(ramp, 1)
    assert error is not None
    assert (error.status, error.details) == (429, {"error_code": "ramp_limit_exceeded"})
    assert error.message == (
        "This request would exceed your organization's maximum usage increase rate for input tokens per minute (org: org, "
        "model: claude-opus-5-5). Your current limit is 20,000 input tokens per minute, and will increase to 30,000 at the "
        "next minute boundary. Please scale up your input tokens usage more gradually to stay within the acceleration "
        "limit. For details, refer to: https://docs.claude.com/en/api/rate-limits."
    )
    assert error.headers == ((b"retry-after", b"45"),)
    clock.now = START + 60
    assert send(ramp, 30_000) is None
    assert send(ramp, 1) is not None


def test_after_an_hour_without_a_request_the_climb_begins_anew() -> None:
    clock = Clock()
    ramp = Acceleration(20_000, clock, "org")
    send(ramp, 100)
    clock.now += 3540
    assert send(ramp, 600_000) is None
    clock.now += 3600
    assert send(ramp, 20_001) is not None


def test_every_model_climbs_by_itself() -> None:
    ramp = Acceleration(10, Clock(), "org")
    assert send(ramp, 10) is None
    ramp.admit("k", "claude-haiku-5-5", 20, lambda: 10)


def test_a_request_beyond_it_is_told_by_its_error_code_over_http() -> None:
    body = {"model": MODEL, "max_tokens": 30, "messages": [{"role": "user", "content": "Hello " * 3000}]}
    headers = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
    with LocalServer(clock=Clock(), rate_limits={"ramp": 1000}) as server:
        answer = httpx.post(f"{server.base_url}/v1/messages", json=body, headers=headers, trust_env=False)
    assert answer.status_code == 429
    assert answer.json()["error"]["details"] == {"error_code": "ramp_limit_exceeded"}
    assert (answer.headers["retry-after"], answer.headers["x-should-retry"]) == ("60", "true")
