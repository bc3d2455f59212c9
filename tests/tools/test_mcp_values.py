"""What MCP servers give becomes what the API takes, in both generations of the package `mcp`: camelCase and snake_case."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import Any

import pytest

from tercet.lib.tools import ToolError
from tercet.lib.tools.mcp import (
    UnsupportedMCPValueError,
    mcp_content,
    mcp_message,
    mcp_resource_to_content,
    mcp_resource_to_file,
)

TYPE_NAMES = ["mimeType", "mime_type"]
DATA = base64.b64encode(b"bytes").decode()
CACHE: Any = {"type": "ephemeral"}


def value(**fields: Any) -> Any:
    return SimpleNamespace(**fields)


def result(**fields: Any) -> Any:
    return value(contents=[value(uri="file:///docs/a.txt?x=1", **fields)])


@pytest.mark.parametrize("named", TYPE_NAMES)
@pytest.mark.parametrize(
    ("fields", "media_type", "block"),
    [
        ({"text": "a"}, "text/markdown", {"type": "text", "data": "a", "media_type": "text/plain"}),
        ({"text": "a"}, None, {"type": "text", "data": "a", "media_type": "text/plain"}),
        ({"blob": DATA}, "text/plain", {"type": "text", "data": "bytes", "media_type": "text/plain"}),
        ({"blob": DATA}, "application/pdf", {"type": "base64", "data": DATA, "media_type": "application/pdf"}),
        ({"blob": DATA}, "image/png", {"type": "base64", "data": DATA, "media_type": "image/png"}),
    ],
)
def test_resources_become_documents_and_images(named: str, fields: Any, media_type: Any, block: Any) -> None:
    content = mcp_resource_to_content(result(**fields, **{named: media_type}), cache_control=CACHE)

    kind = "image" if media_type == "image/png" else "document"
    assert content == {"type": kind, "source": block, "cache_control": CACHE}


def test_content_blocks_become_blocks() -> None:
    resource = value(uri="file:///a", text="a", mimeType="text/plain")

    assert mcp_content(value(type="text", text="a")) == {"type": "text", "text": "a"}
    assert mcp_content(value(type="image", data=DATA, mimeType="image/png"))["source"]["data"] == DATA
    assert mcp_content(value(type="resource", resource=resource))["type"] == "document"
    assert mcp_message(value(role="user", content=value(type="text", text="a")), cache_control=CACHE) == {
        "role": "user",
        "content": [{"type": "text", "text": "a", "cache_control": CACHE}],
    }


def test_a_resource_becomes_a_file_to_upload() -> None:
    assert mcp_resource_to_file(result(text="a", mimeType="text/plain")) == ("a.txt", b"a", "text/plain")
    assert mcp_resource_to_file(result(blob=DATA, mime_type=None)) == ("a.txt", b"bytes", None)
    assert mcp_resource_to_file(value(contents=[value(uri="memo://", text="a")]))[0] is None


def test_the_first_resource_that_the_api_can_take_is_taken() -> None:
    both = [value(uri="file:///v", blob=DATA, mimeType="video/mp4"), value(uri="file:///a", text="a", mimeType=None)]

    assert mcp_resource_to_content(value(contents=both))["source"]["data"] == "a"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: mcp_content(value(type="audio", data=DATA)), "content type: audio"),
        (lambda: mcp_content(value(type="resource_link", uri="file:///a")), "content type: resource_link"),
        (lambda: mcp_content(value(type="image", data=DATA, mimeType="image/tiff")), "image/tiff"),
        (lambda: mcp_content(5), "content type: int"),
        (lambda: mcp_resource_to_content(result(text="a", mimeType="image/png")), "must have blob data"),
        (lambda: mcp_resource_to_content(result(blob=DATA, mimeType="video/mp4")), "Available: video/mp4"),
        (lambda: mcp_resource_to_content(value(contents=[])), "at least one item"),
        (lambda: mcp_resource_to_file(value(contents=[])), "at least one item"),
    ],
)
def test_what_the_api_cannot_take_is_said(make: Any, says: str) -> None:
    with pytest.raises(UnsupportedMCPValueError, match=says):
        make()


def test_tool_error_is_the_one_that_the_runner_knows() -> None:
    from tercet.tools import mcp as mcp_values

    with pytest.raises(ToolError, match="no such city"):
        mcp_values.tool_result(value(content=[value(type="text", text="no such city")], isError=True))
