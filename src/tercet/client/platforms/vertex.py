"""The clients of Vertex AI. What a request looks like there stands in `platforms/vertex.py`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from tercet.client.platforms.base import PlatformClient
from tercet.client.platforms.google_project import AsyncWithProject, WithProject
from tercet.platforms.google_tokens import GoogleTokens
from tercet.platforms.vertex import API_VERSION, Vertex, base_url_of, region_for
from tercet.wire.requests.sentinels import NotGiven, not_given

if TYPE_CHECKING:
    from tercet.client.client_arguments import ClientArguments


class _VertexClient(PlatformClient):
    _platform: Vertex
    _platform_arguments: ClassVar[frozenset[str]] = frozenset({"region", "project_id", "access_token", "credentials"})
    _instead_of_token: ClassVar[frozenset[str]] = frozenset({"credentials"})

    def __init__(
        self,
        *,
        region: str | NotGiven | None = not_given,
        project_id: str | NotGiven | None = not_given,
        access_token: str | None = None,
        credentials: Any | None = None,
        **arguments: Unpack[ClientArguments],
    ) -> None:
        named = None if isinstance(project_id, NotGiven) else project_id
        platform = Vertex(
            named or os.environ.get("ANTHROPIC_VERTEX_PROJECT_ID") or None,
            region_for(None if isinstance(region, NotGiven) else region),
            GoogleTokens(credentials),
        )
        base_url = arguments.get("base_url") or os.environ.get("ANTHROPIC_VERTEX_BASE_URL")
        version = arguments.get("anthropic_version", API_VERSION)
        self._start_on(
            platform,
            arguments,
            auth_token=access_token,
            base_url=base_url or base_url_of(platform.region),
            anthropic_version=version,
        )

    @property
    def region(self) -> str:
        """The region."""
        return self._platform.region

    @property
    def project_id(self) -> str | None:
        """The project, if it is known yet: default credentials name theirs when they are first used."""
        return self._platform.project

    @property
    def access_token(self) -> str | None:
        """The access token that was given."""
        return self.auth_token

    @property
    def credentials(self) -> Any:
        """The google-auth credentials: as given, or the default ones once they were used."""
        return self._platform.tokens.credentials

    def _arguments(self) -> dict[str, Any]:
        return {
            "region": self.region,
            "project_id": self.project_id,
            "credentials": self.credentials,
            "access_token": None,
        }

    def _rebuilt(self, arguments: dict[str, Any], changes: dict[str, Any]) -> Vertex:
        region = region_for(arguments["region"])
        if arguments["access_token"] is not None:
            changes["auth_token"] = arguments["access_token"]
        if "base_url" not in changes and self._settings.base_url == base_url_of(self.region):
            changes["base_url"] = base_url_of(region)
        same = arguments["credentials"] is self.credentials
        tokens = self._platform.tokens if same else GoogleTokens(arguments["credentials"])
        return Vertex(arguments["project_id"], region, tokens)

    def _public_arguments(self) -> dict[str, Any]:
        return {"region": self.region, "project_id": self.project_id}


class AnthropicVertex(_VertexClient, WithProject):
    """Claude on Vertex AI, blocking. Needs `pip install 'tercet[vertex]'`, unless `access_token` is used.

    `region`: CLOUD_ML_REGION, or a ValueError; 'global', 'us' and 'eu' are regions too. `project_id`:
    ANTHROPIC_VERTEX_PROJECT_ID, or that of the default credentials. Credentials: `access_token` as it is; `credentials`,
    an object of google-auth; else Google's Application Default Credentials, renewed in time. `base_url`:
    ANTHROPIC_VERTEX_BASE_URL. `anthropic_version` stands in the body: vertex-2023-10-16.

    The other arguments are those of `Anthropic`. There are no batches, models and files here: asking for them raises
    AnthropicError.
    """


class AsyncAnthropicVertex(_VertexClient, AsyncWithProject):
    """Claude on Vertex AI, async. See `AnthropicVertex`. Tokens are fetched in a thread, and kept."""
