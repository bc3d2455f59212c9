"""HTTP clients with this package's limits, for `http_client=`."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from tests.client.scripted import ASK, JSON, KEY, MESSAGE

import tercet


def answer(request: httpx2.Request) -> httpx2.Response:
    assert request.headers["x-api-key"] == KEY
    return httpx2.Response(200, headers=JSON, content=MESSAGE)


def test_it_carries_requests_with_the_usual_timeout() -> None:
    with tercet.DefaultHttpxClient(transport=httpx2.MockTransport(answer)) as http:
        client = tercet.Anthropic(api_key=KEY, base_url="http://local", http_client=http)

        assert client.messages.create(**ASK).content[0].type == "text"
        assert (http.timeout.read, http.timeout.connect) == (600.0, 5.0)


@pytest.mark.anyio
async def test_its_async_twin_does_too() -> None:
    async with tercet.DefaultAsyncHttpxClient(transport=httpx2.MockTransport(answer), timeout=7) as http:
        client = tercet.AsyncAnthropic(api_key=KEY, base_url="http://local", http_client=http)
        message: Any = await client.messages.create(**ASK)

        assert message.content[0].type == "text"
        assert http.timeout.read == 7


def test_its_limits_have_a_name() -> None:
    limits = tercet.DEFAULT_CONNECTION_LIMITS

    assert (limits.max_connections, limits.max_keepalive_connections) == (1000, 100)
