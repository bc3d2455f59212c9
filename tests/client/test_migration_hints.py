"""Programs of 2023 and 2024: what they ask for works, or says what to write instead."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from tests.client.scripted import ASK, JSON, KEY, MESSAGE, Script

import tercet
from tercet.client import migration_hints

CLIENTS = [tercet.Anthropic, tercet.AsyncAnthropic]


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize("name", migration_hints.ATTRIBUTES)
def test_what_is_gone_says_what_to_write_instead(kind: Any, name: str) -> None:
    client = kind(api_key=KEY)

    assert not hasattr(client, name)
    with pytest.raises(AttributeError, match=r"client\.|gone") as raised:
        getattr(client, name)
    assert migration_hints.ATTRIBUTES[name] in str(raised.value)


@pytest.mark.parametrize("name", migration_hints.BETA_ATTRIBUTES)
def test_beta_nouns_that_are_not_offered_name_their_endpoint(name: str) -> None:
    with pytest.raises(AttributeError, match=f"/v1/{name}"):
        getattr(tercet.Anthropic(api_key=KEY).beta, name)


@pytest.mark.parametrize("name", migration_hints.ARGUMENTS)
def test_arguments_that_are_gone_say_what_to_pass_instead(name: str) -> None:
    with pytest.raises(TypeError, match="pass ") as raised:
        tercet.Anthropic(api_key=KEY, **{name: "x"})
    assert migration_hints.ARGUMENTS[name] in str(raised.value)


def test_any_other_name_is_a_plain_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"^'Anthropic' object has no attribute 'mesages'$"):
        tercet.Anthropic(api_key=KEY).mesages  # type: ignore[attr-defined]  # noqa: B018


def test_an_error_inside_of_a_property_is_not_taken_for_a_missing_name() -> None:
    class Odd(tercet.Anthropic):
        @property
        def odd(self) -> str:
            return "text".missing  # type: ignore[attr-defined]

    with pytest.raises(AttributeError, match="'str' object has no attribute 'missing'"):
        Odd(api_key=KEY).odd  # noqa: B018


def test_prompts_for_text_completions_can_still_be_put_together() -> None:
    assert f"{tercet.HUMAN_PROMPT} Hi{tercet.AI_PROMPT}" == "\n\nHuman: Hi\n\nAssistant:"


@pytest.mark.parametrize("name", ["tools", "prompt_caching"])
def test_the_betas_of_2024_are_beta_messages_by_now(name: str) -> None:
    script = Script((200, JSON, MESSAGE))
    client = script.client()
    message = getattr(client.beta, name).messages.create(**ASK)

    assert message.content[0].text == "Hi!"
    assert script.sent[0].url == "http://local/v1/messages"


def test_the_types_of_those_betas_are_todays() -> None:
    from tercet.types.beta.prompt_caching import PromptCachingBetaMessage, PromptCachingBetaTextBlockParam
    from tercet.types.beta.tools import ToolParam, ToolsBetaMessage

    assert ToolsBetaMessage is PromptCachingBetaMessage is tercet.types.Message
    assert ToolParam is tercet.types.ToolParam
    assert PromptCachingBetaTextBlockParam is tercet.types.TextBlockParam


@pytest.mark.parametrize(
    "path", ["messages", "messages.batches", "models", "files", "beta", "beta.messages", "beta.files"]
)
def test_a_resource_stays_the_same_object_so_that_what_is_patched_on_it_stays(path: str) -> None:
    client = tercet.Anthropic(api_key=KEY)

    def resource() -> Any:
        found: Any = client
        for part in path.split("."):
            found = getattr(found, part)
        return found

    resource().create = "patched"

    assert resource().create == "patched"
    assert copy.copy(resource()) is not resource()
