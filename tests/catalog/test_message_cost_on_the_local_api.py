"""`message.cost` of whole answers, streams, tool runs and batches, as the local API answers them."""

from __future__ import annotations

import time

import tercet
from tercet import beta_tool

ASK = {"model": "claude-sonnet-4-6", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}


@beta_tool
def weather(city: str) -> str:
    """Say the weather of a city."""
    return f"rain in {city}"


def test_every_way_to_a_message_leads_to_its_cost() -> None:
    with tercet.local_api() as api:
        client = tercet.Anthropic(base_url=api.base_url, api_key="sk-ant-local")
        whole = client.messages.create(**ASK)  # type: ignore[call-overload]
        with client.messages.stream(**ASK) as stream:  # type: ignore[arg-type]
            streamed = stream.get_final_message()
        ran = client.beta.messages.tool_runner(**ASK, tools=[weather]).until_done()  # type: ignore[arg-type]
        batch = client.messages.batches.create(requests=[{"custom_id": "a", "params": ASK}])  # type: ignore[typeddict-item]
        while client.messages.batches.retrieve(batch.id).processing_status != "ended":
            time.sleep(0.01)
        (line,) = client.messages.batches.results(batch.id)

    for message in (whole, streamed, ran):
        assert message.cost
        assert message.cost == tercet.price(message.model, message.usage)
    batched = line.result.message  # type: ignore[union-attr]
    assert batched.cost
    assert batched.cost == tercet.price(batched.model, batched.usage, batch=True)
    assert batched.cost * 2 == tercet.price(batched.model, {**batched.usage, "service_tier": None})
