"""Claude on Microsoft Foundry, from arguments to answers: keys, Entra ID tokens, and what is not there."""

from __future__ import annotations

import json
import pickle
import threading
from typing import Any

import pytest
from tests.client.platforms.clouds import AZURE, cloud
from tests.client.scripted import ASK, EVENTS, JSON, MESSAGE, SSE, Script

import tercet

RESOURCE = {"resource": "my-resource"}


def test_a_message_goes_to_the_resource_with_its_key() -> None:
    script = Script((200, JSON, MESSAGE))
    cloud("AnthropicFoundry", script).messages.create(**ASK)

    request = script.sent[0]
    assert request.url == "https://my-resource.services.ai.azure.com/anthropic/v1/messages"
    assert (request.headers["x-api-key"], request.headers["api-key"]) == (AZURE["api_key"], AZURE["api_key"])
    assert request.headers["anthropic-version"] == "2023-06-01"
    assert json.loads(request.content) == ASK


def test_streams_are_the_apis_own() -> None:
    with cloud("AnthropicFoundry", Script((200, SSE, EVENTS))).messages.stream(**ASK) as stream:
        assert stream.get_final_text() == "Hello"


def test_a_provider_is_asked_for_each_attempt_and_no_key_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_FOUNDRY_API_KEY", "from-the-environment")
    tokens = iter(["one", "two"])
    script = Script((200, JSON, MESSAGE))
    client = cloud("AnthropicFoundry", script, **RESOURCE, azure_ad_token_provider=lambda: next(tokens))
    for _ in range(2):
        client.messages.create(**ASK)

    assert [request.headers["authorization"] for request in script.sent] == ["Bearer one", "Bearer two"]
    assert "x-api-key" not in script.sent[0].headers


@pytest.mark.anyio
async def test_a_plain_provider_of_an_async_client_runs_off_the_loop() -> None:
    threads: list[threading.Thread] = []

    def provider() -> str:
        threads.append(threading.current_thread())
        return "token"

    script = Script((200, JSON, MESSAGE))
    await cloud("AsyncAnthropicFoundry", script, **RESOURCE, azure_ad_token_provider=provider).messages.create(**ASK)

    assert script.sent[0].headers["authorization"] == "Bearer token"
    assert threads[0] is not threading.main_thread()


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-home-0123456789")
    monkeypatch.setenv("ANTHROPIC_FOUNDRY_API_KEY", "azure-key")
    monkeypatch.setenv("ANTHROPIC_FOUNDRY_RESOURCE", "theirs")
    first = tercet.AnthropicFoundry()
    monkeypatch.delenv("ANTHROPIC_FOUNDRY_RESOURCE")
    monkeypatch.setenv("ANTHROPIC_FOUNDRY_BASE_URL", "https://gateway.example/anthropic/")
    second = tercet.AnthropicFoundry()

    assert (first.base_url, first.api_key) == ("https://theirs.services.ai.azure.com/anthropic/", "azure-key")
    assert second.base_url == "https://gateway.example/anthropic/"


def test_arguments_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_FOUNDRY_RESOURCE", "theirs")
    monkeypatch.setenv("ANTHROPIC_FOUNDRY_BASE_URL", "https://gateway.example")

    assert tercet.AnthropicFoundry(**AZURE).base_url == "https://my-resource.services.ai.azure.com/anthropic/"
    assert tercet.AnthropicFoundry(base_url="https://mine.example", api_key="k").base_url == "https://mine.example"


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (RESOURCE, tercet.AnthropicError, "ANTHROPIC_FOUNDRY_API_KEY"),
        ({"api_key": "k"}, ValueError, "ANTHROPIC_FOUNDRY_RESOURCE"),
        ({**AZURE, "base_url": "https://mine.example"}, ValueError, "not both"),
    ],
)
def test_what_is_missing_or_too_much_is_said(arguments: Any, error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        tercet.AnthropicFoundry(**arguments)


def test_a_copy_may_change_its_credentials_and_resource() -> None:
    script = Script((200, JSON, MESSAGE))
    client = cloud("AnthropicFoundry", script)
    client.copy(azure_ad_token_provider=lambda: "token").messages.create(**ASK)
    client.copy(resource="theirs", api_key="other").messages.create(**ASK)

    first, second = script.sent
    assert (first.headers["authorization"], "x-api-key" in first.headers) == ("Bearer token", False)
    assert (second.url.partition("/v1")[0], second.headers["api-key"]) == (
        "https://theirs.services.ai.azure.com/anthropic",
        "other",
    )


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.messages.batches.list(),
        lambda client: client.models.list(),
        lambda client: client.batches.list(),
    ],
)
def test_what_foundry_lacks_is_an_error_before_anything_is_sent(ask: Any) -> None:
    script = Script((200, JSON, MESSAGE))

    with pytest.raises(tercet.AnthropicError, match="Microsoft Foundry does not support"):
        ask(cloud("AnthropicFoundry", script))

    assert script.sent == []


def test_the_key_shows_in_no_repr_and_no_pickle(monkeypatch: pytest.MonkeyPatch) -> None:
    client = tercet.AnthropicFoundry(**AZURE)
    monkeypatch.setenv("ANTHROPIC_FOUNDRY_API_KEY", "another")
    dumped = pickle.dumps(client)

    assert "canary" not in f"{client!r} {vars(client)!r} {dumped!r}"
    assert pickle.loads(dumped).api_key == "another"
