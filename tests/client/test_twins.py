"""An async client of the same settings as a blocking one: the same key, limits and policies; none where somebody's own code
carries the requests."""

import asyncio

import httpx
import pytest

import tercet
from tercet.client.twins import async_twin

MODEL = {"model": "claude-haiku-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}


def test_a_twin_sends_what_its_client_sends_under_the_same_limits():
    with tercet.local_api(journal=True, keys=["sk-ant-right"]) as api:
        budget = tercet.Budget(usd=1)
        client = api.client(budget=budget, default_headers={"x-mine": "1"}, tags={"user": "u"})
        twin = async_twin(client)

        async def ask():
            async with twin:
                return await twin.messages.create(**MODEL)

        assert isinstance(twin, tercet.AsyncAnthropic)
        assert asyncio.run(ask()).text
        client.messages.create(**MODEL)
        one, other = api.journal.entries()
        assert "x-mine" in one.headers
        assert one.headers.keys() == other.headers.keys()
        assert one.json == other.json
    assert twin._policies is client._policies
    assert (twin.base_url, twin.api_key, twin.max_retries) == (client.base_url, client.api_key, client.max_retries)


@pytest.mark.parametrize("name", ["AnthropicBedrock", "AnthropicVertex"])
def test_platforms_have_twins_as_well(name):
    given = {
        "AnthropicBedrock": {"aws_region": "us-east-1", "aws_access_key": "a", "aws_secret_key": "b"},
        "AnthropicVertex": {"region": "us-east5", "project_id": "p", "access_token": "t"},
    }[name]
    twin = async_twin(getattr(tercet, name)(**given))
    assert type(twin) is getattr(tercet, f"Async{name}")
    assert twin._is_async


class Own(tercet.Anthropic):
    pass


def test_a_client_that_others_carry_or_changed_has_none():
    assert async_twin(Own(api_key="k")) is None
    with httpx.Client() as carrier:
        assert async_twin(tercet.Anthropic(api_key="k", http_client=carrier)) is None
    assert async_twin(tercet.Anthropic(api_key="k", middleware=[lambda request, call_next: call_next(request)])) is None
    patched = tercet.Anthropic(api_key="k")
    patched.messages.create = lambda **params: None
    assert async_twin(patched) is None
    assert async_twin(object()) is None


def test_a_class_whose_create_was_replaced_has_none(monkeypatch):
    from tercet.client.resources.messages import Messages

    monkeypatch.setattr(Messages, "create", lambda self, **params: None)
    assert async_twin(tercet.Anthropic(api_key="k")) is None


@pytest.mark.parametrize("place", ["post", "request", "_post"])
def test_a_client_whose_verbs_are_replaced_has_no_twin(place):
    client = tercet.Anthropic(api_key="k")
    assert async_twin(client) is not None
    setattr(client.messages if place == "_post" else client, place, lambda *_, **named: None)
    assert async_twin(client) is None
