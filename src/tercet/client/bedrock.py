"""The clients of Amazon Bedrock. What a request looks like there stands in `platforms/bedrock.py`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from tercet.client.anthropic import Anthropic, AsyncAnthropic
from tercet.client.platform import PlatformClient
from tercet.client.secret import Secret
from tercet.platforms.bedrock import API_VERSION, Bedrock, base_url_of
from tercet.platforms.signing import AmazonCredentials, region_for

if TYPE_CHECKING:
    from tercet.client.client_arguments import ClientArguments

AWS_ARGUMENTS = ("aws_access_key", "aws_secret_key", "aws_session_token", "aws_profile")


class _BedrockClient(PlatformClient):
    _platform: Bedrock
    _platform_arguments: ClassVar[frozenset[str]] = frozenset({*AWS_ARGUMENTS, "aws_region", "model_hint", "api_key"})
    _instead_of_token: ClassVar[frozenset[str]] = frozenset(AWS_ARGUMENTS)

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

    @property
    def aws_profile(self) -> str | None:
        """The profile of the AWS configuration, if one was named."""
        return self._platform.credentials.profile

    @property
    def aws_access_key(self) -> str | None:
        """The access key's id, if keys were given."""
        return self._platform.credentials.access_key

    @property
    def aws_secret_key(self) -> str | None:
        """The secret key, if keys were given."""
        return self._platform.credentials.secret_key

    @property
    def aws_session_token(self) -> str | None:
        """The session token, if one was given."""
        return self._platform.credentials.session_token

    @property
    def api_key(self) -> str | None:
        """The Bedrock API key, a bearer token, if that is used instead of signatures. May be set."""
        return self.auth_token

    @api_key.setter
    def api_key(self, value: str | None) -> None:
        self._set_up(self._settings.changed(auth_token=Secret(value, "api_key") if value is not None else None))

    def model_behind(self, model: str) -> str:
        """The model that an id or ARN stands for, by `model_hint`; the id itself if nothing was said of it."""
        return self._platform.model_behind(model)

    def _arguments(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in AWS_ARGUMENTS}
        return {**own, "aws_region": self.aws_region, "model_hint": self._platform.hint, "api_key": None}

    def _rebuilt(self, arguments: dict[str, Any], changes: dict[str, Any]) -> Bedrock:
        token, region = arguments["api_key"], region_for(arguments["aws_region"], arguments["aws_profile"])
        if token is not None:
            changes["auth_token"] = token
        if "base_url" not in changes and self.base_url == base_url_of(self.aws_region):
            changes["base_url"] = base_url_of(region)  # a signature holds for one region
        keys = {name: arguments[name] for name in AWS_ARGUMENTS}
        credentials = self._platform.credentials
        if any(keys[name] != getattr(self, name) for name in AWS_ARGUMENTS):
            credentials = AmazonCredentials(
                keys["aws_access_key"], keys["aws_secret_key"], keys["aws_session_token"], keys["aws_profile"]
            )
        return Bedrock(region, credentials, arguments["model_hint"])

    def _public_arguments(self) -> dict[str, Any]:
        return {"aws_region": self.aws_region, "aws_profile": self.aws_profile, "model_hint": self._platform.hint}


def bearer_token(given: str | None, keys: Sequence[str | None]) -> str | None:
    """A Bedrock API key: as given, or from the environment if no AWS credentials were named instead."""
    named = any(key is not None for key in keys)
    if given is not None and named:
        raise ValueError("pass api_key or AWS credentials (aws_access_key, aws_secret_key, aws_profile ...), not both")
    return given if given is not None or named else os.environ.get("AWS_BEARER_TOKEN_BEDROCK") or None


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
