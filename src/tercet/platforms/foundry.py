"""Microsoft Foundry: the Claude API's own form at a resource of one's own, with a key or Entra ID's tokens."""

from __future__ import annotations

import re

from tercet.platforms.base import Platform, TokenProvider, call_provider, platform_request, with_token
from tercet.platforms.capabilities import refuse_endpoint
from tercet.transport.base import Lost
from tercet.wire.http import Request

PROVIDER = "azure_ad_token_provider"
_RESOURCE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def base_url_of(resource: str) -> str:
    """Return where a Foundry resource listens."""
    if not isinstance(resource, str) or not _RESOURCE.fullmatch(resource):
        raise ValueError(f"resource must be the name of a Foundry resource, such as 'my-resource', not {resource!r}")
    return f"https://{resource}.services.ai.azure.com/anthropic"


class Foundry(Platform):
    """Reach a Foundry resource. `provider` gives an Entra ID token for each request; it caches, if it is azure-identity's."""

    name = "Microsoft Foundry"

    def __init__(self, provider: TokenProvider | None = None) -> None:
        self.provider = provider

    def shape(self, request: Request, base_url: str) -> Request:
        """Return the same request; a key goes out under both names that Foundry has had for it."""
        asked = platform_request(request, base_url)
        if asked is None:
            return request
        refuse_endpoint(self.name, asked.path)
        key = request.headers.get("x-api-key")
        if key is None or "api-key" in request.headers:
            return request
        return request.with_headers({"api-key": key})

    def authorise(self, request: Request) -> Request | Lost:
        """Return the request with a token of the provider, if there is one."""
        if self.provider is None or "authorization" in request.headers:
            return request
        return with_token(request, self.provider(), PROVIDER)

    async def authorise_async(self, request: Request) -> Request | Lost:
        """Return what `authorise` does, while the event loop goes on."""
        if self.provider is None or "authorization" in request.headers:
            return request
        return with_token(request, await call_provider(self.provider), PROVIDER)
