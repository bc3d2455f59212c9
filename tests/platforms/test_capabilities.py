"""What a platform lacks is said before anything is sent; what only looks like it passes."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from tercet.platforms.capabilities import LACKING, refuse_endpoint, refuse_fields
from tercet.wire.errors import AnthropicError
from tercet.wire.http import Headers, Request

URL_IMAGE = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.jpg"}}
FILE_DOCUMENT = {"type": "document", "source": {"type": "file", "file_id": "file_1"}}
BYTES = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}


def check(platform: str, **fields: Any) -> None:
    content = json.dumps(fields, separators=(",", ":")).encode()
    refuse_fields(
        platform, msgspec.json.decode(content, type=dict[str, msgspec.Raw]), Request("POST", "", Headers(), content)
    )


def turn(*blocks: Any) -> list[dict[str, Any]]:
    return [{"role": "user", "content": list(blocks)}]


ROWS = [(platform, path) for platform, lacking in LACKING.items() for path in lacking.endpoints]


@pytest.mark.parametrize(("platform", "path"), ROWS)
def test_an_endpoint_that_is_not_there_is_named_with_all_below_it(platform: str, path: str) -> None:
    for asked in (path, f"{path}/some-id"):
        with pytest.raises(AnthropicError, match=f"{platform} does not support {asked}, so nothing was sent"):
            refuse_endpoint(platform, asked)


@pytest.mark.parametrize("platform", LACKING)
def test_messages_are_everywhere(platform: str) -> None:
    assert refuse_endpoint(platform, "/v1/messages") is None  # type: ignore[func-returns-value]


@pytest.mark.parametrize("platform", ["Amazon Bedrock", "Vertex AI"])
@pytest.mark.parametrize(
    ("where", "messages"),
    [
        ("messages[0].content[0].source", turn(URL_IMAGE)),
        ("messages[0].content[1].source", turn(BYTES, FILE_DOCUMENT)),
        (
            "messages[0].content[0].content[0].source",
            turn({"type": "tool_result", "tool_use_id": "t", "content": [URL_IMAGE]}),
        ),
        (
            "messages[0].content[0].source.content[0].source",
            turn({"type": "document", "source": {"type": "content", "content": [URL_IMAGE]}}),
        ),
    ],
)
def test_a_source_that_the_platform_cannot_fetch_is_pointed_at(platform: str, where: str, messages: Any) -> None:
    with pytest.raises(AnthropicError) as raised:
        check(platform, messages=messages)

    assert f"{platform} does not support {where} of type" in str(raised.value)
    assert "base64" in str(raised.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": turn(BYTES)},
        {"messages": turn({"type": "text", "text": 'say "type":"url"'})},
        {"messages": turn({"type": "tool_use", "id": "t", "name": "n", "input": {"type": "url", "url": "x"}})},
        {"messages": turn({"type": "tool_use", "id": "t", "name": "n", "input": {"source": {"type": "url"}}})},
        {"messages": [], "tools": [{"name": "n", "input_schema": {"enum": [{"type": "url"}]}}]},
        {"messages": "no list", "system": [{"type": "text", "text": "", "x": {"type": "url"}}]},
        {"messages": [], "mcp_servers": [], "cache_control": None},
    ],
)
def test_what_only_looks_like_it_passes(fields: dict[str, Any]) -> None:
    for platform in LACKING:
        check(platform, **fields)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cache_control", {"type": "ephemeral"}),
        ("mcp_servers", [{"type": "url", "url": "https://example.com", "name": "x"}]),
        ("fallbacks", [{"model": "m"}]),
    ],
)
def test_bedrock_lacks_some_fields(name: str, value: Any) -> None:
    with pytest.raises(AnthropicError, match=f"Amazon Bedrock does not support {name}="):
        check("Amazon Bedrock", messages=[], **{name: value})
