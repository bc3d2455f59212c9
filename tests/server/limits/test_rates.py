"""Token buckets, their headers and their 429s: against the class with its own clock, and over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tercet.server.errors import HTTPError
from tercet.server.limits.rates import KeyLimits, Limiter
from tercet.server.run import LocalServer

KEY, MODEL = "k", "claude-opus-5-5"
HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
ASK = {"model": MODEL, "max_tokens": 30, "messages": [{"role": "user", "content": "Hello"}]}
START = 1_795_000_000.0  # 2026-11-18T10:26:40Z


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def limiter(clock: Clock, **limits: int) -> Limiter:
    return Limiter(KeyLimits(**limits), clock, "org")


def usage(input_tokens: int = 0, output_tokens: int = 0, **more: int) -> dict[str, Any]:
    return {"input_tokens": input_tokens, "cache_creation_input_tokens": 0, "output_tokens": output_tokens, **more}


def take(limits: Limiter, tokens: int = 0, model: str = MODEL, key: str = KEY) -> HTTPError | None:
    try:
        limits.admit(key, model, 2 * tokens, lambda: tokens)
    except HTTPError as error:
        return error
    return None


def told(error: HTTPError) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in error.headers}


def test_requests_beyond_the_limit_are_refused_until_the_bucket_has_filled_again(clock: Clock) -> None:
    limits = limiter(clock, requests=2)
    assert [take(limits), take(limits)] == [None, None]
    refused = take(limits)
    assert refused is not None
    assert (refused.status, refused.kind) == (429, "rate_limit_error")
    assert refused.message.startswith(
        "This request would exceed the rate limit for your organization (org) of 2 requests per minute. For details, "
        "refer to: https://docs.claude.com/en/api/rate-limits."
    )
    assert told(refused)["retry-after"] == "30"
    clock.now += 29.9
    assert take(limits) is not None
    clock.now += 0.2
    assert take(limits) is None


def test_every_model_and_every_key_has_buckets_of_its_own(clock: Clock) -> None:
    limits = limiter(clock, requests=1)
    assert take(limits) is None
    assert take(limits) is not None
    assert take(limits, model="claude-haiku-5-5") is None
    assert take(limits, key="another") is None


def test_input_counts_what_is_written_to_the_cache_and_not_what_is_read(clock: Clock) -> None:
    limits = limiter(clock, input_tokens=60_000)
    limits.used(KEY, MODEL, usage(10_000, cache_creation_input_tokens=20_000, cache_read_input_tokens=900_000))
    assert dict(limits.headers(KEY, MODEL))[b"anthropic-ratelimit-input-tokens-remaining"] == b"30000"
    refused = take(limits, tokens=31_000)
    assert refused is not None
    assert "of 60,000 input tokens per minute" in refused.message
    assert told(refused)["retry-after"] == "1"
    assert take(limits, tokens=30_000) is None


def test_used_up_output_is_refused_before_anything_is_answered(clock: Clock) -> None:
    limits = limiter(clock, output_tokens=6000)
    limits.used(KEY, MODEL, usage(output_tokens=7000))
    refused = take(limits)
    assert refused is not None
    assert "of 6,000 output tokens per minute" in refused.message
    assert told(refused)["retry-after"] == "11"


def test_the_headers_tell_limits_remainders_and_when_the_buckets_are_full(clock: Clock) -> None:
    limits = limiter(clock, requests=60, input_tokens=120_000, output_tokens=60_000)
    take(limits)
    limits.used(KEY, MODEL, usage(59_600, 400))
    found = {
        name.decode().removeprefix("anthropic-ratelimit-"): value.decode() for name, value in limits.headers(KEY, MODEL)
    }
    assert found == {
        "requests-limit": "60", "requests-remaining": "59", "requests-reset": "2026-11-18T11:06:41Z",
        "input-tokens-limit": "120000", "input-tokens-remaining": "60000", "input-tokens-reset": "2026-11-18T11:07:09Z",
        "output-tokens-limit": "60000", "output-tokens-remaining": "60000", "output-tokens-reset": "2026-11-18T11:06:40Z",
        "tokens-limit": "180000", "tokens-remaining": "120000", "tokens-reset": "2026-11-18T11:07:09Z",
    }  # fmt: skip


def test_without_limits_there_are_neither_refusals_nor_headers(clock: Clock) -> None:
    limits = Limiter(None, clock, "org")
    assert take(limits, tokens=10**9) is None
    assert limits.headers(KEY, MODEL) == []


def ask(server: LocalServer, path: str = "/v1/messages", **changes: Any) -> httpx.Response:
    body = {**ASK, **changes}
    if path.endswith("count_tokens"):
        del body["max_tokens"]
    return httpx.post(f"{server.base_url}{path}", json=body, headers=HEADERS, trust_env=False)


def test_answers_plain_and_streamed_carry_the_headers_and_refused_requests_do_not(clock: Clock) -> None:
    with LocalServer(clock=clock, rate_limits=KeyLimits(requests=10)) as server:
        plain, streamed, wrong = ask(server), ask(server, stream=True), ask(server, max_tokens="x")
    assert [answer.headers.get("anthropic-ratelimit-requests-remaining") for answer in (plain, streamed, wrong)] == [
        "9",
        "8",
        None,
    ]
    assert len([name for name in plain.headers if name.startswith("anthropic-ratelimit-")]) == 12
    assert wrong.headers["x-should-retry"] == "false"


def test_a_429_comes_with_all_headers_and_counting_has_a_limit_of_its_own(clock: Clock) -> None:
    with LocalServer(clock=clock, rate_limits=KeyLimits(requests=1, count_requests=2)) as server:
        answers = [ask(server), ask(server)]
        counts = [ask(server, "/v1/messages/count_tokens").status_code for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert counts == [200, 200, 429]
    refused = answers[1]
    assert refused.json()["error"]["type"] == "rate_limit_error"
    assert (refused.headers["retry-after"], refused.headers["x-should-retry"]) == ("60", "true")
    assert refused.headers["anthropic-ratelimit-requests-remaining"] == "0"


def test_batches_do_not_draw_on_the_limits_of_messages(clock: Clock) -> None:
    with LocalServer(clock=clock, rate_limits=KeyLimits(requests=1)) as server:
        requests = [{"custom_id": f"r{n}", "params": ASK} for n in range(3)]
        url = f"{server.base_url}/v1/messages/batches"
        with httpx.Client(headers=HEADERS, trust_env=False) as client:
            batch = client.post(url, json={"requests": requests}).json()
            while batch["processing_status"] != "ended":
                batch = client.get(f"{url}/{batch['id']}").json()
    assert batch["request_counts"]["succeeded"] == 3


def test_a_prompt_read_from_the_cache_passes_where_it_would_not_fit_anew(clock: Clock) -> None:
    system = [{"type": "text", "text": "Know this well. " * 1500, "cache_control": {"type": "ephemeral"}}]
    with LocalServer(clock=clock, rate_limits=KeyLimits(input_tokens=10_000)) as server:
        first, second = ask(server, system=system), ask(server, system=system)
        other = ask(server, system=[{**system[0], "text": "Know that well. " * 1500}])
    assert [first.status_code, second.status_code, other.status_code] == [200, 200, 429]
    assert second.json()["usage"]["cache_read_input_tokens"] == first.json()["usage"]["cache_creation_input_tokens"]


def test_an_overloaded_server_says_so_while_it_is(clock: Clock) -> None:
    busy = [True]
    with LocalServer(clock=clock, overloaded=lambda: busy[0]) as server:
        refused = ask(server)
        busy[0] = False
        served = ask(server)
    assert (refused.status_code, refused.json()["error"]) == (
        529,
        {"type": "overloaded_error", "message": "Overloaded"},
    )
    assert (refused.headers["x-should-retry"], served.status_code) == ("true", 200)
