"""`/v1/messages/batches`: create, look, cancel, delete, and read the results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tercet.server.access import Caller, caller
from tercet.server.endpoints.lists import page
from tercet.server.exchange import PlainResponse, ServerExchange, json_response
from tercet.server.validation.blocks import STRING
from tercet.server.validation.fields import Field, checked_object, is_list, is_object, matching, refusal

if TYPE_CHECKING:
    from tercet.server.app import Application

MOST_REQUESTS = 100_000
JSON_LINES = (b"content-type", b"application/x-jsonl")
ENVELOPE = {"requests": Field(is_list, required=True, nullable=False), "user_profile_id": STRING}
ITEM = {
    "custom_id": Field(matching("^[a-zA-Z0-9_-]{1,64}$", 64), required=True, nullable=False),
    "params": Field(is_object, required=True, nullable=False),
}


def admitted(app: Application, exchange: ServerExchange) -> Caller:
    """The caller, who may ask now: all routes of batches share one limit."""
    who = caller(exchange, app.settings)
    app.serving.quotas.batches.admit(who.key)
    return who


async def create(app: Application, exchange: ServerExchange) -> PlainResponse:
    """`POST /v1/messages/batches`. The envelope is checked at once, the params of each request later."""
    body = await exchange.json(app.settings.batch_bytes)
    who = admitted(app, exchange)
    check_envelope(body)
    app.serving.quotas.admit_batch(app.batches.waiting(who.key), len(body["requests"]))
    batch = await app.batches.create(who, body["requests"])
    return json_response(batch.shown(exchange.base_url, app.settings.now()))


def check_envelope(body: Any) -> None:
    """The list of requests and their ids."""
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


async def listed(app: Application, exchange: ServerExchange) -> PlainResponse:
    """`GET /v1/messages/batches`: newest first."""
    who = admitted(app, exchange)
    now, base_url = app.settings.now(), exchange.base_url
    return json_response(
        page(exchange, app.batches.all(who.key), lambda batch: batch.id, lambda batch: batch.shown(base_url, now))
    )


async def retrieve(app: Application, exchange: ServerExchange, batch_id: str) -> PlainResponse:
    """`GET /v1/messages/batches/{id}`."""
    who = admitted(app, exchange)
    return json_response(app.batches.get(batch_id, who.key).shown(exchange.base_url, app.settings.now()))


async def cancel(app: Application, exchange: ServerExchange, batch_id: str) -> PlainResponse:
    """`POST /v1/messages/batches/{id}/cancel`."""
    await exchange.body(app.settings.message_bytes)
    who = admitted(app, exchange)
    batch = await app.batches.cancel(batch_id, who.key)
    return json_response(batch.shown(exchange.base_url, app.settings.now()))


async def delete(app: Application, exchange: ServerExchange, batch_id: str) -> PlainResponse:
    """`DELETE /v1/messages/batches/{id}`."""
    who = admitted(app, exchange)
    await app.batches.delete(batch_id, who.key)
    return json_response({"id": batch_id, "type": "message_batch_deleted"})


async def results(app: Application, exchange: ServerExchange, batch_id: str) -> PlainResponse:
    """`GET /v1/messages/batches/{id}/results`: one JSON object a line."""
    who = admitted(app, exchange)
    return PlainResponse(app.batches.results(batch_id, who.key), headers=(JSON_LINES,))
