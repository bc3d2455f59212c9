"""`/v1/messages/batches`: create, look, cancel, delete, and read the results."""

from __future__ import annotations

from typing import Any

from tercet.server.access import Caller, caller
from tercet.server.endpoints.lists import page
from tercet.server.exchange import PlainResponse, ServerExchange, json_response
from tercet.server.state import State
from tercet.server.validation.blocks import STRING
from tercet.server.validation.fields import Field, checked_object, is_list, is_object, matching, refusal

MOST_REQUESTS = 100_000
JSON_LINES = (b"content-type", b"application/x-jsonl")
ENVELOPE = {"requests": Field(is_list, required=True, nullable=False), "user_profile_id": STRING}
ITEM = {
    "custom_id": Field(matching("^[a-zA-Z0-9_-]{1,64}$", 64), required=True, nullable=False),
    "params": Field(is_object, required=True, nullable=False),
}


def admitted(state: State, exchange: ServerExchange) -> Caller:
    """Return the caller, who may ask now: all routes of batches share one limit."""
    who = caller(exchange, state.settings)
    state.service.quotas.batches.admit(who.key)
    return who


async def create(state: State, exchange: ServerExchange) -> PlainResponse:
    """`POST /v1/messages/batches`. The envelope is checked at once, the params of each request later."""
    body = await exchange.json(state.settings.batch_bytes)
    who = admitted(state, exchange)
    check_envelope(body)
    state.service.quotas.admit_batch(state.batches.waiting(who.key), len(body["requests"]))
    batch = await state.batches.create(who, body["requests"])
    return json_response(batch.shown(exchange.base_url, state.settings.now()))


def check_envelope(body: Any) -> None:
    """Check the list of requests and their ids."""
    checked_object(body, "" if type(body) is dict else "body", ENVELOPE)
    requests = body["requests"]
    if not requests:
        raise refusal("too_few", path="requests")
    if len(requests) > MOST_REQUESTS:
        raise refusal("too_many", path="requests", most=MOST_REQUESTS, count=len(requests))
    seen: set[str] = set()
    for n, item in enumerate(requests):
        checked_object(item, f"requests.{n}", ITEM)
        if item["custom_id"] in seen:
            raise refusal("custom_id_twice", n=n, id=item["custom_id"])
        seen.add(item["custom_id"])


async def listed(state: State, exchange: ServerExchange) -> PlainResponse:
    """`GET /v1/messages/batches`: newest first."""
    who = admitted(state, exchange)
    now, base_url = state.settings.now(), exchange.base_url
    return json_response(
        page(exchange, state.batches.all(who.key), lambda batch: batch.id, lambda batch: batch.shown(base_url, now))
    )


async def retrieve(state: State, exchange: ServerExchange, batch_id: str) -> PlainResponse:
    """`GET /v1/messages/batches/{id}`."""
    who = admitted(state, exchange)
    return json_response(state.batches.get(batch_id, who.key).shown(exchange.base_url, state.settings.now()))


async def cancel(state: State, exchange: ServerExchange, batch_id: str) -> PlainResponse:
    """`POST /v1/messages/batches/{id}/cancel`."""
    await exchange.body(state.settings.message_bytes)
    who = admitted(state, exchange)
    batch = await state.batches.cancel(batch_id, who.key)
    return json_response(batch.shown(exchange.base_url, state.settings.now()))


async def delete(state: State, exchange: ServerExchange, batch_id: str) -> PlainResponse:
    """`DELETE /v1/messages/batches/{id}`."""
    who = admitted(state, exchange)
    await state.batches.delete(batch_id, who.key)
    return json_response({"id": batch_id, "type": "message_batch_deleted"})


async def results(state: State, exchange: ServerExchange, batch_id: str) -> PlainResponse:
    """`GET /v1/messages/batches/{id}/results`: one JSON object a line."""
    who = admitted(state, exchange)
    return PlainResponse(state.batches.results(batch_id, who.key), headers=(JSON_LINES,))
