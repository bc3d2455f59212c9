"""The clients of Microsoft Foundry. What a request looks like there stands in `platforms/foundry.py`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from tercet.client.anthropic import Anthropic, AsyncAnthropic
from tercet.client.platforms.base import PlatformClient
from tercet.client.settings import MissingCredentialsError
from tercet.platforms.base import TokenProvider
from tercet.platforms.foundry import Foundry, base_url_of

if TYPE_CHECKING:
    from tercet.client.client_arguments import ClientArguments


class _FoundryClient(PlatformClient):
    _platform: Foundry
    _platform_arguments: ClassVar[frozenset[str]] = frozenset({"azure_ad_token_provider", "resource"})
    _instead_of_token: ClassVar[frozenset[str]] = frozenset({"azure_ad_token_provider"})

    def __init__(
        self,
        *,
        resource: str | None = None,
        api_key: str | None = None,
        azure_ad_token_provider: TokenProvider | None = None,
        **arguments: Unpack[ClientArguments],
    ) -> None:
        self._start_on(
            Foundry(azure_ad_token_provider),
            arguments,
            api_key=key_for(api_key, azure_ad_token_provider),
            base_url=address_for(resource, arguments.get("base_url")),
        )

    def _arguments(self) -> dict[str, Any]:
        return {"azure_ad_token_provider": self._platform.provider, "resource": None}

    def _rebuilt(self, arguments: dict[str, Any], changes: dict[str, Any]) -> Foundry:
        if arguments["resource"] is not None:
            changes["base_url"] = address_for(arguments["resource"], changes.get("base_url"))
        return Foundry(arguments["azure_ad_token_provider"])


def key_for(given: str | None, provider: TokenProvider | None) -> str | None:
    """Return the key, unless a provider of tokens takes its place. Raises MissingCredentialsError if there is neither."""
    if provider is not None:
        return None
    key = given if given is not None else os.environ.get("ANTHROPIC_FOUNDRY_API_KEY") or None
    if key is None:
        raise MissingCredentialsError(
            "No credentials for Foundry: pass api_key= or azure_ad_token_provider=, or set ANTHROPIC_FOUNDRY_API_KEY."
        )
    return key


def address_for(resource: str | None, base_url: object | None) -> object:
    """Return the base URL: as given or by the resource's name, from arguments before the environment."""
    if resource is not None and base_url is not None:
        raise ValueError("pass base_url or resource, not both: the one follows from the other")
    if resource is None and base_url is None:
        resource = os.environ.get("ANTHROPIC_FOUNDRY_RESOURCE") or None
        base_url = os.environ.get("ANTHROPIC_FOUNDRY_BASE_URL") or None
        if resource is not None and base_url is not None:
            raise ValueError("set ANTHROPIC_FOUNDRY_BASE_URL or ANTHROPIC_FOUNDRY_RESOURCE, not both")
    if base_url is not None:
        return base_url
    if resource is None:
        raise ValueError("No Foundry resource: pass resource= or base_url=, or set ANTHROPIC_FOUNDRY_RESOURCE.")
    return base_url_of(resource)


class AnthropicFoundry(_FoundryClient, Anthropic):
    """Claude on Microsoft Foundry, blocking.

    `resource`: the name of your Foundry resource (ANTHROPIC_FOUNDRY_RESOURCE), or `base_url`
    (ANTHROPIC_FOUNDRY_BASE_URL). Credentials: `azure_ad_token_provider`, a function that returns an Entra ID token and is
    asked for each request; else `api_key` (ANTHROPIC_FOUNDRY_API_KEY).

    The other arguments are those of `Anthropic`. There are no batches and models here: asking for them raises
    AnthropicError.
    """


class AsyncAnthropicFoundry(_FoundryClient, AsyncAnthropic):
    """Claude on Microsoft Foundry, async. See `AnthropicFoundry`; the provider may be async, too."""
