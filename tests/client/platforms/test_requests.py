"""The platforms' clients send what the official SDK sends for the same arguments, but for the API version in the body,
where the platform's own classic value stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.client.platforms.clouds import cloud
from tests.client.scripted import EVENTS, JSON, MESSAGE, SSE, Script

import tercet
from tercet.wire.http import Request

ROWS = json.loads((Path(__file__).parents[2] / "samples" / "platform_requests.json").read_text("utf-8"))["rows"]
SENT = [row for row in ROWS if "error" not in row]
REFUSED = [row for row in ROWS if "error" in row]
CLASSIC = {"AnthropicBedrock": "bedrock-2023-05-31", "AnthropicVertex": "vertex-2023-10-16"}
COUNT = b'{"input_tokens": 3}'
# What the SDK moves from the client's own default headers is not what it moves from a call's; see the test below.
ELSEWHERE = "default beta header"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # some rows name a model that is on its way out


def name_of(row: dict[str, Any]) -> str:
    return f"{row['client']}: {row['name']}"


def script_for(row: dict[str, Any]) -> Script:
    streamed = "stream" in row["call"] or row["arguments"].get("stream")
    if streamed:
        return Script((200, SSE, EVENTS))
    return Script((200, JSON, COUNT if "count" in row["call"] else MESSAGE))


def ask(row: dict[str, Any], script: Script) -> None:
    method = cloud(row["client"], script, **row["options"])
    for part in row["call"].split("."):
        method = getattr(method, part)
    made = method(**row["arguments"])
    if row["call"].endswith("stream"):
        with made as stream:
            stream.until_done()
    elif row["arguments"].get("stream"):
        list(made)


def body_of(row: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(row["content"])
    if row["client"] in CLASSIC and body["anthropic_version"] == "2026-10-21":
        body["anthropic_version"] = CLASSIC[row["client"]]
    return body


def headers_of(row: dict[str, Any]) -> dict[str, str]:
    """The headers that say something about the call. A signature is another test's: it covers names that differ."""
    left_out = {"host", "x-amz-date", "anthropic-version"}
    headers = {name: value for name, value in row["headers"].items() if name not in left_out}
    if headers.get("authorization", "").startswith("AWS4-"):
        headers["authorization"] = "signed"
    return headers


def told(request: Request, names: Any) -> dict[str, str]:
    headers = {name: request.headers[name] for name in names if name in request.headers}
    if headers.get("authorization", "").startswith("AWS4-"):
        headers["authorization"] = "signed"
    return headers


@pytest.mark.parametrize("row", [row for row in SENT if row["name"] != ELSEWHERE], ids=name_of)
def test_a_call_sends_what_the_official_sdk_sends(row: dict[str, Any]) -> None:
    script = script_for(row)

    ask(row, script)

    request = script.sent[0]
    url = urlsplit(request.url)
    wanted = headers_of(row)
    assert (request.method, url.netloc, f"{url.path}?{url.query}".rstrip("?")) == ("POST", row["host"], row["url"])
    assert json.loads(request.content) == body_of(row)
    assert told(request, [*wanted, "x-api-key", "api-key", "authorization", "anthropic-beta"]) == wanted


@pytest.mark.parametrize("row", REFUSED, ids=name_of)
def test_what_the_official_sdk_refuses_is_refused_before_anything_is_sent(row: dict[str, Any]) -> None:
    script = script_for(row)

    with pytest.raises((tercet.AnthropicError, ValueError)):
        ask(row, script)

    assert script.sent == []


def test_beta_features_named_in_default_headers_reach_the_body_too() -> None:
    row = next(row for row in SENT if row["name"] == ELSEWHERE)
    script = script_for(row)

    ask(row, script)

    assert json.loads(script.sent[0].content)["anthropic_beta"] == ["zzz"]
