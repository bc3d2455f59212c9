"""Server-side fallbacks: who answers when a model declines, and how the message tells."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tercet.server.run import LocalServer

REFUSED = "TERCET_REFUSE:cyber@claude-fable-5-1 Hello"
BETA = {"anthropic-beta": "server-side-fallback-2026-06-01"}
ASK = {"model": "claude-fable-5-1", "max_tokens": 100, "messages": [{"role": "user", "content": REFUSED}]}
HOP = {
    "type": "fallback",
    "from": {"model": "claude-fable-5-1"},
    "to": {"model": "claude-opus-5-5"},
    "trigger": {"type": "refusal", "category": "cyber"},
}


def ask(api: httpx.Client, **changes: Any) -> Any:
    return api.post("/v1/messages", json={**ASK, **changes}, headers=BETA).json()


def test_the_next_model_answers_in_the_place_of_one_that_declines(api: httpx.Client) -> None:
    message = ask(api, fallbacks=[{"model": "claude-opus-5-5"}])
    assert (message["model"], message["stop_reason"], message["content"][0]) == ("claude-opus-5-5", "end_turn", HOP)
    steps = message["usage"]["iterations"]
    assert [(step["type"], step["model"]) for step in steps] == [
        ("message", "claude-fable-5-1"),
        ("fallback_message", "claude-opus-5-5"),
    ]
    assert steps[1]["output_tokens"] == message["usage"]["output_tokens"]


def test_the_default_list_answers_for_the_models_that_have_one(api: httpx.Client) -> None:
    assert ask(api, fallbacks="default")["content"][0] == HOP
    other = "TERCET_REFUSE@claude-haiku-5-5"
    alone = ask(api, fallbacks="default", model="claude-haiku-5-5", messages=[{"role": "user", "content": other}])
    assert (alone["stop_reason"], alone["content"]) == ("refusal", [])


def test_an_entry_has_settings_of_its_own(api: httpx.Client) -> None:
    message = ask(api, fallbacks=[{"model": "claude-opus-5-5", "max_tokens": 2}])
    assert (message["stop_reason"], message["usage"]["output_tokens"]) == ("max_tokens", 2)
    wrong = ask(api, fallbacks=[{"model": "claude-opus-5-5", "temperature": 1}])
    assert wrong["error"]["message"] == "fallbacks.0.temperature: Extra inputs are not permitted"


def test_when_every_model_declines_the_last_refusal_is_the_answer(api: httpx.Client) -> None:
    messages = [{"role": "user", "content": "TERCET_REFUSE"}]
    message = ask(api, fallbacks=[{"model": "claude-opus-5-5"}, {"model": "claude-opus-5"}], messages=messages)
    assert (message["stop_reason"], message["content"], message["model"]) == ("refusal", [], "claude-opus-5")
    kinds = [(step["type"], step["model"]) for step in message["usage"]["iterations"]]
    assert kinds == [
        ("message", "claude-fable-5-1"),
        ("message", "claude-opus-5-5"),
        ("fallback_message", "claude-opus-5"),
    ]
    assert message["stop_details"]["recommended_model"] is None


def test_without_a_refusal_nothing_of_it_shows(api: httpx.Client) -> None:
    message = ask(api, fallbacks=[{"model": "claude-opus-5-5"}], messages=[{"role": "user", "content": "Hello"}])
    assert message["model"] == "claude-fable-5-1"
    assert "iterations" not in message["usage"]


def test_a_stream_names_the_serving_model_and_brings_the_boundary_whole(api: httpx.Client) -> None:
    body = {**ASK, "fallbacks": [{"model": "claude-opus-5-5"}], "stream": True}
    text = api.post("/v1/messages", json=body, headers=BETA).text
    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    assert events[0]["message"]["model"] == "claude-opus-5-5"
    first = [event for event in events if event.get("index") == 0]
    assert [event["type"] for event in first] == ["content_block_start", "content_block_stop"]
    assert first[0]["content_block"] == HOP


# --- what the list may hold ------------------------------------------------------------------------------------------

NEW_BETA = "server-side-fallback-2026-07-01"
OPUS = {"model": "claude-opus-5-5"}
HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}


@pytest.fixture(scope="module")
def strict() -> Iterator[httpx.Client]:
    with (
        LocalServer(strict=True, clock=lambda: 1_795_000_000.0) as server,
        httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False, timeout=20) as client,
    ):
        yield client


def refused(client: httpx.Client, beta: str = NEW_BETA, **changes: Any) -> str:
    answer = client.post("/v1/messages", json={**ASK, **changes}, headers={"anthropic-beta": beta} if beta else {})
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error"), answer.text
    return str(answer.json()["error"]["message"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fallbacks": [OPUS] * 4}, "fallbacks: List should have at most 3 items after validation, not 4"),
        (
            {"fallbacks": [OPUS, OPUS]},
            "fallbacks.1.model: the models must differ from each other and from the requested one",
        ),
        (
            {"fallbacks": [{"model": "claude-fable-5-1"}]},
            "fallbacks.0.model: the models must differ from each other and from the requested one",
        ),
        ({"fallbacks": [OPUS, {"model": "gpt-7"}]}, "fallbacks.1: model: gpt-7"),
        ({"fallbacks": [{"model": "claude-3-opus-20240229"}]}, "fallbacks.0: model: claude-3-opus-20240229"),
        (
            {"fallbacks": [{**OPUS, "max_tokens": 500_000}]},
            "fallbacks.0: max_tokens: 500000 > 128000, which is the maximum allowed number of output tokens for "
            "claude-opus-5-5",
        ),
        (
            {"fallbacks": [{**OPUS, "thinking": {"type": "enabled", "budget_tokens": 2000}, "max_tokens": 4000}]},
            'fallbacks.0: "thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and '
            '"output_config.effort" to control thinking behavior.',
        ),
        (
            {"model": "claude-opus-5", "fallbacks": [{"model": "claude-haiku-4-5"}]},
            "fallbacks.0.model: 'claude-opus-5' cannot fall back to 'claude-haiku-4-5-20251001'",
        ),
        (
            {"model": "claude-sonnet-5", "fallbacks": [OPUS]},
            "'claude-sonnet-5' does not support the `fallbacks` parameter",
        ),
    ],
)
def test_an_entry_is_checked_like_the_request_it_would_be(
    strict: httpx.Client, changes: dict[str, Any], said: str
) -> None:
    assert refused(strict, **changes) == said


def test_the_form_of_the_list_goes_by_the_date_of_the_beta(strict: httpx.Client) -> None:
    assert refused(strict, "", fallbacks=[OPUS]) == "fallbacks: Extra inputs are not permitted"
    older = "server-side-fallback-2026-06-01"
    assert refused(strict, older, fallbacks="default") == "fallbacks: Input should be a valid list"
    for beta, given in ((older, [OPUS]), (NEW_BETA, [OPUS]), (NEW_BETA, "default")):
        body = {**ASK, "fallbacks": given}
        assert strict.post("/v1/messages", json=body, headers={"anthropic-beta": beta}).json()["model"] == OPUS["model"]


def test_default_on_a_model_without_classifiers_leaves_the_refusal(strict: httpx.Client) -> None:
    body = {
        **ASK,
        "model": "claude-sonnet-5",
        "fallbacks": "default",
        "messages": [{"role": "user", "content": "TERCET_REFUSE"}],
    }
    message = strict.post("/v1/messages", json=body, headers={"anthropic-beta": NEW_BETA}).json()
    assert (message["stop_reason"], message["model"]) == ("refusal", "claude-sonnet-5")


def test_the_lenient_server_serves_such_lists_and_warns(api: httpx.Client) -> None:
    body = {**ASK, "model": "claude-sonnet-5", "fallbacks": [OPUS]}
    answer = api.post("/v1/messages", json=body, headers=BETA)
    assert answer.status_code == 200
    assert answer.headers["tercet-warning"] == "'claude-sonnet-5' does not support the `fallbacks` parameter"


def test_what_an_entry_leaves_out_is_the_requests_as_far_as_its_model_takes_it(api: httpx.Client) -> None:
    shape = {"type": "json_schema", "schema": {"type": "object", "properties": {}, "additionalProperties": False}}
    between = {"type": "between_tools"}
    entry = {"model": "claude-haiku-4-5"}  # takes neither effort nor adaptive thinking
    body = {
        "model": "claude-sonnet-5-5", "max_tokens": 300, "thinking": between, "fallbacks": [entry],
        "output_config": {"effort": "low", "format": shape},
        "messages": [{"role": "user", "content": "TERCET_REFUSE@claude-sonnet-5-5 Hello"}],
    }  # fmt: skip
    answer = api.post("/v1/messages", json=body, headers=BETA)
    assert answer.json()["content"][-1]["text"] == "{}"
    assert "effort" not in answer.headers.get("tercet-warning", "")
    worded = {**body, "fallbacks": [{**entry, "output_config": None}]}
    assert "{" not in api.post("/v1/messages", json=worded, headers=BETA).json()["content"][-1]["text"]


def test_a_fallback_model_without_room_is_not_asked_and_the_refusal_names_it() -> None:
    body = {**ASK, "fallbacks": [OPUS]}
    with LocalServer(rate_limits={"requests": 1}, clock=lambda: 1_795_000_000.0) as server:
        url = f"{server.base_url}/v1/messages"
        plain = {**ASK, "model": "claude-opus-5-5"}
        assert httpx.post(url, json=plain, headers=HEADERS, trust_env=False).status_code == 200
        message = httpx.post(url, json=body, headers={**HEADERS, **BETA}, trust_env=False).json()
        again = httpx.post(url, json=ASK, headers={**HEADERS, **BETA}, trust_env=False)
    assert (message["stop_reason"], message["model"]) == ("refusal", "claude-fable-5-1")
    assert message["stop_details"]["recommended_model"] == "claude-opus-5-5"
    assert again.status_code == 429  # the attempt that was declined counted for its model


def test_most_refusals_before_any_output_cost_nothing() -> None:
    with LocalServer(spend_limit=0.0001, clock=lambda: 1_795_000_000.0) as server:

        def status(category: str) -> int:
            body = {**ASK, "messages": [{"role": "user", "content": f"TERCET_REFUSE:{category} {'word ' * 200}"}]}
            return httpx.post(f"{server.base_url}/v1/messages", json=body, headers=HEADERS, trust_env=False).status_code

        assert [status("cyber"), status("cyber"), status("bio"), status("bio")] == [200, 200, 200, 429]


@pytest.mark.parametrize(
    "path",
    [
        "/model/anthropic.claude-fable-5-1/invoke",
        "/v1/projects/p/locations/global/publishers/anthropic/models/claude-fable-5-1:rawPredict",
    ],
)
def test_platforms_do_not_know_fallbacks(api: httpx.Client, path: str) -> None:
    body = {"anthropic_version": "2026-10-21", "max_tokens": 9, "messages": ASK["messages"], "fallbacks": [OPUS]}
    answer = api.post(path, json=body, headers={"authorization": "Bearer token"})
    assert answer.status_code == 400
    assert "fallbacks: Extra inputs are not permitted" in answer.text


def test_models_tell_what_they_may_fall_back_to_where_it_is_known(api: httpx.Client) -> None:
    told = {
        name: api.get(f"/v1/models/{name}", headers={"anthropic-beta": NEW_BETA})
        .json()
        .get("allowed_fallback_models", "unknown")
        for name in ("claude-opus-5", "claude-sonnet-5", "claude-fable-5-1")
    }
    assert told == {"claude-opus-5": ["claude-opus-4-8"], "claude-sonnet-5": [], "claude-fable-5-1": "unknown"}
    assert "allowed_fallback_models" not in api.get("/v1/models/claude-opus-5").json()
