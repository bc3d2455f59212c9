"""The settings of a client as one frozen value, and the headers that follow from them."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from tercet._version import __version__
from tercet.client.options import (
    ADDED,
    API_VERSION,
    CREDENTIALS,
    DEFAULT_BASE_URL,
    DEFAULT_MAX_RETRIES,
    DEFAULT_TIMEOUT,
    OPTIONS,
    SETTINGS,
    changed_settings,
    credential_of_environment,
    given_settings,
)
from tercet.client.overrides import NO_OVERRIDES, Overrides, merge_headers
from tercet.wire.errors import AnthropicError
from tercet.wire.http import Headers, Timeout
from tercet.wire.requests.sentinels import NotGiven, Omit, not_given
from tercet.wire.secret import Secret

NEWEST_API_VERSION = "2026-10-21"


class MissingCredentialsError(AnthropicError, TypeError):
    """No API key and no token was found. A TypeError too, since that is what the official SDK raises."""


class Settings(msgspec.Struct, frozen=True):
    """One client's configuration. Copies are made with `changed`; clients of equal settings behave alike."""

    api_key: Secret | None
    auth_token: Secret | None
    base_url: str
    """Without user and password."""
    timeout: Timeout
    max_retries: int
    deadline: float | None
    default_headers: Overrides
    default_query: Overrides
    anthropic_version: str
    defaults: Overrides = NO_OVERRIDES
    stream_idle_timeout: float | NotGiven | None = not_given
    """What the caller said; `timeout.stream_idle` is what applies."""
    user: Secret | None = None
    """`name:password`, if the base URL names them."""

    def changed(self, **values: Any) -> Settings:
        """Return the same settings but for these options, each of them checked."""
        fields = {name: OPTIONS[name].check(value) for name, value in values.items()}
        if "base_url" in fields:
            fields["base_url"], fields["user"] = fields["base_url"]
        if "timeout" in fields or "stream_idle_timeout" in fields:
            stream_idle = fields.get("stream_idle_timeout", self.stream_idle_timeout)
            fields["timeout"] = with_stream_idle(fields.get("timeout", self.timeout), stream_idle)
        return msgspec.structs.replace(self, **fields)

    def copied(self, changes: Mapping[str, Any], *, ambient: bool = True) -> Settings:
        """Return the settings of a copy with these arguments.

        `ambient`: whether a credential may come from the environment, if there is none.
        """
        values = changed_settings({name: getattr(self, name) for name in ADDED}, changes)
        if ambient and self.api_key is None and self.auth_token is None and not values.keys() & CREDENTIALS:
            values |= credential_of_environment()
        return self.changed(**values)

    def pickled(self) -> dict[str, Any]:
        """Return the arguments that make these settings elsewhere, without credentials: the other side reads its own."""
        values = {name: pickle(getattr(self, name)) for name in SETTINGS if (pickle := OPTIONS[name].pickle)}
        return {name: value for name, value in values.items() if not isinstance(value, NotGiven)}


DEFAULT_SETTINGS = Settings(
    api_key=None,
    auth_token=None,
    base_url=DEFAULT_BASE_URL,
    timeout=DEFAULT_TIMEOUT,
    max_retries=DEFAULT_MAX_RETRIES,
    deadline=None,
    default_headers=NO_OVERRIDES,
    default_query=NO_OVERRIDES,
    anthropic_version=API_VERSION,
)


def make_settings(arguments: Mapping[str, Any], *, ambient: bool = True) -> Settings:
    """Return the settings that these arguments, the environment and the defaults make; every value is checked.

    `ambient`: whether credentials may come from the environment.
    """
    return DEFAULT_SETTINGS.changed(**given_settings(arguments, ambient=ambient))


def with_stream_idle(timeout: Timeout, stream_idle: float | NotGiven | None) -> Timeout:
    """Return `timeout` with this limit for the silence within a stream, if one was given; None or 0 is no limit."""
    return timeout if isinstance(stream_idle, NotGiven) else Timeout(timeout, stream_idle=stream_idle)


@cache
def user_agent(client_name: str) -> str:
    """Return a text such as `Tercet/1.2.3 Python/3.11.7 Linux (AsyncAnthropic)`."""
    return (
        f"Tercet/{__version__} Python/{platform.python_version()} {platform.system() or sys.platform} ({client_name})"
    )


def credential_headers(settings: Settings) -> dict[str, str]:
    """Return the header that proves who is calling, or none."""
    if settings.api_key is not None:
        return {"x-api-key": settings.api_key.reveal()}
    if settings.auth_token is not None:
        return {"Authorization": f"Bearer {settings.auth_token.reveal()}"}
    return {}


def base_headers(settings: Settings, client_name: str) -> Headers:
    """Return the headers of every request of a client: made once, so that a request costs nothing for them."""
    own = {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "User-Agent": user_agent(client_name),
        "anthropic-version": settings.anthropic_version,
    }
    return merge_headers(Headers({**own, **credential_headers(settings)}), settings.default_headers.given)


def require_credentials(headers: Headers, *overrides: Overrides) -> None:
    """Raise unless the request proves who is calling, or was told not to."""
    if "x-api-key" in headers or "authorization" in headers:
        return
    if any(
        name.lower() in ("x-api-key", "authorization") and isinstance(value, Omit)
        for each in overrides
        for name, value in each.given.items()
    ):
        return
    raise MissingCredentialsError(
        "No API key: set the environment variable ANTHROPIC_API_KEY (or ANTHROPIC_AUTH_TOKEN), or pass api_key=. "
        "Without a key, try the local API: `tercet serve` in another terminal, or `with tercet.local_api() as api: "
        "client = api.client()`."
    )
