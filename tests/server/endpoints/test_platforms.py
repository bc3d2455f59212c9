"""The forms of Bedrock and Vertex over HTTP. Frames are read by botocore, not by code of ours."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import UUID

import httpx
import pytest
from botocore.eventstream import EventStreamBuffer

from tercet.server.run import LocalServer

ASK = {"anthropic_version": "2026-10-21", "max_tokens": 60, "messages": [{"role": "user", "content": "Hello"}]}
AWS = {"authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20261120/us-east-1/bedrock/aws4_request"}
GOOGLE = {"authorization": "Bearer token"}
MODEL = "/model/anthropic.claude-opus-4-5-20251101-v1%3A0"
VERTEX = "/v1/projects/p/locations/us-east5/publishers/anthropic/models"


def send(base_url: str, path: str, headers: dict[str, str], body: Any = ASK) -> httpx.Response:
    return httpx.post(base_url + path, json=body, headers=headers, trust_env=False)


def test_bedrock_answers_with_the_message(server: Any) -> None:
    answer = send(server.base_url, f"{MODEL}/invoke", AWS)
    message = answer.json()
    assert (message["id"][:12], message["model"]) == ("msg_bdrk_01" + message["id"][11], "claude-opus-4-5-20251101")
    assert int(answer.headers["x-amzn-bedrock-input-token-count"]) == message["usage"]["input_tokens"]


def test_bedrock_streams_in_frames_that_its_own_library_reads(server: Any) -> None:
    answer = send(server.base_url, f"{MODEL}/invoke-with-response-stream", AWS)
    assert answer.headers["content-type"] == "application/vnd.amazon.eventstream"
    buffer = EventStreamBuffer()
    buffer.add_data(answer.content)
    frames = list(buffer)
    assert {frame.headers[":event-type"] for frame in frames} == {"chunk"}
    events = [json.loads(base64.b64decode(json.loads(frame.payload)["bytes"])) for frame in frames]
    kinds = [event["type"] for event in events]
    assert (kinds[0], kinds[-2], kinds[-1], "ping" in kinds) == (
        "message_start",
        "message_delta",
        "message_stop",
        False,
    )
    assert events[-1]["amazon-bedrock-invocationMetrics"]["outputTokenCount"] == events[-2]["usage"]["output_tokens"]


def test_bedrock_refuses_in_the_shape_of_aws(server: Any) -> None:
    wrong = send(server.base_url, f"{MODEL}/invoke", AWS, {**ASK, "messages": []})
    assert (wrong.status_code, wrong.json()) == (400, {"message": "messages: at least one message is required"})
    assert wrong.headers["x-amzn-errortype"] == "ValidationException"
    assert send(server.base_url, f"{MODEL}/invoke", {}).status_code == 403
    assert send(server.base_url, "/model/nothing/invoke", AWS).status_code == 404
    assert send(server.base_url, f"{MODEL}/invoke", AWS, {**ASK, "model": "x"}).status_code == 400


def test_every_answer_of_bedrock_has_amazons_own_request_id(server: Any) -> None:
    verbs = ("invoke", "invoke-with-response-stream", "invoke")
    bodies = (ASK, ASK, {**ASK, "messages": []})
    found = [send(server.base_url, f"{MODEL}/{verb}", AWS, body) for verb, body in zip(verbs, bodies, strict=True)]
    ids = [answer.headers["x-amzn-requestid"] for answer in found]
    assert [str(UUID(each)) for each in ids] == ids
    assert len(set(ids)) == 3


def test_vertex_answers_streams_and_counts(server: Any) -> None:
    message = send(server.base_url, f"{VERTEX}/claude-opus-4-5@20251101:rawPredict", GOOGLE).json()
    assert (message["id"].startswith("msg_vrtx_01"), message["model"]) == (True, "claude-opus-4-5-20251101")
    streaming = {**ASK, "stream": True}
    stream = send(server.base_url, f"{VERTEX}/claude-opus-4-5@20251101:streamRawPredict", GOOGLE, streaming)
    assert stream.text.startswith("event: message_start\n")
    counting = {
        "anthropic_version": "vertex-2023-10-16",
        "model": "claude-opus-4-5@20251101",
        "messages": ASK["messages"],
    }
    assert send(server.base_url, f"{VERTEX}/count-tokens:rawPredict", GOOGLE, counting).json()["input_tokens"] > 0


def test_vertex_refuses_in_the_shape_of_the_api(server: Any) -> None:
    wrong = send(server.base_url, f"{VERTEX}/claude-opus-4-5:rawPredict", GOOGLE, {**ASK, "messages": []}).json()
    assert wrong["error"]["message"] == "messages: at least one message is required"
    assert wrong["request_id"].startswith("req_vrtx_")
    assert send(server.base_url, f"{VERTEX}/claude-opus-4-5:predict", GOOGLE).status_code == 404
    assert send(server.base_url, f"{VERTEX}/claude-opus-4-5:rawPredict", {}).status_code == 401


@pytest.mark.parametrize(
    ("limits", "size", "said"),
    [({"requests": 1}, 1, "Too many requests"), ({"input_tokens": 100}, 5000, "Too many tokens")],
)
def test_bedrock_has_limits_of_its_own_and_says_so_in_amazons_words(limits: Any, size: int, said: str) -> None:
    body = {**ASK, "messages": [{"role": "user", "content": "word " * size}]}
    with LocalServer(rate_limits=limits, clock=lambda: 1_795_000_000.0) as server:
        send(server.base_url, f"{MODEL}/invoke", AWS, body)
        answer = send(server.base_url, f"{MODEL}/invoke", AWS, body)
        stream = send(server.base_url, f"{MODEL}/invoke-with-response-stream", AWS, body)
        native = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
        plain = {"model": "claude-opus-4-5", "max_tokens": 5, "messages": ASK["messages"]}
        assert send(server.base_url, "/v1/messages", native, plain).status_code == 200
    for refused in (answer, stream):
        assert (refused.status_code, refused.json()) == (429, {"message": f"{said}, please wait before trying again."})
        assert refused.headers["x-amzn-errortype"] == "ThrottlingException"
        assert [name for name in refused.headers if "ratelimit" in name or name == "retry-after"] == []


@pytest.mark.parametrize(
    ("region", "verb", "quota"),
    [
        ("us-east5", "rawPredict", "online_prediction_requests_per_base_model"),
        ("global", "streamRawPredict", "global_online_prediction_requests_per_base_model"),
    ],
)
def test_vertex_has_limits_of_its_own_and_says_so_in_googles_shape(region: str, verb: str, quota: str) -> None:
    path = f"/v1/projects/p/locations/{region}/publishers/anthropic/models/claude-opus-4-5@20251101:{verb}"
    with LocalServer(rate_limits={"requests": 1}, clock=lambda: 1_795_000_000.0) as server:
        assert send(server.base_url, path, GOOGLE).status_code == 200
        refused = send(server.base_url, path, GOOGLE)
    body = refused.json()
    assert refused.status_code == 429
    assert isinstance(body, list) == (verb == "streamRawPredict")
    assert (body[0] if isinstance(body, list) else body)["error"] == {
        "code": 429,
        "message": f"Quota exceeded for aiplatform.googleapis.com/{quota} with base model: anthropic-claude-opus-4-5. "
        "Please submit a quota increase request.",
        "status": "RESOURCE_EXHAUSTED",
    }


def test_no_caller_of_a_platform_is_known_by_the_credential_itself(server: Any) -> None:
    send(server.base_url, f"{MODEL}/invoke", {"authorization": "Bearer bedrock-secret-7"})
    send(server.base_url, f"{VERTEX}/claude-opus-4-5:rawPredict", {"authorization": "Bearer google-secret-8"})
    kept = [key for key, _ in server.app.state.service.limiter._kept]
    assert any(key.startswith("bdrk_") for key in kept)
    assert not any("secret" in key for key in kept)
