"""Fallback credit: a refusal's token, and what becomes of it on the retry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tercet.server.run import LocalServer

BETA = "fallback-credit-2026-07-01"
SYSTEM = [{"type": "text", "text": "Know this well. " * 500, "cache_control": {"type": "ephemeral"}}]
ASK: dict[str, Any] = {
    "model": "claude-fable-5-1",
    "max_tokens": 100,
    "system": SYSTEM,
    "messages": [{"role": "user", "content": "TERCET_REFUSE:cyber@claude-fable-5-1 Hello"}],
}
RETRY = {**ASK, "model": "claude-opus-5-5"}


class Clock:
    now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[LocalServer]:
    with LocalServer(clock=clock, strict=True) as running:
        yield running


def send(server: LocalServer, body: dict[str, Any], beta: str = BETA, key: str = "k", path: str = "") -> httpx.Response:
    headers = {"x-api-key": key, "anthropic-version": "2023-06-01", **({"anthropic-beta": beta} if beta else {})}
    return httpx.post(f"{server.base_url}{path or '/v1/messages'}", json=body, headers=headers, trust_env=False)


def token_of(server: LocalServer, **changes: Any) -> str:
    message = send(server, {**ASK, **changes}).json()
    assert message["stop_reason"] == "refusal"
    return str(message["stop_details"]["fallback_credit_token"])


def outcome(server: LocalServer, token: str, **how: Any) -> Any:
    body = {**how.pop("body", RETRY), "fallback_credit_token": {"token": token, "mode": "best_effort"}}
    return send(server, body, **how).json()["usage"]["fallback_credit"]["status"]


def test_a_refusal_carries_a_token_where_the_beta_asks_for_one(server: LocalServer) -> None:
    details = send(server, ASK).json()["stop_details"]
    assert (details["type"], details["category"], details["fallback_has_prefill_claim"]) == ("refusal", "cyber", False)
    assert len(details["fallback_credit_token"]) > 40
    assert "fallback_credit_token" not in send(server, ASK, beta="").json()["stop_details"]


def test_models_without_classifiers_give_none(server: LocalServer) -> None:
    body = {**ASK, "model": "claude-sonnet-5", "messages": [{"role": "user", "content": "TERCET_REFUSE"}]}
    details = send(server, body).json()["stop_details"]
    assert (details["fallback_credit_token"], details["fallback_has_prefill_claim"]) == (None, None)


def test_the_retry_reads_what_the_refused_model_had_in_its_cache(server: LocalServer) -> None:
    plain = send(server, RETRY, key="another").json()["usage"]
    send(server, {**ASK, "messages": [{"role": "user", "content": "Hello"}]})  # the prefix is in its cache now
    token = token_of(server)
    usage = send(server, {**RETRY, "fallback_credit_token": token}).json()["usage"]
    assert usage["fallback_credit"] == {"status": {"type": "redeemed"}}
    assert plain["cache_creation_input_tokens"] > 1000
    assert usage["cache_creation_input_tokens"] == 0
    assert usage["cache_read_input_tokens"] == plain["cache_creation_input_tokens"]
    assert usage["cache_creation"] == {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0}
    assert usage["input_tokens"] == plain["input_tokens"]


def test_where_the_retrys_model_has_it_cached_already_the_token_is_taken_and_moves_nothing(server: LocalServer) -> None:
    warm = send(server, RETRY).json()["usage"]["cache_creation_input_tokens"]
    usage = send(server, {**RETRY, "fallback_credit_token": token_of(server)}).json()["usage"]
    assert usage["fallback_credit"] == {"status": {"type": "redeemed"}}
    assert (usage["cache_creation_input_tokens"], usage["cache_read_input_tokens"]) == (0, warm)


def test_a_stream_tells_the_same(server: LocalServer) -> None:
    stream = send(server, {**RETRY, "fallback_credit_token": token_of(server), "stream": True}).text
    assert stream.count('"fallback_credit":{"status":{"type":"redeemed"}}') == 2


def test_without_a_token_nothing_of_it_shows(server: LocalServer) -> None:
    assert "fallback_credit" not in send(server, RETRY).json()["usage"]


def test_what_does_not_shape_the_prompt_may_change(server: LocalServer) -> None:
    changed = {**RETRY, "max_tokens": 50, "stop_sequences": ["x"], "metadata": {"user_id": "u"}}
    assert outcome(server, token_of(server), body=changed) == {"type": "redeemed"}
    assert outcome(server, token_of(server), beta=f"{BETA},server-side-fallback-2026-07-01") == {"type": "redeemed"}


TURN = {"role": "assistant", "content": "Well"}


@pytest.mark.parametrize(
    ("reason", "how"),
    [
        ("body_mismatch", {"body": {**RETRY, "system": "Another."}}),
        ("body_mismatch", {"beta": f"{BETA},context-1m-2025-08-07"}),
        (
            "continuation_excluded",
            {"body": {**RETRY, "model": "claude-opus-4-5", "messages": [*ASK["messages"], TURN]}},
        ),
        ("invalid_target_model", {"body": ASK}),
        ("wrong_organization", {"key": "another"}),
    ],
)
def test_a_token_that_does_not_fit_is_told_or_refused(server: LocalServer, reason: str, how: dict[str, Any]) -> None:
    assert outcome(server, token_of(server), **how) == {"type": "not_applied", "reason": reason}
    body = {**how.get("body", RETRY), "fallback_credit_token": token_of(server)}
    refused = send(server, body, beta=how.get("beta", BETA), key=how.get("key", "k"))
    assert refused.status_code == 400
    assert refused.json()["error"]["message"].startswith("fallback_credit_token: ")


def test_a_token_lives_five_minutes(server: LocalServer, clock: Clock) -> None:
    token = token_of(server)
    clock.now += 300
    assert outcome(server, token) == {"type": "redeemed"}
    clock.now += 1
    assert outcome(server, token) == {"type": "not_applied", "reason": "expired"}


def test_a_token_of_another_platform_does_not_fit(server: LocalServer) -> None:
    headers = {"authorization": "Bearer k"}
    body = {name: value for name, value in ASK.items() if name != "model"}
    body |= {"anthropic_version": "2023-06-01", "anthropic_beta": [BETA]}
    url = f"{server.base_url}/model/claude-fable-5-1/invoke"
    message = httpx.post(url, json=body, headers=headers, trust_env=False).json()
    token = message["stop_details"]["fallback_credit_token"]
    assert outcome(server, token) == {"type": "not_applied", "reason": "wrong_platform"}


@pytest.mark.parametrize("token", ["", "x", "fct_123", "é", "A" * 200, "AAAA=", 5 * "A"])
def test_a_malformed_token_is_refused_in_either_mode(server: LocalServer, token: str) -> None:
    for given in (token, {"token": token, "mode": "best_effort"}):
        refused = send(server, {**RETRY, "fallback_credit_token": given})
        assert refused.status_code == 400
        assert refused.json()["error"]["message"] == "fallback_credit_token: the token is malformed"


def test_a_changed_token_is_malformed(server: LocalServer) -> None:
    token = token_of(server)
    middle = len(token) // 2
    changed = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    said = send(server, {**RETRY, "fallback_credit_token": changed}).json()["error"]["message"]
    assert said == "fallback_credit_token: the token is malformed"


def test_a_token_does_not_go_with_fallbacks(server: LocalServer) -> None:
    body = {**ASK, "fallbacks": [{"model": "claude-opus-5-5"}], "fallback_credit_token": {"token": token_of(server)}}
    refused = send(server, body, beta=f"{BETA},server-side-fallback-2026-07-01")
    assert refused.json()["error"]["message"] == "fallback_credit_token: cannot be combined with fallbacks"


def test_an_unknown_mode_is_refused(server: LocalServer) -> None:
    said = send(server, {**RETRY, "fallback_credit_token": {"token": "x", "mode": "maybe"}}).json()["error"]["message"]
    assert said == "fallback_credit_token.mode: Input should be 'strict' or 'best_effort'"


def test_items_of_a_batch_take_the_token_and_tell_nothing(server: LocalServer) -> None:
    params = {**RETRY, "fallback_credit_token": "whatever"}
    batch = send(server, {"requests": [{"custom_id": "a", "params": params}]}, path="/v1/messages/batches").json()
    headers = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
    url = f"{server.base_url}/v1/messages/batches/{batch['id']}"
    with httpx.Client(trust_env=False, headers=headers) as client:
        while client.get(url).json()["processing_status"] != "ended":
            pass
        result = client.get(f"{url}/results").json()["result"]
    assert result["type"] == "succeeded"
    assert "fallback_credit" not in result["message"]["usage"]
