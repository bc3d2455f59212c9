"""The form of Vertex: project, region and model in the path, the verb after a colon; otherwise the API's own shapes."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from tercet.server.access import NEWEST, Caller, betas, owner
from tercet.server.endpoints.messages import answered, beside, streamed
from tercet.server.errors import HTTPError, invalid, not_found
from tercet.server.exchange import PlainResponse, ServerExchange, StreamResponse, json_response
from tercet.server.limits.rates import RateLimitedError
from tercet.server.service.request import MessageRequest, content_size
from tercet.server.state import State

MOST_BYTES = 30 * 1024 * 1024
COUNTING = "count-tokens"
SPREAD = {"global": "global_", "us": "us_multi_region_", "eu": "eu_multi_region_"}
"""Regions that are no single one -> how the names of their quotas begin."""
QUOTAS = {
    "requests": "requests_per_base_model",
    "input tokens": "input_tokens_per_minute_per_base_model",
    "output tokens": "output_tokens_per_minute_per_base_model",
}
DATE = re.compile(r"[@-]\d{8}$")
Json = dict[str, Any]


async def predict(
    state: State, exchange: ServerExchange, project: str, region: str, target: str
) -> PlainResponse | StreamResponse:
    """`POST …/models/{model}:rawPredict` and `:streamRawPredict`; `count-tokens:rawPredict` counts."""
    model, colon, verb = target.rpartition(":")
    if not colon or verb not in ("rawPredict", "streamRawPredict"):
        raise not_found(f"Not found: {exchange.path[:200]}")
    exchange.request_id = state.ids.make("req_vrtx_011C", 20)
    body = await exchange.json(MOST_BYTES)
    if type(body) is not dict:
        raise invalid("body: Input should be an object")
    asked = _asked(state, exchange, body, model)
    try:
        if asked.counting:
            return json_response(await beside(state.service.count, asked))
        message = await answered(state.service, asked)
    except RateLimitedError as limit:
        return _exhausted(limit, model, region, listed=verb == "streamRawPredict")
    if verb == "streamRawPredict" or body.get("stream"):
        return streamed(message, state.settings.pace)
    return json_response(message)


def _exhausted(limit: RateLimitedError, model: str, region: str, *, listed: bool) -> PlainResponse:
    """Return a used-up quota in Google's shape; a stream's comes in a list."""
    quota = f"{SPREAD.get(region, '')}online_prediction_{QUOTAS[limit.unit]}"
    said = (
        f"Quota exceeded for aiplatform.googleapis.com/{quota} with base model: anthropic-{DATE.sub('', model)[:200]}. "
        "Please submit a quota increase request."
    )
    error = {"error": {"code": 429, "message": said, "status": "RESOURCE_EXHAUSTED"}}
    return PlainResponse(msgspec.json.encode([error] if listed else error), 429)


def _asked(state: State, exchange: ServerExchange, body: Json, model: str) -> MessageRequest:
    version = body.pop("anthropic_version", None)
    if type(version) is not str:
        raise invalid("anthropic_version: Field required")
    scheme, _, token = exchange.header(b"authorization").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise HTTPError(401, "The request carries no access token.")
    counting = model == COUNTING
    if not counting:
        if "model" in body:
            raise invalid("model: Extra inputs are not permitted")
        body = {"model": model, **body}
    found = betas(exchange.all_of(b"anthropic-beta"), state.settings, exchange)
    who = Caller(owner(token.strip()), version if version == NEWEST else "2023-06-01", found)
    size = content_size(exchange.content)
    headers = exchange.public_headers
    made = MessageRequest(
        body, who, headers, size=size, platform="vrtx_", counting=counting, warnings=exchange.warnings
    )
    made.answerer = exchange.answerer
    return made
