"""Requests to Bedrock: where they go, what moves, what is refused; and replies with the API's own names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tercet.platforms.aws_credentials import AmazonCredentials
from tercet.platforms.bedrock import Bedrock, hides_model, model_segment
from tercet.transport.base import Reply
from tercet.wire.errors import AnthropicError
from tercet.wire.http import Headers, Request, Timeout

BASE = "https://bedrock-runtime.us-east-1.amazonaws.com"
ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123"
ASK: dict[str, Any] = {"model": "anthropic.m", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}


def platform(hint: Any = None) -> Bedrock:
    return Bedrock("us-east-1", AmazonCredentials("AKIDEXAMPLE", "secret", None, None), hint)


def request(path: str = "/v1/messages", *, base: str = BASE, method: str = "POST", **headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = json.dumps(ASK, separators=(",", ":")).encode()
    return Request(method, base + path, Headers(named), content, timeout=Timeout(7), stream=True)


def test_a_message_becomes_an_invocation() -> None:
    made = platform().shape(request(anthropic_version="bedrock-2023-05-31", accept="text/event-stream"), BASE)

    assert made.url == f"{BASE}/model/anthropic.m/invoke"
    assert list(json.loads(made.content)) == ["anthropic_version", "max_tokens", "messages"]
    assert dict(made.headers) == {"accept": "application/json"}
    assert (made.stream, made.timeout) == (True, Timeout(7))


def test_a_base_url_with_a_path_keeps_it() -> None:
    made = platform().shape(request(base="https://gateway.example/bedrock"), "https://gateway.example/bedrock")

    assert made.url == "https://gateway.example/bedrock/model/anthropic.m/invoke"


def test_the_query_goes_along_but_for_the_mark_of_beta() -> None:
    made = platform().shape(request("/v1/messages?beta=true&a=1"), BASE)

    assert made.url.endswith("/invoke?a=1")


@pytest.mark.parametrize("path", ["/model/m/converse", "/guardrail/g"])
def test_other_paths_go_as_they_are(path: str) -> None:
    asked = request(path, anthropic_version="v")
    made = platform().shape(asked, BASE)

    assert (made.url, made.content, dict(made.headers)) == (asked.url, asked.content, {})


def test_other_hosts_are_left_alone() -> None:
    asked = request(base=BASE + ".evil.example")

    assert platform().shape(asked, BASE) is asked


@pytest.mark.parametrize("model", [".", "..", "..;x", ";x"])
def test_a_model_cannot_lead_elsewhere(model: str) -> None:
    with pytest.raises(ValueError, match="model"):
        model_segment(model)


@pytest.mark.parametrize("content", [b"[]", b"", b'{"a":', b'{"max_tokens":1}', b'{"model":5}', b'{"model":""}'])
def test_a_body_without_a_model_is_refused(content: bytes) -> None:
    with pytest.raises((AnthropicError, ValueError)):
        platform().shape(Request("POST", f"{BASE}/v1/messages", Headers(), content), BASE)


def test_a_token_is_not_signed_over() -> None:
    asked = request(authorization="Bearer mine")

    assert platform().authorise(asked) is asked
    assert platform().authorises_at_once(asked)


def test_amazons_request_id_is_known_by_the_apis_name() -> None:
    made = platform().restore_reply(Reply(200, Headers({"x-amzn-requestid": "id-1"}), b"{}"))

    assert (made.headers["request-id"], made.content) == ("id-1", b"{}")


def test_a_reply_with_nothing_to_rename_stays_the_same() -> None:
    reply = Reply(200, Headers({"request-id": "req_1", "x-amzn-requestid": "id-1"}), b"{}")

    assert platform().restore_reply(reply) is reply


@pytest.mark.parametrize(
    ("hint", "model", "expected"),
    [
        (None, ARN, ARN),
        ("claude-opus-4-6", ARN, "claude-opus-4-6"),
        ("claude-opus-4-6", "anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic.claude-haiku-4-5-20251001-v1:0"),
        ({ARN: "claude-opus-4-6"}, ARN, "claude-opus-4-6"),
        ({ARN: "claude-opus-4-6"}, ARN + "4", ARN + "4"),
    ],
)
def test_a_hint_says_which_model_an_arn_stands_for(hint: Any, model: str, expected: str) -> None:
    assert platform(hint).model_behind(model) == expected


def test_an_arn_that_names_its_model_needs_no_hint() -> None:
    assert not hides_model("arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-4-6-v1")
