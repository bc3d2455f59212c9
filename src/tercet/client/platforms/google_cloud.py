"""The clients of Claude Models on Google Cloud. What a request looks like there stands in `platforms/google_cloud.py`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from tercet.client.platforms.base import PlatformClient
from tercet.client.platforms.google_project import AsyncWithProject, WithProject
from tercet.platforms.base import TokenProvider
from tercet.platforms.google_cloud import ORIGIN, GoogleCloud
from tercet.platforms.google_tokens import GoogleTokens

if TYPE_CHECKING:
    from tercet.client.client_arguments import ClientArguments

PROJECT, LOCATION = "ANTHROPIC_GOOGLE_CLOUD_PROJECT", "ANTHROPIC_GOOGLE_CLOUD_LOCATION"
WORKSPACE, ADDRESS = "ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID", "ANTHROPIC_GOOGLE_CLOUD_BASE_URL"


class _GoogleCloudClient(PlatformClient):
    _platform: GoogleCloud
    _platform_arguments: ClassVar[frozenset[str]] = frozenset(
        {"project", "location", "workspace_id", "token_provider", "credentials", "skip_auth"}
    )
    _instead_of_token: ClassVar[frozenset[str]] = frozenset({"token_provider", "credentials"})

    def __init__(
        self,
        *,
        project: str | None = None,
        location: str | None = None,
        workspace_id: str | None = None,
        token_provider: TokenProvider | None = None,
        credentials: Any | None = None,
        skip_auth: bool = False,
        **arguments: Unpack[ClientArguments],
    ) -> None:
        if skip_auth and (token_provider is not None or credentials is not None):
            raise ValueError("skip_auth sends no credentials: do not pass token_provider or credentials with it")
        platform = GoogleCloud(
            project or os.environ.get(PROJECT) or os.environ.get("GOOGLE_CLOUD_PROJECT") or None,
            location or os.environ.get(LOCATION) or "global",
            workspace_id or os.environ.get(WORKSPACE) or None,
            GoogleTokens(credentials),
            token_provider,
            signs=not skip_auth,
        )
        self._start_on(platform, arguments, base_url=arguments.get("base_url") or os.environ.get(ADDRESS) or ORIGIN)

    @property
    def project(self) -> str | None:
        """The project, if it is known yet: default credentials name theirs when they are first used."""
        return self._platform.project

    @property
    def location(self) -> str:
        """The location."""
        return self._platform.location

    @property
    def workspace_id(self) -> str | None:
        """The workspace that requests belong to."""
        return self._platform.workspace

    @property
    def google_credentials(self) -> Any:
        """The google-auth credentials: as given, or the default ones once they were used."""
        return self._platform.tokens.credentials

    @property
    def skip_auth(self) -> bool:
        """Whether requests go out without credentials, for a proxy that adds them."""
        return not self._platform.signs

    def _arguments(self) -> dict[str, Any]:
        return {
            **self._public_arguments(),
            "token_provider": self._platform.provider,
            "credentials": self.google_credentials,
        }

    def _rebuilt(self, arguments: dict[str, Any], changes: dict[str, Any]) -> GoogleCloud:
        same = arguments["credentials"] is self.google_credentials
        provider = arguments["token_provider"]
        return GoogleCloud(
            arguments["project"],
            arguments["location"],
            arguments["workspace_id"],
            self._platform.tokens if same else GoogleTokens(arguments["credentials"]),
            provider if same or provider is not self._platform.provider else None,  # new credentials are the ones meant
            signs=not arguments["skip_auth"],
        )

    def _public_arguments(self) -> dict[str, Any]:
        own = {"project": self.project, "location": self.location, "workspace_id": self.workspace_id}
        return {**own, "skip_auth": self.skip_auth}


class AnthropicGoogleCloud(_GoogleCloudClient, WithProject):
    """Claude Models on Google Cloud, blocking: the whole Claude API behind Google's gateway. Needs
    `pip install 'tercet[vertex]'`, unless `token_provider` is used.

    `project`: ANTHROPIC_GOOGLE_CLOUD_PROJECT, GOOGLE_CLOUD_PROJECT, or that of the credentials. `location`:
    ANTHROPIC_GOOGLE_CLOUD_LOCATION, or 'global'. `workspace_id`: ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID. Credentials:
    `token_provider`, a function that is asked for each request; `credentials`, an object of google-auth; else Google's
    Application Default Credentials, renewed in time. `base_url` (ANTHROPIC_GOOGLE_CLOUD_BASE_URL): a gateway of your own,
    which gets the Claude API's paths as they are. The other arguments are those of `Anthropic`.
    """


class AsyncAnthropicGoogleCloud(_GoogleCloudClient, AsyncWithProject):
    """Claude Models on Google Cloud, async. See `AnthropicGoogleCloud`; the provider may be async, too."""
