"""A new endpoint of the local API."""

from __future__ import annotations

from house_changes import Scratch

TESTS = ["tests/server/**/test_files_and_models.py"]
HANDLER = '''"""`/v1/organizations/me`: the organization that a key belongs to, as the Admin API shows it."""

from __future__ import annotations

from typing import Any

from tercet.server.{access} import caller
from tercet.server.exchange import PlainResponse, ServerExchange, json_response


async def retrieve(app: Any, exchange: ServerExchange) -> PlainResponse:
    """Handle `GET /v1/organizations/me`: one organization, whoever asks."""
    caller(exchange, app.settings)
    return json_response({{"id": "org_local", "type": "organization", "name": "Local"}})
'''


def edit(house: Scratch) -> None:
    """Add `GET /v1/organizations/me`."""
    house.create("src/tercet/server/endpoints/organizations.py", HANDLER.format(access="access"))
    routes = house.holding("server", 'Route("POST", "/v1/messages/count_tokens"')
    house.before(routes, "\nROUTES = (\n", "from tercet.server.endpoints import organizations\n")
    house.before(routes, '    Route("POST", "/v1/messages/count_tokens"',
                 '    Route("GET", "/v1/organizations/me", organizations.retrieve),\n')  # fmt: skip
