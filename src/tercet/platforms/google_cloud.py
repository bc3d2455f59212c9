"""The Claude API in its own form behind Google Cloud ("Claude Models on Google Cloud"): project, location and workspace
stand before the path, Google's access tokens prove who is calling. Knows no client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tercet.platforms.base import Platform, TokenProvider, call_provider, platform_request, with_token
from tercet.platforms.vertex import segment
from tercet.transport.base import Lost
from tercet.wire.errors import AnthropicError
from tercet.wire.http import Request

if TYPE_CHECKING:
    from tercet.platforms.google_tokens import GoogleTokens

PROVIDER = "token_provider"
ORIGIN = "https://claude.googleapis.com"
OF_ORGANIZATIONS = ("/v1/organizations", "/v1/user_profiles")
"""Paths that belong to no workspace."""


class GoogleCloud(Platform):
    """Reach one project and location. A gateway of one's own (another base URL than `ORIGIN`) gets requests as they are."""

    name = "Claude on Google Cloud"

    def __init__(
        self,
        project: str | None,
        location: str,
        workspace: str | None,
        tokens: GoogleTokens,
        provider: TokenProvider | None = None,
        *,
        signs: bool = True,
    ) -> None:
        self._project, self.location, self.workspace = project, location, workspace
        self.tokens, self.provider, self.signs = tokens, provider, signs

    @property
    def project(self) -> str | None:
        """Return the project: as given, that of the credentials, or of the default ones once they were read."""
        own = getattr(self.tokens.credentials, "project_id", None)
        return self._project or self.tokens.project or (own if isinstance(own, str) else None)

    @property
    def lacks_project(self) -> bool:
        """Return whether only default credentials can tell the project, and nobody has read them yet."""
        return self.signs and self.provider is None and self.project is None and self.tokens.credentials is None

    @property
    def credential(self) -> object:
        """Return where tokens come from."""
        if not self.signs:
            return None
        return self.tokens if self.provider is None else PROVIDER

    def shape(self, request: Request, base_url: str) -> Request:
        """Return the same request, at the place of its workspace."""
        asked = platform_request(request, base_url)
        if asked is None or base_url != ORIGIN:
            return request
        url = f"{ORIGIN}{self._path_prefix(asked.path)}{request.url.removeprefix(ORIGIN)}"
        return Request(
            request.method, url, request.headers, request.content, timeout=request.timeout, stream=request.stream
        )

    def _path_prefix(self, path: str) -> str:
        if not self.project:
            raise AnthropicError(
                "No Google Cloud project: pass project=, or set ANTHROPIC_GOOGLE_CLOUD_PROJECT. Nothing was sent."
            )
        place = f"/v1/projects/{segment(self.project, 'project')}/locations/{segment(self.location, 'location')}"
        if path.startswith(OF_ORGANIZATIONS):
            return f"{place}/claudeOrganization/invoke"
        if not self.workspace:
            raise AnthropicError(
                "No workspace: pass workspace_id=, or set ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID. Nothing was sent."
            )
        return f"{place}/workspaces/{segment(self.workspace, 'workspace_id')}/invoke"

    def authorises_at_once(self, request: Request) -> bool:
        """Return whether a token is at hand, or none is wanted."""
        return self._is_authorised(request) or (self.provider is None and self.tokens.ready)

    def _is_authorised(self, request: Request) -> bool:
        return not self.signs or "authorization" in request.headers

    def authorise(self, request: Request) -> Request | Lost:
        """Return the request with a token of the provider or of the credentials."""
        if self._is_authorised(request):
            return request
        token = self.tokens.token() if self.provider is None else self.provider()
        return token if isinstance(token, Lost) else with_token(request, token, PROVIDER)

    async def authorise_async(self, request: Request) -> Request | Lost:
        """Return what `authorise` does, while the event loop goes on."""
        if self.provider is None or self._is_authorised(request):
            return await super().authorise_async(request)
        return with_token(request, await call_provider(self.provider), PROVIDER)
