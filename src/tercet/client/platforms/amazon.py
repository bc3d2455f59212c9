"""The base of the clients of Amazon's services: a region, and keys or a bearer token in their place."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from tercet.client.platforms.base import PlatformClient
from tercet.platforms.aws_credentials import AmazonCredentials, region_for
from tercet.wire.secret import Secret

if TYPE_CHECKING:
    from tercet.platforms.bedrock import Bedrock
    from tercet.platforms.signed_api import SignedAPI

AWS_ARGUMENTS = ("aws_access_key", "aws_secret_key", "aws_session_token", "aws_profile")


class AmazonClient(PlatformClient):
    """A client with a region and Amazon's credentials."""

    _platform_arguments: ClassVar[frozenset[str]] = frozenset({*AWS_ARGUMENTS, "aws_region", "api_key"})
    _instead_of_token: ClassVar[frozenset[str]] = frozenset(AWS_ARGUMENTS)

    @property
    def _amazon(self) -> Bedrock | SignedAPI:
        platform: Bedrock | SignedAPI = self._platform
        return platform

    @property
    def aws_region(self) -> str | None:
        """The region."""
        return self._amazon.region

    @property
    def aws_profile(self) -> str | None:
        """The profile of the AWS configuration, if one was named."""
        return self._amazon.credentials.profile

    @property
    def aws_access_key(self) -> str | None:
        """The access key's id, if keys were given."""
        return self._amazon.credentials.access_key

    @property
    def aws_secret_key(self) -> str | None:
        """The secret key, if keys were given."""
        return self._amazon.credentials.secret_key

    @property
    def aws_session_token(self) -> str | None:
        """The session token, if one was given."""
        return self._amazon.credentials.session_token

    @property
    def api_key(self) -> str | None:
        """The Bedrock API key, a bearer token, if that is used instead of signatures. May be set."""
        return self.auth_token

    @api_key.setter
    def api_key(self, value: str | None) -> None:
        self._set_up(self._settings.changed(auth_token=Secret(value, "api_key") if value is not None else None))

    def _address(self, region: str | None) -> str:
        """Return the address of the service in a region."""
        raise AssertionError("each service's client says")

    def _placed(self, region: str | None, credentials: AmazonCredentials, arguments: dict[str, Any]) -> Any:
        """Return the platform in a region, with the client's other arguments."""
        raise AssertionError("each service's client says")

    def _own_arguments(self) -> dict[str, Any]:
        """Return the service's own arguments as they stand; none of them is a credential."""
        return {}

    def _arguments(self) -> dict[str, Any]:
        keys = {name: getattr(self, name) for name in AWS_ARGUMENTS}
        return {**keys, "aws_region": self.aws_region, "api_key": None, **self._own_arguments()}

    def _rebuilt(self, arguments: dict[str, Any], changes: dict[str, Any]) -> Any:
        region = arguments["aws_region"]
        if region is not None:
            region = region_for(region, arguments["aws_profile"])
        if arguments["api_key"] is not None:
            changes["auth_token"] = arguments["api_key"]
        if region is not None and "base_url" not in changes and self._is_where_the_region_is():
            changes["base_url"] = self._address(region)  # a signature holds for one region
        keys = {name: arguments[name] for name in AWS_ARGUMENTS}
        credentials = self._amazon.credentials
        if any(keys[name] != getattr(self, name) for name in AWS_ARGUMENTS):
            credentials = AmazonCredentials(
                keys["aws_access_key"], keys["aws_secret_key"], keys["aws_session_token"], keys["aws_profile"]
            )
        return self._placed(region, credentials, arguments)

    def _is_where_the_region_is(self) -> bool:
        return self.aws_region is not None and self._settings.base_url == self._address(self.aws_region)

    def _public_arguments(self) -> dict[str, Any]:
        return {"aws_region": self.aws_region, "aws_profile": self.aws_profile, **self._own_arguments()}


BEDROCK_TOKEN = ("AWS_BEARER_TOKEN_BEDROCK",)


def bearer_token(given: str | None, keys: Sequence[str | None], variables: Sequence[str] = BEDROCK_TOKEN) -> str | None:
    """Return an API key of the service: as given, or from the environment if no AWS credentials were named instead."""
    named = any(key is not None for key in keys)
    if given is not None and named:
        raise ValueError("pass api_key or AWS credentials (aws_access_key, aws_secret_key, aws_profile ...), not both")
    if given is not None or named:
        return given
    return next((found for name in variables if (found := os.environ.get(name))), None)
