"""Ten thousand broken requests, the same ones every time: none is answered with a server error, none hangs.

They go to the application itself, without sockets; `endpoints/test_messages.py` sends others over HTTP.
"""

from __future__ import annotations

import asyncio
import copy
import json
import logging
from random import Random
from typing import Any

import pytest

from tercet.server.app import create_app
from tercet.server.http.parser import Head, RequestLine
from tercet.server.http.transfer import RequestBody
from tercet.server.settings import ServerSettings

MANY = 10_000
SLICE = 1000
MOST_SECONDS = 5.0
"""For one request; the usual one takes less than a millisecond."""
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP4z8AAQQxwFgBB0gX7h/C5SAAAAABJRU5ErkJggg=="
MARK = {"type": "ephemeral", "ttl": "5m"}
TOOL = {
    "name": "get_weather",
    "description": "The weather in a city.",
    "input_schema": {
        "type": "object",
        "properties": {
            "city": {"type": "string", "pattern": "^[A-Z]"},
            "days": {"type": "array", "items": {"$ref": "#/$defs/day"}, "minItems": 1},
        },
        "required": ["city"],
        "$defs": {"day": {"anyOf": [{"type": "integer", "minimum": 1}, {"enum": ["today", None]}]}},
    },
    "cache_control": MARK,
}
SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer"}, "who": {"type": ["string", "null"], "format": "email"}},
    "required": ["n"],
    "additionalProperties": False,
}
PICTURE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
DOCUMENT = {
    "type": "document",
    "source": {"type": "text", "media_type": "text/plain", "data": "Grass is green. Snow is white."},
    "citations": {"enabled": True},
    "title": "T",
}
PDF = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0xLjQK"}}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Oslo"}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "3 degrees"}, PICTURE]}


def user(*blocks: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def text(value: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": value, **more}


BASE: dict[str, Any] = {"model": "claude-opus-5-5", "max_tokens": 60, "messages": [user(text("Hello"))]}
REQUESTS: list[tuple[str, dict[str, Any]]] = [
    (
        "/v1/messages",
        {**BASE, "system": [text("Be kind.", cache_control=MARK)], "stop_sequences": ["x"], "stream": True},
    ),
    (
        "/v1/messages",
        {**BASE, "tools": [TOOL], "tool_choice": {"type": "any"}, "messages": [user(text("Weather in Oslo?"))]},
    ),
    (
        "/v1/messages",
        {
            **BASE,
            "tools": [TOOL, {"type": "web_search_20250305", "name": "web_search", "max_uses": 2}],
            "messages": [user(text("Weather?")), {"role": "assistant", "content": [CALL]}, user(RESULT)],
            "context_management": {
                "edits": [{"type": "clear_tool_uses_20250919", "keep": {"type": "tool_uses", "value": 0}}]
            },
        },
    ),
    ("/v1/messages", {**BASE, "messages": [user(PICTURE, DOCUMENT, PDF, text("What is this?"))]}),
    ("/v1/messages", {**BASE, "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": SCHEMA}}}),
    (
        "/v1/messages",
        {
            **BASE,
            "model": "claude-sonnet-4-5",
            "max_tokens": 2000,
            "thinking": {"type": "enabled", "budget_tokens": 1024},
        },
    ),
    ("/v1/messages", {**BASE, "thread": {"type": "create"}, "diagnostics": {"previous_message_id": "msg_1"}}),
    (
        "/v1/messages",
        {**BASE, "fallbacks": [{"model": "claude-opus-5"}], "messages": [user(text("TERCET_REFUSE@claude-opus-5-5"))]},
    ),
    ("/v1/messages/count_tokens", {"model": "claude-opus-5-5", "tools": [TOOL], "messages": BASE["messages"]}),
    ("/v1/messages/batches", {"requests": [{"custom_id": "a", "params": BASE}, {"custom_id": "b", "params": BASE}]}),
    (
        "/model/anthropic.claude-opus-4-6-v1/invoke",
        {"anthropic_version": "x", "max_tokens": 9, "messages": BASE["messages"]},
    ),
    (
        "/v1/projects/p/locations/l/publishers/anthropic/models/claude-opus-5:streamRawPredict",
        {"anthropic_version": "vertex-2023-10-16", "max_tokens": 9, "messages": BASE["messages"], "stream": True},
    ),
]
VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 2**40, -(2**63), 10**30, 0.5, 1e308, "", " ", "x", "\x00", "\ud800", "é" * 300, "toolu_1",
    "claude-none", "text", "image", "tool_result", "tool_use", "thinking", "enabled", "base64", "url", "#/$defs/day", [],
    [[]], [None], [{}], {}, {"type": "text"}, {"type": "x"}, {"type": None}, {"$ref": "#"}, [{"type": "text", "text": "x"}],
]  # fmt: skip
HEADERS: list[tuple[bytes, list[bytes]]] = [
    (b"anthropic-version", [b"", b"2026-10-21", b"2023-01-01", b"\xff"]),
    (b"anthropic-beta", [b"", b"none-2020-01-01", b",,,", b"files-api-2025-04-14," * 300, b"\xfe"]),
    (b"content-type", [b"", b"text/plain", b"application/json; charset=latin-1"]),
    (b"content-encoding", [b"gzip", b"br", b"identity"]),
    (b"x-api-key", [b"", b"\xff\xfe"]),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [found for key in keys for found in ((*path, key), *places(value[key], (*path, key)))]


def changed(body: dict[str, Any], random: Random) -> dict[str, Any]:
    """The body with one to three of its values removed, replaced, doubled, swapped or added to."""
    body = copy.deepcopy(body)
    for _ in range(random.randint(1, 3)):
        all_places = places(body)
        if not all_places:
            break
        path = random.choice(all_places)
        parent = _at(body, path[:-1])
        how, value = (
            random.choice(("remove", "set", "set", "add", "double", "move", "wrap")),
            copy.deepcopy(random.choice(VALUES)),
        )
        here = parent[path[-1]]
        if how == "remove":
            del parent[path[-1]]
        elif how == "add" and isinstance(here, dict):
            here[random.choice(("extra", "type", "cache_control", "citations", "$ref", "anyOf"))] = value
        elif how == "double" and isinstance(here, list):
            parent[path[-1]] = here * 2
        elif how == "move":
            parent[path[-1]] = copy.deepcopy(_at(body, random.choice(all_places)[:-1]))
        elif how == "wrap":
            parent[path[-1]] = [here] if random.random() < 0.5 else {"type": "object", "properties": here}
        else:
            parent[path[-1]] = value
    return body


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def mangled(body: bytes, random: Random) -> bytes:
    """The bytes cut, or with a few of them overwritten or put in."""
    if random.random() < 0.3:
        return body[: random.randrange(len(body) + 1)]
    found = bytearray(body)
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(found) + 1)
        found[place : place + random.randint(0, 2)] = random.randbytes(random.randint(0, 3))
    return bytes(found)


def request(number: int) -> tuple[str, bytes, dict[bytes, bytes]]:
    """The broken request of this number."""
    random = Random(number)
    path, body = REQUESTS[number % len(REQUESTS)]
    headers = {
        b"host": b"localhost",
        b"x-api-key": b"k",
        b"authorization": b"Bearer k",
        b"anthropic-version": b"2023-06-01",
        b"content-type": b"application/json",
    }
    content = json.dumps(changed(body, random)).encode()
    if random.random() < 0.15:
        content = mangled(content, random)
    if random.random() < 0.1:
        name, values = random.choice(HEADERS)
        headers[name] = random.choice(values)
    return path, content, headers


class Kept:
    """Where a response goes here."""

    def __init__(self) -> None:
        self.status, self.body = 0, b""

    def begin(self, status: int, headers: Any) -> None:
        self.status = status

    async def send(self, data: bytes, *, last: bool = False) -> None:
        self.body += data


async def answered(app: Any, number: int) -> tuple[int, bytes]:
    path, content, headers = request(number)
    kept = Kept()
    async with asyncio.timeout(MOST_SECONDS):
        await app.answer(
            Head(RequestLine("POST", path.encode()), list(headers.items())), RequestBody(whole=content), kept
        )
    return kept.status, kept.body


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, MANY, SLICE))
@pytest.mark.anyio
async def test_no_broken_request_is_answered_with_a_server_error_and_none_hangs(
    start: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, logger="tercet.server")
    app = create_app(ServerSettings(strict=start % (2 * SLICE) == 0))
    statuses: dict[int, int] = {}
    for number in range(start, start + SLICE):
        status, body = await answered(app, number)
        assert status < 500, (number, request(number)[:2], body[:500])
        statuses[status] = statuses.get(status, 0) + 1
        if status >= 400 and request(number)[0].startswith("/v1/"):
            assert json.loads(body)["type"] == "error", number
    await asyncio.sleep(0)
    app.close()
    assert caplog.records == []
    assert statuses[200] > 20
    assert statuses[400] > 200
