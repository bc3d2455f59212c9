"""The forms of Bedrock and Vertex over HTTP. Frames are read by botocore, not by code of ours."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
from botocore.eventstream import EventStreamBuffer

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
