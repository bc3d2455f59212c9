"""The clients of the Claude API on Amazon's side: `AnthropicAWS` and `AnthropicBedrockMantle`. What a request looks like
there stands in `platforms/signed_api.py`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from tercet.client.anthropic import Anthropic, AsyncAnthropic
from tercet.client.platforms.amazon import AmazonClient, bearer_token
from tercet.platforms.aws_credentials import AmazonCredentials, region_for
from tercet.platforms.base import MissingRegionError
from tercet.platforms.signed_api import AWS, MANTLE, Service, SignedAPI
from tercet.wire.errors import AnthropicError

if TYPE_CHECKING:
    from tercet.client.client_arguments import ClientArguments


class _SignedClient(AmazonClient):
    _platform: SignedAPI
    _platform_arguments: ClassVar[frozenset[str]] = AmazonClient._platform_arguments | {"workspace_id", "skip_auth"}
    _service: ClassVar[Service]
    _token_variables: ClassVar[tuple[str, ...]]
    _address_variable: ClassVar[str]

    def __init__(
        self,
        *,
        api_key: str | None = None,
        aws_access_key: str | None = None,
        aws_secret_key: str | None = None,
        aws_region: str | None = None,
        aws_profile: str | None = None,
        aws_session_token: str | None = None,
        workspace_id: str | None = None,
        skip_auth: bool = False,
        **arguments: Unpack[ClientArguments],
    ) -> None:
        keys = (aws_access_key, aws_secret_key, aws_session_token, aws_profile)
        token = None if skip_auth else bearer_token(api_key, keys, self._token_variables)
        base_url = arguments.get("base_url") or os.environ.get(self._address_variable)
        needed = base_url is None or not (skip_auth or token)
        region = region_for(aws_region, aws_profile) if needed else aws_region
        credentials = AmazonCredentials(aws_access_key, aws_secret_key, aws_session_token, aws_profile)
        workspace = self._workspace(workspace_id, needed=not skip_auth)
        self._start_on(
            SignedAPI(self._service, region, credentials, workspace, signs=not skip_auth),
            arguments,
            auth_token=token,
            base_url=base_url or self._address(region),
        )

    def _workspace(self, given: str | None, *, needed: bool) -> str | None:
        return given

    @property
    def workspace_id(self) -> str | None:
        """The workspace whose models, batches and files these are."""
        return self._platform.workspace

    @property
    def skip_auth(self) -> bool:
        """Whether requests go out without credentials, for a proxy that adds them."""
        return not self._platform.signs

    def _address(self, region: str | None) -> str:
        if region is None:
            raise MissingRegionError("No AWS region: pass aws_region= or base_url=, or set AWS_REGION.")
        return self._service.address.format(region=region)

    def _placed(self, region: str | None, credentials: AmazonCredentials, arguments: dict[str, Any]) -> SignedAPI:
        workspace, signs = arguments["workspace_id"], not arguments["skip_auth"]
        return SignedAPI(self._service, region, credentials, workspace, signs=signs)

    def _own_arguments(self) -> dict[str, Any]:
        return {"workspace_id": self.workspace_id, "skip_auth": self.skip_auth}


class _AWSClient(_SignedClient):
    _service = AWS
    _token_variables = ("ANTHROPIC_AWS_API_KEY",)
    _address_variable = "ANTHROPIC_AWS_BASE_URL"

    def _workspace(self, given: str | None, *, needed: bool) -> str | None:
        workspace = given or (os.environ.get("ANTHROPIC_AWS_WORKSPACE_ID") or None if needed else None)
        if workspace is None and needed:
            raise AnthropicError("No workspace: pass workspace_id=, or set ANTHROPIC_AWS_WORKSPACE_ID.")
        return workspace


class _MantleClient(_SignedClient):
    _service = MANTLE
    _token_variables = ("AWS_BEARER_TOKEN_BEDROCK", "ANTHROPIC_AWS_API_KEY")
    _address_variable = "ANTHROPIC_BEDROCK_MANTLE_BASE_URL"


class AnthropicAWS(_AWSClient, Anthropic):
    """Claude Platform on AWS, blocking: the whole Claude API, signed by Amazon. Needs `pip install 'tercet[bedrock]'`,
    unless `api_key` is used.

    `workspace_id`: ANTHROPIC_AWS_WORKSPACE_ID, or an AnthropicError. Credentials: `api_key` (ANTHROPIC_AWS_API_KEY); else
    `aws_access_key` and `aws_secret_key`, with `aws_session_token`; else what botocore finds, in `aws_profile` if that is
    named. `aws_region`: AWS_REGION, AWS_DEFAULT_REGION, the profile's. `base_url`: ANTHROPIC_AWS_BASE_URL. `skip_auth=True`
    sends no credentials, for a proxy that adds them. The other arguments are those of `Anthropic`.
    """


class AsyncAnthropicAWS(_AWSClient, AsyncAnthropic):
    """Claude Platform on AWS, async. See `AnthropicAWS`. Credentials are found in a thread, and kept."""


class AnthropicBedrockMantle(_MantleClient, Anthropic):
    """Claude in Amazon Bedrock, in the Claude API's own form (Mantle), blocking. Needs `pip install 'tercet[bedrock]'`,
    unless `api_key` is used.

    Credentials: `api_key`, a Bedrock API key (AWS_BEARER_TOKEN_BEDROCK, ANTHROPIC_AWS_API_KEY); else those of
    `AnthropicAWS`. `base_url`: ANTHROPIC_BEDROCK_MANTLE_BASE_URL. There are no models and files here: asking for them
    raises AnthropicError.
    """


class AsyncAnthropicBedrockMantle(_MantleClient, AsyncAnthropic):
    """Claude in Amazon Bedrock, in the Claude API's own form, async. See `AnthropicBedrockMantle`."""
