"""`input_transformations`: thinking of another conversation is dropped or let pass, and told of where the beta asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tercet.server.run import LocalServer
from tercet.server.service.transformations import transformed
from tercet.server.stores.thinking_bindings import ThinkingBindings

BETA = "thinking-binding-controls-2026-08-01"
ASK: dict[str, Any] = {"model": "claude-opus-5-5", "max_tokens": 2000, "thinking": {"type": "adaptive"}}
DROP = {"type": "adaptive", "block_binding": {"prefix_mismatch_behavior": "drop_block"}}
USER = {"role": "user", "content": "Think about it, step by step."}
MISMATCH = {"path": "messages.1.content.0", "reason": "prefix_binding_mismatch"}


@pytest.fixture(scope="module", params=[False, True], ids=["lenient", "strict"])
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    with LocalServer(strict=request.param) as running:
        yield running


def send(server: LocalServer, *messages: Any, beta: str = BETA, **changes: Any) -> httpx.Response:
    headers = {"x-api-key": "k", "anthropic-version": "2023-06-01", **({"anthropic-beta": beta} if beta else {})}
    body = {**ASK, "messages": list(messages), **changes}
    return httpx.post(f"{server.base_url}/v1/messages", json=body, headers=headers, trust_env=False)


def thought(server: LocalServer) -> dict[str, Any]:
    content = send(server, USER).json()["content"]
    assert content[0]["type"] == "thinking"
    return {"role": "assistant", "content": content}


def test_an_answer_tells_that_nothing_was_changed(server: LocalServer) -> None:
    assert send(server, USER).json()["input_transformations"] == []
    assert send(server, USER, thought(server), USER).json()["input_transformations"] == []
    assert "input_transformations" not in send(server, USER, beta="").json()


def test_blocks_of_another_conversation_are_dropped_where_the_request_says_so(server: LocalServer) -> None:
    answer = thought(server)
    other = {"role": "user", "content": "Something else."}
    message = send(server, other, answer, USER, thinking=DROP).json()
    assert message["input_transformations"] == [{"type": "thinking_dropped", **MISMATCH}]
    without = {"role": "assistant", "content": answer["content"][1:]}
    plain = send(server, other, without, USER, thinking=DROP).json()
    assert plain["input_transformations"] == []
    assert message["usage"]["input_tokens"] == plain["usage"]["input_tokens"]


def test_a_stream_tells_at_its_start(server: LocalServer) -> None:
    other = {"role": "user", "content": "Something else."}
    stream = send(server, other, thought(server), USER, thinking=DROP, stream=True).text
    assert '"thinking_dropped"' in stream.split("\n\n")[0]
    assert stream.count("input_transformations") == 1


def test_otherwise_they_are_refused_by_the_strict_server_and_told_of_by_the_lenient(server: LocalServer) -> None:
    answer = send(server, {"role": "user", "content": "Something else."}, thought(server), USER)
    if server.app.state.settings.strict:
        assert "is bound to a different conversation" in answer.json()["error"]["message"]
    else:
        assert answer.json()["input_transformations"] == [{"type": "thinking_mismatch_allowed", **MISMATCH}]


def block(kind: str, signature: str) -> dict[str, str]:
    return {"type": kind, "thinking": "Hm.", "signature": signature}


def test_the_thinking_blocks_after_a_dropped_one_go_with_it_and_an_empty_message_too() -> None:
    bindings = ThinkingBindings()
    bindings.keep({"messages": [USER]}, [block("thinking", "a"), block("thinking", "b")])
    other = {"role": "user", "content": "Other."}
    answer = {"role": "assistant", "content": [block("thinking", "a"), block("redacted_thinking", "c")]}
    mixed = {"role": "assistant", "content": [{"type": "text", "text": "Hi"}, block("thinking", "b")]}
    request = {"model": "claude-opus-5-5", "thinking": DROP, "messages": [other, answer, other, mixed, other]}
    seen, entries = transformed(request, bindings)
    assert seen["messages"] == [other, other, {"role": "assistant", "content": mixed["content"][:1]}, other]
    assert [entry["path"] for entry in entries] == [
        "messages.1.content.0",
        "messages.1.content.1",
        "messages.3.content.1",
    ]
    assert request["messages"][1] is answer


def test_older_models_do_not_bind() -> None:
    bindings = ThinkingBindings()
    bindings.keep({"messages": [USER]}, [block("thinking", "a")])
    messages = [{"role": "user", "content": "Other."}, {"role": "assistant", "content": [block("thinking", "a")]}, USER]
    request = {"model": "claude-opus-4-6", "messages": messages}
    assert transformed(request, bindings) == (request, [])
