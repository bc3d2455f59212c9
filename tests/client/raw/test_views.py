"""Views of a client, and of a view: the world is the client's."""

from __future__ import annotations

from typing import Any

import pytest
from tests.client.scripted import JSON, Script

ASK: dict[str, Any] = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
ANSWER = (200, JSON, b'{"type":"message","role":"assistant","content":[],"stop_reason":"end_turn"}')


def test_a_view_s_resource_has_views_too() -> None:
    resource: Any = Script(ANSWER).client().with_raw_response.messages
    assert resource.with_raw_response.create(**ASK).parse().stop_reason == "end_turn"
    with resource.with_streaming_response.create(**ASK) as response:
        assert response.parse().stop_reason == "end_turn"


@pytest.mark.anyio
async def test_a_view_s_resource_has_views_of_the_async_world() -> None:
    resource: Any = Script(ANSWER).async_client().with_raw_response.messages
    answered = await resource.with_raw_response.create(**ASK)
    assert (await answered.parse()).stop_reason == "end_turn"
    async with resource.with_streaming_response.create(**ASK) as response:
        assert (await response.parse()).stop_reason == "end_turn"


@pytest.mark.parametrize("kind", [bytes, str, dict, object])
def test_verbs_of_a_view_give_responses(kind: Any) -> None:
    client: Any = Script((200, JSON, b'{"a":1}')).client()
    due = {bytes: b'{"a":1}', str: '{"a":1}'}.get(kind, {"a": 1})
    raw = client.with_raw_response.get("/v1/anything", cast_to=kind)
    assert (raw.status_code, raw.parse()) == (200, due)
    with client.with_streaming_response.post("/v1/anything", cast_to=kind, body={}) as response:
        assert (response.status_code, response.parse()) == (200, due)


@pytest.mark.anyio
async def test_verbs_of_a_view_give_responses_in_the_async_world() -> None:
    client: Any = Script((200, JSON, b'{"a":1}')).async_client()
    raw = await client.with_raw_response.get("/v1/anything", cast_to=bytes)
    assert (raw.status_code, await raw.parse()) == (200, b'{"a":1}')
    async with client.with_streaming_response.get("/v1/anything", cast_to=bytes) as response:
        assert (response.status_code, await response.parse()) == (200, b'{"a":1}')
