"""The clients of Amazon Bedrock. What a request looks like there stands in `platforms/bedrock.py`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from tercet.client.anthropic import Anthropic, AsyncAnthropic
from tercet.client.platforms.amazon import AmazonClient, bearer_token
from tercet.platforms.aws_credentials import AmazonCredentials, region_for
from tercet.platforms.bedrock import API_VERSION, Bedrock, base_url_of

if TYPE_CHECKING:
    from tercet.client.client_arguments import ClientArguments


class _BedrockClient(AmazonClient):
    _platform: Bedrock
    _platform_arguments: ClassVar[frozenset[str]] = AmazonClient._platform_arguments | {"model_hint"}

    def __init__(
        self,
        aws_secret_key: str | None = None,
        aws_access_key: str | None = None,
        aws_region: str | None = None,
        aws_profile: str | None = None,
        aws_session_token: str | None = None,
        api_key: str | None = None,
        *,
        model_hint: str | Mapping[str, str] | None = None,
        **arguments: Unpack[ClientArguments],
    ) -> None:
        keys = (aws_access_key, aws_secret_key, aws_session_token, aws_profile)
        token = bearer_token(api_key, keys)
        platform = Bedrock(
            region_for(aws_region, aws_profile),
            AmazonCredentials(aws_access_key, aws_secret_key, aws_session_token, aws_profile),
            model_hint,
        )
        base_url = arguments.get("base_url") or os.environ.get("ANTHROPIC_BEDROCK_BASE_URL")
        version = arguments.get("anthropic_version", API_VERSION)
        self._start_on(
            platform,
            arguments,
            auth_token=token,
            base_url=base_url or base_url_of(platform.region),
            anthropic_version=version,
        )

    @property
    def aws_region(self) -> str:
        """The region."""
        return self._platform.region

    def model_behind(self, model: str) -> str:
        """Return the model that an id or ARN stands for, by `model_hint`; the id itself if nothing was said of it."""
        return self._platform.model_behind(model)

    def _own_arguments(self) -> dict[str, Any]:
        return {"model_hint": self._platform.hint}

    def _address(self, region: str | None) -> str:
        return base_url_of(str(region))

    def _placed(self, region: str | None, credentials: AmazonCredentials, arguments: dict[str, Any]) -> Bedrock:
        return Bedrock(str(region), credentials, arguments["model_hint"])


class AnthropicBedrock(_BedrockClient, Anthropic):
    """Claude on Amazon Bedrock, blocking. Needs `pip install 'tercet[bedrock]'`, unless `api_key` is used.

    Credentials: `api_key`, a Bedrock API key (AWS_BEARER_TOKEN_BEDROCK); else `aws_access_key` and `aws_secret_key`, with
    `aws_session_token`; else what botocore finds, in `aws_profile` if that is named. `aws_region`: AWS_REGION,
    AWS_DEFAULT_REGION, the profile's, or a ValueError. `base_url`: ANTHROPIC_BEDROCK_BASE_URL. `anthropic_version` stands
    in the body: bedrock-2023-05-31. `model_hint`: the model behind ARNs that do not name it, as a mapping or one for all.

    The other arguments are those of `Anthropic`. There are no batches, models, files and token counts here: asking for
    them raises AnthropicError.
    """


class AsyncAnthropicBedrock(_BedrockClient, AsyncAnthropic):
    """Claude on Amazon Bedrock, async. See `AnthropicBedrock`. Credentials are found in a thread, and kept."""
