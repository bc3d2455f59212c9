"""Amazon's credentials and signature (SigV4), by botocore, which is imported when the first request is signed."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from threading import Lock
from types import CellType
from typing import Any

from tercet.platforms.base import MissingDependencyError, MissingRegionError
from tercet.transport.base import Lost
from tercet.wire.errors import CredentialsError
from tercet.wire.http import Request

SOON_SIGNED = 256 * 1024
"""Bytes of a body whose hash takes less time than asking a thread for it."""
_REGION = re.compile(r"[a-z]{2,}(-[a-z0-9]+)+")
_ADDED = ("X-Amz-Date", "X-Amz-Security-Token", "Authorization")


class AmazonCredentials:
    """Hold keys as given, or else whatever botocore finds: environment, profile, SSO, container or instance role.

    Found keys are renewed by botocore when they run out. One object may be used by many threads and clients.
    """

    def __init__(self, access_key: str | None, secret_key: str | None, token: str | None, profile: str | None) -> None:
        if (access_key is None) != (secret_key is None):
            raise ValueError("aws_access_key and aws_secret_key belong together; one of them is missing")
        if token is not None and access_key is None:
            raise ValueError("aws_session_token needs aws_access_key and aws_secret_key")
        self.profile = profile
        self.given = access_key is not None
        """Whether the keys were passed, so that nothing has to be looked up."""
        # A closure, as with every secret: `vars`, `repr` and what prints attributes miss it.
        self._keys: Callable[[], tuple[Any, ...]] = lambda: (access_key, secret_key, token)
        self._lock = Lock()
        self._found: CellType | None = None  # its content has the keys as plain attributes

    def __repr__(self) -> str:
        where = "given" if self.given else f"profile {self.profile!r}" if self.profile else "found by botocore"
        return f"<AmazonCredentials: {where}>"

    @property
    def access_key(self) -> str | None:
        """Return the access key's id, if keys were given."""
        found: str | None = self._keys()[0]
        return found

    @property
    def secret_key(self) -> str | None:
        """Return the secret key, if keys were given."""
        found: str | None = self._keys()[1]
        return found

    @property
    def session_token(self) -> str | None:
        """Return the session token, if one was given."""
        found: str | None = self._keys()[2]
        return found

    def ready(self, request: Request) -> bool:
        """Return whether signing takes no time worth mentioning."""
        return self.given and "botocore.auth" in sys.modules and len(request.content) <= SOON_SIGNED

    def sign(self, request: Request, region: str, service: str) -> Request | Lost:
        """Return the request with its signature. All headers are signed but those that a proxy may change.

        A Lost says that a server of credentials could not be reached. Raises CredentialsError if there are none.
        """
        auth, exceptions = _botocore()
        from botocore.awsrequest import AWSRequest

        headers = {name: value for name, value in request.headers.multi_items() if name.lower() != "connection"}
        signed = AWSRequest(method=request.method, url=request.url, headers=headers, data=request.content)
        try:
            keys = self._resolve().get_frozen_credentials()  # one set, whatever is renewed meanwhile
            auth.SigV4Auth(keys, service, region).add_auth(signed)
        except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
            return Lost("connect", "not_sent", f"AWS credentials could not be fetched: {_first_line(error)}", error)
        except exceptions.BotoCoreError as error:
            raise CredentialsError(f"No usable AWS credentials: {_first_line(error)}") from error
        return request.with_headers({name: signed.headers[name] for name in _ADDED if name in signed.headers})

    def _resolve(self) -> Any:
        with self._lock:  # found once for all threads
            if self._found is None:
                self._found = CellType(self._find())
            return self._found.cell_contents

    def _find(self) -> Any:
        from botocore.credentials import Credentials
        from botocore.session import Session

        if self.given:
            return Credentials(*self._keys())
        found = Session(profile=self.profile).get_credentials()
        if found is None:
            raise CredentialsError(
                "No AWS credentials were found: pass aws_access_key and aws_secret_key, aws_profile, or api_key (a Bedrock "
                "API key), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_BEARER_TOKEN_BEDROCK."
            )
        return found


def _botocore() -> tuple[Any, Any]:
    try:
        import botocore.auth
        import botocore.exceptions
    except ImportError as missing:
        raise MissingDependencyError("botocore", "bedrock") from missing
    return botocore.auth, botocore.exceptions


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:300] or type(error).__name__


def region_for(given: str | None, profile: str | None) -> str:
    """Return the region: as given, from AWS_REGION or AWS_DEFAULT_REGION, or from the AWS configuration file.

    Raises MissingRegionError, a ValueError, if nobody names one; there is no default region.
    """
    region = (
        given or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or _region_of_profile(profile)
    )
    if not region:
        raise MissingRegionError(
            "No AWS region: pass aws_region=, set AWS_REGION or AWS_DEFAULT_REGION, or name a region in your AWS profile."
        )
    if not isinstance(region, str) or not _REGION.fullmatch(region):
        raise ValueError(f"aws_region must be like 'us-east-1', not {region!r}")
    return region


def _region_of_profile(profile: str | None) -> str | None:
    try:
        from botocore.exceptions import BotoCoreError
        from botocore.session import Session
    except ImportError:
        return None
    try:
        found: str | None = Session(profile=profile).get_config_variable("region")
    except BotoCoreError as error:
        raise CredentialsError(f"The AWS configuration cannot be used: {_first_line(error)}") from error
    return found
