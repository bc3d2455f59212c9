"""What a client was told, as one frozen value; the environment is read here and nowhere else."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from types import CellType
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from tercet._version import __version__
from tercet.wire.errors import AnthropicError
from tercet.wire.http import REDACTED, Headers, Timeout, checked_headers, is_secret, seconds
from tercet.wire.requests.sentinels import NotGiven, Omit, not_given
from tercet.wire.secret import Secret

DEFAULT_BASE_URL = "https://api.anthropic.com"
DEFAULT_TIMEOUT = Timeout(600.0, connect=5.0, idle=90.0, stream_idle=300.0)
"""The API sends a ping about every 30 s while it has nothing to say: after 90 s without a byte it is gone."""
DEFAULT_MAX_RETRIES = 2
API_VERSION = "2023-06-01"
NEWEST_API_VERSION = "2026-10-21"


class MissingCredentialsError(AnthropicError, TypeError):
    """No API key and no token was found. A TypeError too, since that is what the official SDK raises."""


class Overrides(Mapping[str, Any]):
    """Headers or parameters as the caller gave them, `omit` among them. Printed without their values, since any of them may
    be a credential; pickled without those that look like one."""

    __slots__ = ("_held",)

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._held = CellType(dict(given))

    @property
    def given(self) -> dict[str, Any]:
        """All of it, as it was given."""
        held: dict[str, Any] = self._held.cell_contents
        return held

    def __getitem__(self, name: str) -> Any:
        return self._held.cell_contents[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held.cell_contents)

    def __len__(self) -> int:
        return len(self._held.cell_contents)

    def public(self) -> dict[str, Any]:
        """Those that do not look like a credential, as plain values."""
        return {name: value for name, value in self.items() if not is_secret(name, str(value))}

    def __repr__(self) -> str:
        return repr({name: value if isinstance(value, Omit) else REDACTED for name, value in self.items()})

    def __reduce__(self) -> Any:
        return Overrides, (self.public(),)


NO_OVERRIDES = Overrides({})


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
    stream_idle_timeout: float | NotGiven | None = not_given
    """What the caller said; `timeout.stream_idle` is what applies."""
    user: Secret | None = None
    """`name:password`, if the base URL names them."""

    @property
    def address(self) -> str:
        """The base URL with user and password, as requests need it."""
        if self.user is None:
            return self.base_url
        return self.base_url.replace("//", f"//{self.user.reveal()}@", 1)

    def changed(self, **changes: Any) -> Settings:
        """The same settings but for `changes`."""
        return msgspec.structs.replace(self, **changes)


def make_settings(
    *,
    api_key: str | None = None,
    auth_token: str | None = None,
    base_url: object | None = None,
    timeout: Any = not_given,
    max_retries: int = DEFAULT_MAX_RETRIES,
    deadline: float | None = None,
    default_headers: Mapping[str, str | Omit] | None = None,
    default_query: Mapping[str, object] | None = None,
    anthropic_version: str = API_VERSION,
    ambient: bool = True,
    stream_idle_timeout: float | NotGiven | None = not_given,
) -> Settings:
    """Arguments, then environment variables, then defaults; every value is checked before anything is sent.

    `ambient`: whether credentials and base URL may come from the environment.
    """
    if api_key is not None and auth_token is not None:
        raise ValueError("pass api_key or auth_token, not both")
    if ambient and api_key is None and auth_token is None:
        api_key = os.environ.get("ANTHROPIC_API_KEY") or None
        auth_token = None if api_key else os.environ.get("ANTHROPIC_AUTH_TOKEN") or None
    if base_url is None:
        base_url = os.environ.get("ANTHROPIC_BASE_URL") or DEFAULT_BASE_URL
    url, user = check_base_url(base_url)
    headers = {**headers_from_environment(), **(default_headers or {})}
    checked_headers({name: value for name, value in headers.items() if not isinstance(value, Omit)})
    return Settings(
        api_key=None if api_key is None else Secret(api_key, "api_key"),
        auth_token=None if auth_token is None else Secret(auth_token, "auth_token"),
        base_url=url,
        user=user,
        timeout=with_stream_idle(check_timeout(timeout), stream_idle_timeout),
        max_retries=check_retries(max_retries),
        deadline=seconds(deadline, "deadline"),
        default_headers=Overrides(headers),
        default_query=Overrides(default_query or {}),
        anthropic_version=check_version(anthropic_version),
        stream_idle_timeout=stream_idle_timeout,
    )


def check_timeout(value: Any) -> Timeout:
    """`value` as a Timeout; what was not given is the default of 600 s, 5 s to connect."""
    return DEFAULT_TIMEOUT if isinstance(value, NotGiven) else Timeout.of(value)


def with_stream_idle(timeout: Timeout, stream_idle: float | NotGiven | None) -> Timeout:
    """`timeout` with this limit for the silence within a stream, if one was given; None or 0 is no limit."""
    return timeout if isinstance(stream_idle, NotGiven) else Timeout(timeout, stream_idle=stream_idle)


def check_retries(value: object) -> int:
    """`value` as a number of retries."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"max_retries must be an int ≥ 0, not {type(value).__name__} {value!r}")
    if value < 0:
        raise ValueError(f"max_retries must be at least 0, not {value}")
    return value


def check_version(value: object) -> str:
    """`value` as the text of an anthropic-version header."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"anthropic_version must be a date such as {API_VERSION!r}, not {value!r}")
    return value


def check_base_url(value: object) -> tuple[str, Secret | None]:
    """`value` without its last slash, if it is an http(s) URL with a host and nothing that could end a header; and the
    user and password that it names. No error shows them."""
    text = str(value)
    if any(ord(sign) <= 32 or ord(sign) == 127 for sign in text):
        raise ValueError("base_url holds a space or a control character")
    host, port = _host_and_port(text)
    if not text.lower().startswith(("http://", "https://")) or not host or port is None:
        shown = "this one, which is hidden as it seems to hold a password" if "@" in text else repr(text)
        raise ValueError(f"base_url must be like {DEFAULT_BASE_URL!r}, not {shown}")
    if "?" in text or "#" in text:
        raise ValueError("base_url must not have a query or fragment; use default_query")
    scheme, rest = text.rstrip("/").split("//", 1)
    user, at, _ = rest.partition("/")[0].rpartition("@")
    if not at:
        return f"{scheme}//{rest}", None
    return f"{scheme}//{rest[len(user) + 1 :]}", Secret(user, "the user in base_url", shown=0)


def _host_and_port(url: str) -> tuple[str, int | None]:
    """Nothing and None for what is no URL. The errors of the parser repeat parts of it, so they end here."""
    with suppress(ValueError):
        parts = urlsplit(url)
        return parts.hostname or "", parts.port or 0
    return "", None


def headers_from_environment() -> dict[str, str]:
    """ANTHROPIC_CUSTOM_HEADERS: `Name: value`, one a line."""
    lines = os.environ.get("ANTHROPIC_CUSTOM_HEADERS", "").split("\n")
    return {name.strip(): value.strip() for name, colon, value in (line.partition(":") for line in lines) if colon}


@cache
def user_agent(client_name: str) -> str:
    """`Tercet/1.2.3 Python/3.11.7 Linux (AsyncAnthropic)`."""
    return (
        f"Tercet/{__version__} Python/{platform.python_version()} {platform.system() or sys.platform} ({client_name})"
    )


def credential_headers(settings: Settings) -> dict[str, str]:
    """The header that proves who is calling, or none."""
    if settings.api_key is not None:
        return {"x-api-key": settings.api_key.reveal()}
    if settings.auth_token is not None:
        return {"Authorization": f"Bearer {settings.auth_token.reveal()}"}
    return {}


def base_headers(settings: Settings, client_name: str) -> Headers:
    """The headers of every request of a client: made once, so that a request costs nothing for them."""
    own = {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "User-Agent": user_agent(client_name),
        "anthropic-version": settings.anthropic_version,
    }
    return merge_headers(Headers({**own, **credential_headers(settings)}), settings.default_headers.given)


def merge_headers(base: Headers, extra: Mapping[str, Any]) -> Headers:
    """`extra` laid over `base`, names compared without case; `omit` takes a header away."""
    if not extra:
        return base
    names = {name.lower() for name in extra}
    kept = [pair for pair in base.multi_items() if pair[0].lower() not in names]
    new = checked_headers({name: value for name, value in extra.items() if not isinstance(value, Omit | NotGiven)})
    return Headers([*kept, *new.multi_items()])


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


def query_string(*queries: Mapping[str, object]) -> str:
    """`?a=1&ids[]=x` for the given mappings, later ones over earlier; empty if there is nothing."""
    pairs = [
        pair
        for name, value in {k: v for query in queries for k, v in query.items()}.items()
        for pair in _pairs(name, value)
    ]
    return "?" + "&".join(f"{quote(name, safe='[]')}={quote(value, safe='')}" for name, value in pairs) if pairs else ""


def _pairs(name: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, NotGiven | Omit) or value is None:
        return []
    if isinstance(value, Mapping):
        return [pair for key, item in value.items() for pair in _pairs(f"{name}[{key}]", item)]
    if isinstance(value, list | tuple | set | frozenset):
        return [pair for item in value for pair in _pairs(f"{name}[]", item)]
    return [(name, {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value))]
