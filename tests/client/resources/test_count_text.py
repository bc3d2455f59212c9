"""client.count_tokens(text), as SDK 0.x had it: an int, counted by the API."""

from __future__ import annotations

import json

import pytest
from tests.client.scripted import JSON, Script

from tercet.client.resources.messages import COUNTING_MODEL


def test_a_text_is_counted_by_the_api_and_an_int_comes_back() -> None:
    script = Script((200, JSON, b'{"input_tokens":9}'))

    assert script.client().count_tokens("Hello, world") == 9
    assert script.sent[0].url == "http://local/v1/messages/count_tokens"
    assert json.loads(script.sent[0].content) == {
        "model": COUNTING_MODEL,
        "messages": [{"role": "user", "content": "Hello, world"}],
    }


@pytest.mark.anyio
async def test_the_async_client_counts_too() -> None:
    assert await Script((200, JSON, b'{"input_tokens":9}')).async_client().count_tokens("Hello") == 9


def test_the_model_that_counts_is_a_current_one_of_the_catalog() -> None:
    from tercet.catalog.models import find

    facts = find(COUNTING_MODEL)

    assert facts is not None
    assert facts.lifecycle.status == "active"


def test_what_is_no_text_is_refused() -> None:
    client = Script((200, JSON, b"{}")).client()

    with pytest.raises(TypeError, match="text must be a string"):
        client.count_tokens(5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="text must not be empty"):
        client.count_tokens("")
