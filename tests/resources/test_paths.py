"""The module paths of the official SDK that programs import from, the private ones among them."""

from __future__ import annotations

from importlib import import_module

import pytest

import tercet


@pytest.mark.parametrize(
    ("path", "name", "home"),
    [
        ("_client", "Anthropic", "client.anthropic.Anthropic"),
        ("_base_client", "SyncAPIClient", "client.anthropic.Anthropic"),
        ("_exceptions", "OverloadedError", "wire.errors.OverloadedError"),
        ("_types", "NOT_GIVEN", "client.given.NOT_GIVEN"),
        ("_types", "Omit", "client.given.Omit"),
        ("_models", "BaseModel", "wire.objects.Model"),
        ("_streaming", "AsyncStream", "client.streams.raw.AsyncStream"),
        ("_response", "APIResponse", "client.raw.responses.APIResponse"),
        ("_legacy_response", "LegacyAPIResponse", "client.raw.responses.APIResponse"),
        ("_constants", "DEFAULT_TIMEOUT", "client.settings.DEFAULT_TIMEOUT"),
        ("lib.streaming", "TextEvent", "wire.streams.helper_events.TextEvent"),
        ("lib.streaming", "BetaAsyncMessageStream", "client.streams.message.AsyncMessageStream"),
        ("lib.aws", "AnthropicAWS", "client.platforms.signed_api.AnthropicAWS"),
        ("lib.bedrock", "AnthropicBedrockMantle", "client.platforms.signed_api.AnthropicBedrockMantle"),
        ("lib.google_cloud", "AnthropicGoogleCloud", "client.platforms.google_cloud.AnthropicGoogleCloud"),
        ("lib.vertex", "AnthropicVertex", "client.platforms.vertex.AnthropicVertex"),
        ("lib.foundry", "AnthropicFoundry", "client.platforms.foundry.AnthropicFoundry"),
        ("resources", "Messages", "client.nouns.messages.Messages"),
        ("resources.messages", "AsyncMessages", "client.nouns.messages.AsyncMessages"),
        ("resources.messages.messages", "Messages", "client.nouns.messages.Messages"),
        ("resources.messages.batches", "Batches", "client.nouns.batches.Batches"),
        ("resources.models", "Models", "client.nouns.models.Models"),
        ("resources.files", "AsyncFiles", "client.nouns.files.AsyncFiles"),
        ("resources.beta", "Beta", "client.nouns.beta.Beta"),
        ("resources.beta.beta", "AsyncBeta", "client.nouns.beta.AsyncBeta"),
        ("resources.beta.messages", "Messages", "client.nouns.beta_messages.BetaMessages"),
        ("resources.beta.messages.messages", "AsyncMessages", "client.nouns.beta_messages.AsyncBetaMessages"),
        ("resources.beta.messages.batches", "AsyncBatches", "client.nouns.batches.AsyncBatches"),
        ("resources.beta.models", "Models", "client.nouns.models.Models"),
        ("resources.beta.files", "Files", "client.nouns.files.Files"),
    ],
)
def test_a_name_is_the_thing_itself(path: str, name: str, home: str) -> None:
    module, _, real = home.rpartition(".")

    assert getattr(import_module(f"tercet.{path}"), name) is getattr(import_module(f"tercet.{module}"), real)


def test_a_method_patched_on_a_class_of_resources_is_what_clients_call(monkeypatch: pytest.MonkeyPatch) -> None:
    from tercet.resources.messages import Messages

    monkeypatch.setattr(Messages, "create", lambda self, **named: named["model"])
    client = tercet.Anthropic(api_key="k" * 20)

    assert client.messages.create(model="m", max_tokens=1, messages=[]) == "m"


def test_an_answer_is_made_of_json_by_its_declared_type() -> None:
    from tercet._models import construct_type, construct_type_unchecked
    from tercet.types import ContentBlock, Message, TextBlock

    message = construct_type_unchecked(value={"content": [{"type": "text", "text": "a"}]}, type_=Message)

    assert isinstance(message.content[0], TextBlock)
    assert isinstance(construct_type(value={"type": "text", "text": "a"}, type_=ContentBlock), TextBlock)
