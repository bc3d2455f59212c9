"""The bytes that the canned server answers with, and what a client must make of them."""

from __future__ import annotations

import json
from typing import Any

BURST_TEXTS = 3_000
PACED_TEXTS = 100
TOOL_CHARACTERS = 160_000
TOOL_DELTA = 8
FIELDS = 20
WORD = "Hello there, "
USE = {"type": "tool_use", "id": "toolu_01Bench", "name": "get_weather"}
ANSWER = "Four score and seven years ago, a short answer was given in some forty tokens. " * 2

_HEAD = (
    "request-id: req_011CTercetBench\r\n"
    "anthropic-organization-id: 00000000-0000-4000-8000-000000000000\r\n"
    "anthropic-ratelimit-requests-limit: 4000\r\n"
    "anthropic-ratelimit-requests-remaining: 3999\r\n"
    "anthropic-ratelimit-requests-reset: 2026-11-20T10:00:01Z\r\n"
    "anthropic-ratelimit-tokens-limit: 480000\r\n"
    "anthropic-ratelimit-tokens-remaining: 479000\r\n"
    "anthropic-ratelimit-tokens-reset: 2026-11-20T10:00:01Z\r\n"
    "date: Fri, 20 Nov 2026 10:00:00 GMT\r\n"
    "server: canned\r\n"
)


def message(text: str) -> dict[str, Any]:
    """A whole answer of one text block."""
    return {
        "id": "msg_01TercetBench",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-6",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "stop_details": None,
        "usage": usage(40),
    }


def call() -> dict[str, Any]:
    """A whole answer that calls a tool."""
    return {**message(""), "content": [{**USE, "input": {"city": "Oslo"}}], "stop_reason": "tool_use"}


def call_events() -> list[bytes]:
    """The same, streamed."""
    delta = {"type": "input_json_delta", "partial_json": '{"city":"Oslo"}'}
    return _events({**USE, "input": {}}, [delta], "tool_use")


def usage(output_tokens: int) -> dict[str, Any]:
    return {
        "input_tokens": 25,
        "output_tokens": output_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "service_tier": "standard",
        "inference_geo": "global",
    }


def text_events(count: int) -> list[bytes]:
    """A streamed answer of `count` text deltas."""
    deltas = [{"type": "text_delta", "text": WORD}] * count
    return _events({"type": "text", "text": ""}, deltas, "end_turn")


def tool_events(characters: int) -> list[bytes]:
    """A streamed tool call whose nested input comes in pieces of eight characters."""
    whole = tool_input(characters)
    pieces = [whole[start : start + TOOL_DELTA] for start in range(0, len(whole), TOOL_DELTA)]
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    opened = {"type": "tool_use", "id": "toolu_01Bench", "name": "write_plan", "input": {}}
    return _events(opened, deltas, "tool_use")


def tool_input(characters: int) -> str:
    """Nested JSON of about that length: chapters of steps with lists and objects in them."""
    steps: list[dict[str, Any]] = []
    size = 0
    while size < characters:
        number = len(steps)
        steps.append(
            {
                "number": number,
                "title": f"Step {number} of the plan",
                "done": number % 3 == 0,
                "weights": [number / 7, number / 11, None],
                "detail": {"owner": {"name": "Ada", "team": ["core", "docs"]}, "notes": "as small as it can be"},
            }
        )
        size += len(json.dumps(steps[-1])) + 2
    return json.dumps({"plan": {"chapters": [{"steps": steps}]}})


def fields() -> dict[str, Any]:
    """An object of twenty fields, for `parse()`."""
    return {f"field_{number}": f"value {number}" if number % 2 else number for number in range(FIELDS)}


def whole_response(body: dict[str, Any]) -> bytes:
    """A plain JSON response, head included."""
    content = compact(body).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n{_HEAD}\r\n"
    return head.encode() + content


STREAM_HEAD = (
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n"
    f"transfer-encoding: chunked\r\n{_HEAD}\r\n"
).encode()
STREAM_END = b"0\r\n\r\n"


def chunked(event: bytes) -> bytes:
    """One event as one chunk, as the API sends it."""
    return b"%x\r\n%s\r\n" % (len(event), event)


def _events(opened: dict[str, Any], deltas: list[dict[str, Any]], stop_reason: str) -> list[bytes]:
    start = {**message(""), "content": [], "stop_reason": None, "usage": usage(1)}
    ending = {"stop_reason": stop_reason, "stop_sequence": None, "stop_details": None}
    told: list[dict[str, Any]] = [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": opened},
        {"type": "ping"},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ending, "usage": {"output_tokens": len(deltas)}},
        {"type": "message_stop"},
    ]
    return [f"event: {event['type']}\ndata: {compact(event)}\n\n".encode() for event in told]


def compact(value: Any) -> str:
    """JSON without spaces, as the API writes it."""
    return json.dumps(value, separators=(",", ":"))
