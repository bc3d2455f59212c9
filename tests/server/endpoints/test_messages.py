"""Messages over HTTP: plain, streamed, counted; and that bad input never breaks the server."""

from __future__ import annotations

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tercet.server.run import LocalServer
from tercet.server.service.responder import Answer

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}

ASK = {"model": "claude-opus-5-5", "max_tokens": 300, "messages": [{"role": "user", "content": "Hello"}]}
TOOLS = [
    {
        "name": "get_weather",
        "description": "The weather of a city",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    }
]


class Scripted:
    """Answers everything with the same blocks."""

    def __init__(self, *blocks: dict[str, Any], stop_reason: str = "end_turn") -> None:
        self._answer = Answer(list(blocks), stop_reason, 7)

    def answer(self, request: Any, headers: Any) -> Answer:
        return self._answer


def events(text: str) -> list[tuple[str, Any]]:
    found = []
    for record in text.split("\n\n")[:-1]:
        name, data = record.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def rebuilt(found: list[tuple[str, Any]]) -> dict[str, Any]:
    message: dict[str, Any] = {}
    partial: dict[int, str] = {}
    for name, data in found:
        if name == "message_start":
            message = data["message"]
        elif name == "content_block_start":
            message["content"].append(data["content_block"])
        elif name == "content_block_delta":
            apply(message["content"][data["index"]], data["delta"], partial, data["index"])
        elif name == "message_delta":
            message["usage"].update(data["usage"])
            message.update({key: value for key, value in data.items() if key not in ("type", "delta", "usage")})
            message.update(data["delta"])
    for index, text in partial.items():
        message["content"][index]["input"] = json.loads(text or "{}")
    return message


def apply(block: dict[str, Any], delta: dict[str, Any], partial: dict[int, str], index: int) -> None:
    kind = delta["type"]
    if kind == "text_delta":
        block["text"] += delta["text"]
    elif kind == "thinking_delta":
        block["thinking"] += delta["thinking"]
    elif kind == "signature_delta":
        block["signature"] = delta["signature"]
    elif kind == "citations_delta":
        block["citations"].append(delta["citation"])
    elif kind == "input_json_delta":
        partial[index] = partial.get(index, "") + delta["partial_json"]


def test_a_message_has_every_field_of_the_api(api: httpx.Client) -> None:
    answer = api.post("/v1/messages?beta=true", json=ASK)
    message = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert list(message) == [
        "id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "stop_details", "container", "usage",
    ]  # fmt: skip
    assert message["id"].startswith("msg_01")
    assert len(message["id"]) == 28
    assert (message["model"], message["stop_reason"], message["container"]) == ("claude-opus-5-5", "end_turn", None)


def test_an_alias_is_answered_under_the_dated_id(api: httpx.Client) -> None:
    assert (
        api.post("/v1/messages", json={**ASK, "model": "claude-haiku-4-5"}).json()["model"]
        == "claude-haiku-4-5-20251001"
    )


def test_a_stream_has_the_events_of_the_api_in_order() -> None:
    blocks = (
        {"type": "text", "text": "Let me"},
        {"type": "tool_use", "id": "toolu_01A", "name": "get_weather", "input": {"city": "Oslo"}},
    )
    with LocalServer(answerer=Scripted(*blocks, stop_reason="tool_use")) as server:
        url = f"{server.base_url}/v1/messages"
        answer = httpx.post(url, json={**ASK, "stream": True}, headers=HEADERS, trust_env=False)
    found = events(answer.text)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert all(name == data["type"] for name, data in found)
    start = found[0][1]["message"]
    assert (start["content"], start["stop_reason"], start["usage"]["output_tokens"]) == ([], None, 4)
    assert [data for _, data in found[1:-2]] == [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Let"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": " me"}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "content_block_start",
            "index": 1,
            "content_block": {"type": "tool_use", "id": "toolu_01A", "name": "get_weather", "input": {}},
        },
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": ""}},
        {
            "type": "content_block_delta",
            "index": 1,
            "delta": {"type": "input_json_delta", "partial_json": '{"city":"Oslo"}'},
        },
        {"type": "content_block_stop", "index": 1},
    ]
    assert found[-2][1]["delta"] == {"stop_reason": "tool_use", "stop_sequence": None, "stop_details": None}
    assert found[-2][1]["usage"]["output_tokens"] == 7
    assert found[-1][1] == {"type": "message_stop"}


def test_a_stream_put_together_is_the_plain_message(api: httpx.Client) -> None:
    asks = [
        ASK,
        {**ASK, "thinking": {"type": "adaptive", "display": "summarized"}},
        {**ASK, "tools": TOOLS, "messages": [{"role": "user", "content": "What is the weather in Oslo and Rome?"}]},
        {**ASK, "max_tokens": 3},
        {**ASK, "messages": [{"role": "user", "content": "TERCET_REFUSE:cyber"}]},
    ]
    for ask in asks:
        plain = api.post("/v1/messages", json=ask).json()
        streamed = rebuilt(events(api.post("/v1/messages", json={**ask, "stream": True}).text))
        for one, other in zip(streamed["content"], plain["content"], strict=True):
            if "id" in one:
                assert one["id"] != other["id"]
                one["id"] = other["id"]
        assert {**streamed, "id": plain["id"]} == plain


def test_other_blocks_are_streamed_as_the_api_cuts_them() -> None:
    citation = {"type": "char_location", "cited_text": "a", "document_index": 0, "document_title": None}
    blocks = (
        {"type": "redacted_thinking", "data": "xyz"},
        {"type": "text", "text": "So.", "citations": [citation]},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []},
        {"type": "compaction", "content": "Sum", "encrypted_content": "e"},
        {"type": "tool_use", "id": "toolu_1", "name": "now", "input": {}},
    )
    with LocalServer(answerer=Scripted(*blocks)) as server:
        url = f"{server.base_url}/v1/messages"
        found = events(httpx.post(url, json={**ASK, "stream": True}, headers=HEADERS, trust_env=False).text)
    starts = [data["content_block"] for name, data in found if name == "content_block_start"]
    deltas = [data["delta"] for name, data in found if name == "content_block_delta"]
    assert starts == [
        blocks[0],
        {"citations": [], "type": "text", "text": ""},
        blocks[2],
        {"type": "compaction", "content": None, "encrypted_content": None},
        blocks[4],
    ]
    assert deltas == [
        {"type": "citations_delta", "citation": citation},
        {"type": "text_delta", "text": "So."},
        {"type": "compaction_delta", "content": "Sum", "encrypted_content": "e"},
        {"type": "input_json_delta", "partial_json": ""},
    ]


def test_tokens_are_counted_as_they_are_billed(api: httpx.Client) -> None:
    counted = api.post("/v1/messages/count_tokens", json={"model": ASK["model"], "messages": ASK["messages"]}).json()
    assert counted == {"input_tokens": api.post("/v1/messages", json=ASK).json()["usage"]["input_tokens"]}


def test_a_thread_goes_on_after_a_message_by_its_id(api: httpx.Client) -> None:
    begun = {**ASK, "thread": {"type": "create"}, "messages": [{"role": "user", "content": "My name is Alice."}]}
    first = api.post("/v1/messages", json=begun).json()
    following = {"type": "continue", "previous_message_id": first["id"]}
    asked = {**ASK, "thread": following, "messages": [{"role": "user", "content": "What is my name?"}]}
    assert "Alice" in api.post("/v1/messages", json=asked).json()["content"][-1]["text"]
    missing = api.post("/v1/messages", json={**asked, "thread": {**following, "previous_message_id": "msg_none"}})
    assert (missing.status_code, missing.json()["error"]["details"]) == (404, {"error_code": "thread_not_found"})


def test_retired_and_unknown_claude_models_are_served_leniently_with_a_warning(api: httpx.Client) -> None:
    retired = api.post("/v1/messages", json={**ASK, "model": "claude-3-opus-20240229"})
    assert (retired.status_code, "retired" in retired.headers["tercet-warning"]) == (200, True)
    unknown = api.post("/v1/messages", json={**ASK, "model": "claude-future-9"})
    assert (unknown.json()["model"], "not known" in unknown.headers["tercet-warning"]) == ("claude-future-9", True)
    foreign = api.post("/v1/messages", json={**ASK, "model": "gpt-4"})
    assert (foreign.status_code, foreign.json()["error"]) == (
        404,
        {"type": "not_found_error", "message": "model: gpt-4"},
    )


def test_a_strict_server_knows_present_models_only() -> None:
    with LocalServer(strict=True) as server:
        for model in ("claude-3-opus-20240229", "claude-future-9", "anthropic.claude-opus-4-5-20251101-v1:0"):
            answer = httpx.post(
                f"{server.base_url}/v1/messages", json={**ASK, "model": model}, headers=HEADERS, trust_env=False
            )
            assert (answer.status_code, answer.json()["error"]["message"]) == (404, f"model: {model}")


def test_fifty_streams_at_once_are_each_whole(server: LocalServer) -> None:
    def one(number: int) -> str:
        ask = {**ASK, "stream": True, "messages": [{"role": "user", "content": f"My name is Ada{number}."}]}
        found = events(
            httpx.post(f"{server.base_url}/v1/messages", json=ask, headers=HEADERS, trust_env=False, timeout=30).text
        )
        assert found[-1][0] == "message_stop"
        return str(rebuilt(found)["content"][-1]["text"])

    with ThreadPoolExecutor(50) as pool:
        texts = list(pool.map(one, range(50)))
    assert [f"Ada{number}" in text for number, text in enumerate(texts)] == [True] * 50


def test_a_failing_answerer_is_a_500_in_the_api_shape() -> None:
    class Broken:
        def answer(self, request: Any, headers: Any) -> Answer:
            raise ZeroDivisionError

    with LocalServer(answerer=Broken()) as server:
        answer = httpx.post(f"{server.base_url}/v1/messages", json=ASK, headers=HEADERS, trust_env=False)
    assert (answer.status_code, answer.json()["error"]) == (
        500,
        {"type": "api_error", "message": "Internal server error"},
    )


# --- mutated requests --------------------------------------------------------------------------------------------------

RICH: dict[str, Any] = {
    **ASK,
    "system": [{"type": "text", "text": "Be kind", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
    "tools": [*TOOLS, {"type": "web_search_20250305", "name": "web_search", "max_uses": 2}],
    "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
    "thinking": {"type": "adaptive", "display": "summarized"},
    "stop_sequences": ["END"],
    "metadata": {"user_id": "u"},
    "context_management": {"edits": [{"type": "clear_tool_uses_20250919", "keep": {"type": "tool_uses", "value": 3}}]},
    "output_config": {
        "effort": "low",
        "format": {
            "type": "json_schema",
            "schema": {
                "type": "object",
                "properties": {"n": {"type": "integer"}},
                "required": ["n"],
                "additionalProperties": False,
            },
        },
    },
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Weather in Oslo?"},
                {
                    "type": "document",
                    "source": {"type": "text", "media_type": "text/plain", "data": "Snow."},
                    "title": "T",
                },
                {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
                {"type": "search_result", "source": "kb", "title": "t", "content": [{"type": "text", "text": "x"}]},
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm", "signature": "sig"},
                {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Oslo"}},
            ],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "3"}]}],
        },
    ],
}
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "text", "x", "$ref"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [found for key in keys for found in ((*path, key), *places(value[key], (*path, key)))]


PLACES = places(RICH)


def mutated(changes: list[tuple[tuple[Any, ...], str, Any]]) -> dict[str, Any]:
    request = copy.deepcopy(RICH)
    for path, how, junk in changes:
        parent: Any = request
        try:
            for key in path[:-1]:
                parent = parent[key]
            if how == "remove":
                del parent[path[-1]]
            elif how == "add" and isinstance(parent[path[-1]], dict):
                parent[path[-1]]["extra"] = junk
            elif how == "double" and isinstance(parent[path[-1]], list):
                parent[path[-1]] *= 2
            else:
                parent[path[-1]] = junk
        except (KeyError, IndexError, TypeError):
            continue
    return request


def test_the_request_that_is_mutated_is_valid(api: httpx.Client) -> None:
    assert api.post("/v1/messages", json=RICH).status_code == 200


CHANGES = st.lists(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(["remove", "set", "add", "double"]), JUNK),
    min_size=1,
    max_size=3,
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CHANGES, st.sampled_from(["/v1/messages", "/v1/messages/count_tokens"]))
def test_no_mutated_request_is_answered_with_a_server_error(api: httpx.Client, changes: Any, path: str) -> None:
    request = mutated(changes)
    if path.endswith("count_tokens"):
        request.pop("max_tokens", None)
    answer = api.post(path, json=request)
    assert answer.status_code < 500, (request, answer.text)
    if answer.status_code != 200:
        assert answer.json()["type"] == "error"
        assert answer.json()["request_id"] == answer.headers["request-id"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | st.integers(0, 400).map(lambda cut: json.dumps(RICH).encode()[:cut]))
def test_no_body_is_answered_with_a_server_error(api: httpx.Client, body: bytes) -> None:
    answer = api.post("/v1/messages", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["type"] == "invalid_request_error"
