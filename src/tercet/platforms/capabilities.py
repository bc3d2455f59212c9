"""The table of what each platform lacks, and the check of a request against it: a clear error before anything is sent.

Only what is known to be refused stands here. What is not listed is the platform's to answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tercet.wire.errors import AnthropicError
from tercet.wire.http import Request


@dataclass(frozen=True, slots=True)
class Lacking:
    """List what one platform does not have."""

    endpoints: Mapping[str, str] = field(default_factory=dict)
    """Path, with all below it -> what it is called and what to do instead."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Field of a message request -> what to do instead."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Type of an image's or document's source -> what to do instead."""


_DIRECT = "Use the Claude API for them: a client made with Anthropic()."
_BYTES = 'Send the bytes: {"type": "base64", "media_type": ..., "data": ...}.'
_BATCHES = f"message batches. {_DIRECT}"
_MODELS = f"list of models. {_DIRECT}"
_FILES = f"files. {_DIRECT}"

LACKING: Mapping[str, Lacking] = {
    "Amazon Bedrock": Lacking(
        endpoints={
            "/v1/messages/batches": _BATCHES,
            "/v1/messages/count_tokens": "count_tokens. Count with Anthropic() or AnthropicVertex().",
            "/v1/models": _MODELS,
            "/v1/files": _FILES,
        },
        fields={
            "cache_control": "Mark the last block to be cached instead of the whole request.",
            "mcp_servers": "Connect to the MCP server in your program and pass its tools.",
            "fallbacks": "Catch the error and ask the other model.",
        },
        sources={"url": _BYTES, "file": _BYTES},
    ),
    "Vertex AI": Lacking(
        endpoints={"/v1/messages/batches": _BATCHES, "/v1/models": _MODELS, "/v1/files": _FILES},
        sources={"url": _BYTES, "file": _BYTES},
    ),
    "Claude in Amazon Bedrock": Lacking(endpoints={"/v1/models": _MODELS, "/v1/files": _FILES}),
    "Claude Platform on AWS": Lacking(),
    "Microsoft Foundry": Lacking(endpoints={"/v1/messages/batches": _BATCHES, "/v1/models": _MODELS}),
}


def refuse_endpoint(platform: str, path: str) -> None:
    """Raise AnthropicError if the platform has nothing at this path of the Claude API."""
    for start, what in LACKING[platform].endpoints.items():
        if path == start or path.startswith(start + "/"):
            raise AnthropicError(f"{platform} does not support {path}, so nothing was sent: it has no {what}")


def refuse_fields(platform: str, fields: Mapping[str, msgspec.Raw], request: Request) -> None:
    """Raise AnthropicError if the request holds what the platform would refuse."""
    lacking = LACKING[platform]
    for name, instead in lacking.fields.items():
        if name in fields and bytes(fields[name]) not in (b"null", b"[]"):
            raise AnthropicError(f"{platform} does not support {name}=, so nothing was sent. {instead}")
    # Few requests hold one of these, and looking for the bytes costs a hundredth of decoding them all.
    marks = [kind for kind in lacking.sources if b'"type":"%s"' % kind.encode() in request.content]
    if marks:
        for name in ("system", "messages"):
            _refuse_sources(platform, lacking, name, fields.get(name))


def _refuse_sources(platform: str, lacking: Lacking, name: str, raw: msgspec.Raw | None) -> None:
    try:
        value = msgspec.json.decode(raw) if raw is not None else None
    except msgspec.DecodeError:
        return  # what does not decode is for the platform to refuse
    for where, kind in _sources(value, name):
        if kind in lacking.sources:
            instead = lacking.sources[kind]
            raise AnthropicError(
                f"{platform} does not support {where} of type {kind!r}, so nothing was sent. {instead}"
            )


def _sources(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    """Yield every image's and document's source in messages or content blocks: where it stands and its type."""
    for index, each in enumerate(value if isinstance(value, list) else ()):
        if not isinstance(each, dict):
            continue
        source = each.get("source")
        if each.get("type") in ("image", "document") and isinstance(source, dict):
            yield f"{where}[{index}].source", source.get("type")
            yield from _sources(source.get("content"), f"{where}[{index}].source.content")
        elif "content" in each:
            yield from _sources(each["content"], f"{where}[{index}].content")
