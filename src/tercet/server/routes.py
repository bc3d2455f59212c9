"""Every path that the local API serves, in one table."""

from __future__ import annotations

from tercet.server.endpoints import batches, bedrock, files, messages, vertex
from tercet.server.endpoints import models as models_api
from tercet.server.exchange import Finder, PlainResponse, ServerExchange, json_response
from tercet.server.routing import Route, RouteTable
from tercet.server.state import State


async def health(state: State, exchange: ServerExchange) -> PlainResponse:
    """`GET /health`: that the server answers, without a key. For containers and scripts that wait for it."""
    return json_response({"status": "ok"})


ROUTES = (
    Route("GET", "/health", health),
    Route("POST", "/v1/messages", messages.create),
    Route("POST", "/v1/messages/count_tokens", messages.count),
    Route("POST", "/v1/messages/batches", batches.create),
    Route("GET", "/v1/messages/batches", batches.listed),
    Route("GET", "/v1/messages/batches/*", batches.retrieve),
    Route("DELETE", "/v1/messages/batches/*", batches.delete),
    Route("POST", "/v1/messages/batches/*/cancel", batches.cancel),
    Route("GET", "/v1/messages/batches/*/results", batches.results),
    Route("GET", "/v1/models", models_api.listed),
    Route("GET", "/v1/models/*", models_api.retrieve),
    Route("POST", "/v1/files", files.upload),
    Route("GET", "/v1/files", files.listed),
    Route("GET", "/v1/files/*", files.retrieve),
    Route("DELETE", "/v1/files/*", files.delete),
    Route("GET", "/v1/files/*/content", files.download),
    Route("POST", "/model/*/invoke", bedrock.invoke),
    Route("POST", "/model/*/invoke-with-response-stream", bedrock.invoke_streaming),
    Route("POST", "/projects/*/locations/*/publishers/anthropic/models/*", vertex.predict),
    Route("POST", "/v1/projects/*/locations/*/publishers/anthropic/models/*", vertex.predict),
)

found: Finder = RouteTable(ROUTES).found
