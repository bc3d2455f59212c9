"""The form of Amazon Bedrock: the model in the path, events in Amazon's framing, errors in Amazon's shape."""

from __future__ import annotations

import base64
import struct
from binascii import crc32
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec

from tercet.server.access import NEWEST, Caller, betas, owner
from tercet.server.endpoints.messages import answered
from tercet.server.errors import HTTPError
from tercet.server.exchange import JSON, PlainResponse, ServerExchange, StreamResponse, json_response
from tercet.server.limits.rates import RateLimitedError
from tercet.server.service.events import events_of
from tercet.server.service.request import MessageRequest, content_size
from tercet.server.state import State

MOST_BYTES = 20 * 1024 * 1024
EVENT_STREAM = (b"content-type", b"application/vnd.amazon.eventstream")
ERROR_TYPES = {
    400: "ValidationException",
    401: "UnrecognizedClientException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    413: "ValidationException",
    415: "ValidationException",
    429: "ThrottlingException",
    500: "InternalServerException",
    529: "ServiceUnavailableException",
}
THROTTLED = "Too many {what}, please wait before trying again."
NO_CREDENTIALS = "The request carries neither an AWS signature nor a bearer token."
Json = dict[str, Any]


async def invoke(state: State, exchange: ServerExchange, model: str) -> PlainResponse | StreamResponse:
    """`POST /model/{model}/invoke`."""
    try:
        message = await _message(state, exchange, model)
    except HTTPError as error:
        return _refused(error, exchange)
    return json_response(message, _amazons_id(exchange), *_counts(message))


async def invoke_streaming(state: State, exchange: ServerExchange, model: str) -> PlainResponse | StreamResponse:
    """`POST /model/{model}/invoke-with-response-stream`."""
    try:
        message = await _message(state, exchange, model)
    except HTTPError as error:
        return _refused(error, exchange)
    events = [event.data for event in events_of(message) if event.name != b"ping"]
    usage = message["usage"]
    metrics = {
        "inputTokenCount": usage["input_tokens"],
        "outputTokenCount": usage["output_tokens"],
        "invocationLatency": 1,
        "firstByteLatency": 1,
    }
    events[-1] = msgspec.json.encode({"type": "message_stop", "amazon-bedrock-invocationMetrics": metrics})
    pace = state.settings.pace
    chunks = [chunk(event) for event in events]
    speed = pace * len(chunks) / max(1, usage["output_tokens"]) if pace is not None else None
    headers = (EVENT_STREAM, (b"x-amzn-bedrock-content-type", b"application/json"), _amazons_id(exchange))
    return StreamResponse(chunks, headers, speed)


async def _message(state: State, exchange: ServerExchange, model: str) -> Json:
    body = await exchange.json(MOST_BYTES)
    if type(body) is not dict:
        raise HTTPError(400, "Malformed input request: an object is expected.")
    asked = _asked(state, exchange, body, model)
    return await answered(state.service, asked)


def _asked(state: State, exchange: ServerExchange, body: Json, model: str) -> MessageRequest:
    version, named = body.pop("anthropic_version", None), body.pop("anthropic_beta", None)
    if type(version) is not str:
        raise HTTPError(400, "anthropic_version: Field required")
    if body.get("cache_control") is not None:
        raise HTTPError(400, "cache_control: Extra inputs are not permitted")
    for name in ("model", "stream"):
        if name in body:
            raise HTTPError(400, f"{name}: Extra inputs are not permitted")
    names = [str(name) for name in named] if type(named) is list else []
    found = betas(names, state.settings, exchange)
    who = Caller(_key(exchange), version if version == NEWEST else "2023-06-01", found)
    headers = {**exchange.public_headers, "anthropic-beta": ",".join(sorted(found))}
    size = content_size(exchange.content)
    warnings, answerer = exchange.warnings, exchange.answerer
    request = {"model": model, **body}
    return MessageRequest(request, who, headers, size=size, platform="bdrk_", warnings=warnings, answerer=answerer)


def _key(exchange: ServerExchange) -> str:
    """Return who asks: any signature or token is let in, none is not. Signatures are not checked."""
    given = exchange.header(b"authorization")
    if not given:
        raise HTTPError(403, NO_CREDENTIALS)
    return owner(given.partition("/")[0])


def _throttled(limit: RateLimitedError) -> HTTPError:
    """Return the limit in Amazon's words, which tell neither how much nor how long."""
    return HTTPError(429, THROTTLED.format(what="requests" if limit.unit == "requests" else "tokens"))


def _refused(error: HTTPError, exchange: ServerExchange) -> PlainResponse:
    error = _throttled(error) if isinstance(error, RateLimitedError) else error
    kind = ERROR_TYPES.get(error.status, "ValidationException" if error.status < 500 else "InternalServerException")
    body = msgspec.json.encode({"message": error.message})
    return PlainResponse(
        body, error.status, (JSON, (b"x-amzn-errortype", kind.encode()), _amazons_id(exchange), *error.headers)
    )


def _amazons_id(exchange: ServerExchange) -> tuple[bytes, bytes]:
    """Return the header with Amazon's own request id, a UUID: clients log it and find it in errors."""
    return (
        b"x-amzn-requestid",
        str(UUID(bytes=blake2b(exchange.request_id.encode(), digest_size=16).digest(), version=4)).encode(),
    )


def _counts(message: Json) -> tuple[tuple[bytes, bytes], ...]:
    usage = message["usage"]
    return (
        (b"x-amzn-bedrock-input-token-count", b"%d" % usage["input_tokens"]),
        (b"x-amzn-bedrock-output-token-count", b"%d" % usage["output_tokens"]),
    )


# --- Amazon's event-stream framing: bytes out, checksums included --------------------------------------------------

STRING = 7
"""The header value type of strings."""


def frame(payload: bytes, headers: dict[str, str]) -> bytes:
    """Return one message: prelude, prelude checksum, headers, payload, message checksum."""
    head = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack(">II", 16 + len(head) + len(payload), len(head))
    start = prelude + struct.pack(">I", crc32(prelude)) + head + payload
    return start + struct.pack(">I", crc32(start))


def _header(name: str, value: str) -> bytes:
    key, text = name.encode(), value.encode()
    return struct.pack(">B", len(key)) + key + struct.pack(">BH", STRING, len(text)) + text


CHUNK = {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}


def chunk(event: bytes) -> bytes:
    """Return one event of a message's stream, as Bedrock wraps it."""
    return frame(b'{"bytes":"' + base64.b64encode(event) + b'"}', CHUNK)
