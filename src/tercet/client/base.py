"""The base of the blocking and the async client: made from its arguments, copied with some of them changed, pickled; and
how a call becomes a plan. Sends nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from types import CellType
from typing import TYPE_CHECKING, Any, ClassVar, Self, Unpack

from tercet.client.call import Call
from tercet.client.log import set_up_logging
from tercet.client.policies import DEFAULTS, NOT_PICKLED, Policies, policy_arguments
from tercet.client.preflight import check_parameters
from tercet.client.settings import (
    DEFAULT_BASE_URL,
    DEFAULT_TIMEOUT,
    Settings,
    base_headers,
    check_base_url,
    check_retries,
    check_timeout,
    make_settings,
)
from tercet.flow.effects import Plan, Reply
from tercet.flow.errors import error_of, response_of
from tercet.flow.retry import CallResult, with_retries
from tercet.flow.retry_budget import RetryBudget
from tercet.wire.frames import Guarded
from tercet.wire.http import URL, Headers, Request, Response, Timeout
from tercet.wire.requests.sentinels import NotGiven, Omit, not_given
from tercet.wire.secret import Secret

if TYPE_CHECKING:
    from inspect import Signature

    from tercet.client.client_arguments import ClientArguments
    from tercet.flow.breaker import Breakers

TOKENS_IN_TEN_MINUTES = 128_000 // 6
SETTING_ARGUMENTS = frozenset(
    [
        "base_url",
        "timeout",
        "max_retries",
        "deadline",
        "stream_idle_timeout",
        "default_headers",
        "default_query",
        "anthropic_version",
    ]
)
"""The arguments of every client that become its settings, credentials apart."""
COPY_ARGUMENTS = SETTING_ARGUMENTS | {"api_key", "auth_token", "set_default_headers", "set_default_query", *DEFAULTS}


CARRIERS = frozenset({"http_client", "middleware"})
"""Arguments that are neither settings nor policies: what carries requests, and what stands around it."""


def checked(middleware: Sequence[Any] | None, *, is_async: bool) -> tuple[Any, ...]:
    """Middleware of the right world, as functions; its module is loaded when there is some."""
    if not middleware:
        return ()
    from tercet.client.middleware import check_middleware

    return check_middleware(middleware, is_async=is_async)


def check_http_client(http_client: Any, *, is_async: bool) -> Any:
    """A user's own HTTP client. Raises TypeError for one of the other world, before anything depends on it."""
    if hasattr(http_client, "build_request") and hasattr(http_client, "aclose") is not is_async:
        needed = "an async http_client" if is_async else "a blocking http_client"
        raise TypeError(
            f"this client needs {needed}, not {type(http_client).__name__} of {type(http_client).__module__}"
        )
    return http_client


def signature_of(cls: type[Any]) -> Signature:
    """The arguments of a client's class, one by one; loaded when somebody asks."""
    from tercet.client.client_arguments import make_signature

    return make_signature(cls)


class _WholeSignature:
    """Shows `inspect.signature(Anthropic)` every argument by its name."""

    def __get__(self, instance: object | None, owner: type[Any]) -> Signature:
        return signature_of(owner)


class BaseClient(Guarded):
    """The part of a client that sends nothing: settings, headers, policies, copies, and the plan of a call."""

    _settings: Settings
    _made: CellType
    """The headers of every request. In a cell, since `vars(client)` would show what the caller put among them."""
    _platform: Any = None
    """The `Platform` that calls go to, if it is not the Claude API itself."""
    _policies: Policies

    def _set_up(self, settings: Settings) -> None:
        set_up_logging()
        self._settings = settings
        self._made = CellType(base_headers(settings, type(self).__name__))
        policies = self._policies = self.__dict__.get("_policies") or Policies({})
        self._listen = policies.listen
        self._policy = policies.retry_policy(settings.max_retries)
        self._quota = policies.quota_for(settings.base_url)

    @property
    def api_key(self) -> str | None:
        """The key. May be set; the next request uses it."""
        held = self._settings.api_key
        return held.reveal() if held else None

    @api_key.setter
    def api_key(self, value: str | None) -> None:
        self._set_up(self._settings.changed(api_key=Secret(value, "api_key") if value is not None else None))

    @property
    def auth_token(self) -> str | None:
        """The bearer token, if that is used instead of a key."""
        held = self._settings.auth_token
        return held.reveal() if held else None

    @auth_token.setter
    def auth_token(self, value: str | None) -> None:
        self._set_up(self._settings.changed(auth_token=Secret(value, "auth_token") if value is not None else None))

    @property
    def base_url(self) -> URL:
        """Where requests go, without a slash at the end, and without user and password. May be set."""
        return URL(self._settings.base_url)

    @base_url.setter
    def base_url(self, value: object) -> None:
        url, user = check_base_url(value)
        self._set_up(self._settings.changed(base_url=url, user=user))

    @property
    def timeout(self) -> Timeout:
        """Limits of one attempt. May be set to seconds, None or a Timeout."""
        return self._settings.timeout

    @timeout.setter
    def timeout(self, value: Any) -> None:
        self._set_up(self._settings.changed(timeout=check_timeout(value)))

    @property
    def max_retries(self) -> int:
        """How often a failed attempt is repeated. May be set."""
        return self._settings.max_retries

    @max_retries.setter
    def max_retries(self, value: int) -> None:
        self._set_up(self._settings.changed(max_retries=check_retries(value)))

    @property
    def default_headers(self) -> Headers:
        """The headers of every request, credentials included (hidden when printed)."""
        made: Headers = self._made.cell_contents
        return made

    @property
    def default_query(self) -> dict[str, object]:
        """The query of every request."""
        return dict(self._settings.default_query)

    def _plan(self, call: Call[Any]) -> Plan[CallResult]:
        settings, headers, platform = self._settings, self._made.cell_contents, self._platform
        if call.asked is not None:
            self._check_parameters(call.asked)
        policies, policy = self._policies, self._policy
        if call.max_retries is not None or call.creates is not None:
            asked = settings.max_retries if call.max_retries is None else check_retries(call.max_retries)
            policy = policies.retry_policy(asked, call.creates)
        seconds = call.deadline if call.deadline is not None else settings.deadline
        deadline = None if seconds is None else time.monotonic() + seconds
        unwatched = not call.stream or (deadline is None and policy.max_retries == 0)
        if policies.plain and unwatched and call.fallbacks is None:
            return with_retries(
                lambda attempt: call.request(settings, headers, attempt, platform), policy, deadline, quota=self._quota
            )
        return policies.plan(
            call,
            lambda one, attempt: one.request(settings, headers, attempt, platform),
            policy,
            self._quota,
            deadline,
            self.model_behind,
        )

    def model_behind(self, model: str) -> str:
        """Return the model that an id stands for, as far as this client was told; else the id itself."""
        return model

    def _check_parameters(self, asked: Mapping[str, Any]) -> None:
        check_parameters(asked, self._settings.base_url, self._settings.anthropic_version)

    @property
    def breakers(self) -> Breakers:
        """The circuit breakers of this client and its copies: `client.breakers["claude-sonnet-4-6"].state`."""
        from tercet.flow.breaker import Breakers

        request = Request("POST", self._settings.base_url + "/v1/messages", self.default_headers)
        policies = self._policies
        return Breakers(policies.circuits, lambda model: policies.circuit_for(request, model))

    @property
    def retry_quota(self) -> RetryBudget | None:
        """What pays for retries, shared with copies of this client; None if they are free."""
        return self._quota

    def _takes_too_long(self, arguments: Mapping[str, Any]) -> bool:
        """Whether an answer read whole could outlast the default timeout, so that it is better streamed inside.

        The API writes about 128,000 tokens an hour. Whoever sets a timeout, or streams, has decided.
        """
        tokens = arguments.get("max_tokens")
        return (
            type(tokens) is int
            and tokens > TOKENS_IN_TEN_MINUTES
            and not arguments.get("stream")
            and arguments.get("timeout") is None
            and self._settings.timeout == DEFAULT_TIMEOUT
        )

    def _changed(self, changes: dict[str, Any]) -> Settings:
        """These settings with a copy's arguments laid over them."""
        now = self._settings
        extra = changes.pop("default_headers", None)
        headers = changes.pop("set_default_headers", None)
        query, extra_query = changes.pop("set_default_query", None), changes.pop("default_query", None)
        if None not in (extra, headers) or None not in (query, extra_query):
            raise ValueError("copy() adds to default_headers and default_query, or sets them with set_...: not both")
        new_key = changes.get("api_key") is not None or changes.get("auth_token") is not None
        return make_settings(
            api_key=changes.get("api_key") if new_key else reveal_secret(now.api_key),
            auth_token=changes.get("auth_token") if new_key else reveal_secret(now.auth_token),
            base_url=changes.get("base_url") or now.address,
            timeout=now.timeout if isinstance(changes.get("timeout", not_given), NotGiven) else changes["timeout"],
            max_retries=now.max_retries
            if isinstance(changes.get("max_retries", not_given), NotGiven)
            else changes["max_retries"],
            deadline=changes.get("deadline", now.deadline),
            stream_idle_timeout=changes.get("stream_idle_timeout", now.stream_idle_timeout),
            default_headers={**(now.default_headers if headers is None else headers), **(extra or {})},
            default_query={**(now.default_query if query is None else query), **(extra_query or {})},
            anthropic_version=changes.get("anthropic_version") or now.anthropic_version,
            ambient=self._platform is None,
        )

    __signature__ = _WholeSignature()

    _is_async: ClassVar[bool] = False
    _was_closed = False
    _http_client: Any
    _middleware: tuple[Any, ...]

    def __init__(
        self, *, api_key: str | None = None, auth_token: str | None = None, **arguments: Unpack[ClientArguments]
    ) -> None:
        self._start(arguments, api_key=api_key, auth_token=auth_token)

    def _start(self, arguments: Mapping[str, Any], **own: Any) -> None:
        """Set up by what the caller said; `own` is what this kind of client says itself."""
        for name in arguments:
            if not (name in SETTING_ARGUMENTS or name in DEFAULTS or name in CARRIERS):
                raise self._unknown(name)
        http_client = self._http_client = check_http_client(arguments.get("http_client"), is_async=self._is_async)
        self._middleware = checked(arguments.get("middleware"), is_async=self._is_async)
        self._policies = Policies({name: arguments[name] for name in DEFAULTS if name in arguments})
        settings = {name: arguments[name] for name in SETTING_ARGUMENTS if name in arguments}
        if http_client is not None and isinstance(settings.get("timeout", not_given), NotGiven):
            settings["timeout"] = timeout_of_http_client(http_client, not_given)
        self._set_up(make_settings(**{**settings, **own}))

    def _warn_if_insecure(self) -> None:
        base_url = self._settings.base_url
        if base_url == DEFAULT_BASE_URL and self._http_client is None:
            return
        from tercet.client.insecure import warn_if_insecure

        warn_if_insecure(base_url, self._http_client)

    def _unknown(self, name: str) -> TypeError:
        from tercet.client.migration_hints import ARGUMENTS
        from tercet.wire.requests.arguments import unknown_argument

        return unknown_argument(
            name, signature_of(type(self)).parameters, type(self).__name__, otherwise=ARGUMENTS.get(name, "")
        )

    if not TYPE_CHECKING:  # type checkers shall find misspelt names

        def __getattr__(self, name: str) -> Any:
            if hasattr(type(self), name):
                return object.__getattribute__(self, name)  # shows what went wrong inside of it
            from tercet.client.migration_hints import ATTRIBUTES, missing_attribute

            raise missing_attribute(self, name, ATTRIBUTES)

    def copy(self, **changes: Any) -> Self:
        """Return another client with some settings changed; clients of equal transport settings share connections."""
        http_client = changes.pop("http_client", None)
        made = type(self).__new__(type(self))
        made._http_client = check_http_client(http_client, is_async=self._is_async) or self._http_client
        made._policies = self._policies.changed(policy_arguments(changes))
        made._middleware = self._middleware + checked(changes.pop("middleware", None), is_async=self._is_async)
        made._set_up(self._changed(known_changes(changes)))
        return made

    with_options = copy

    def with_middleware(self, *middleware: Any) -> Self:
        """Return a copy whose attempts also go through these functions, inside those that are there already."""
        return self.copy(middleware=middleware)

    def is_closed(self) -> bool:
        """Say whether the client was closed, and has not been used since."""
        return self._was_closed and "_transport" not in self.__dict__

    def __reduce__(self) -> Any:
        return unpickle_client, (type(self), pickle_settings(self))

    def __repr__(self) -> str:
        key = self._settings.api_key or self._settings.auth_token
        return f"{type(self).__name__}(base_url={self.base_url!r}, credential={key!r})"


def reveal_secret(held: Secret | None) -> str | None:
    """A credential itself, for another client."""
    return held.reveal() if held else None


def pickle_settings(client: BaseClient) -> dict[str, Any]:
    """What a pickled client keeps: its configuration without credentials, which the other side reads from its own
    environment."""
    now = client._settings
    return {
        "base_url": now.base_url,
        "timeout": now.timeout,
        "max_retries": now.max_retries,
        "deadline": now.deadline,
        "default_headers": _strings(now.default_headers.public()),
        "default_query": now.default_query.public(),
        "anthropic_version": now.anthropic_version,
        **{name: value for name, value in client._policies.given.items() if name not in NOT_PICKLED},
    }


def _strings(headers: Mapping[str, str | Omit]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if isinstance(value, str)}


def unpickle_client(cls: Any, state: dict[str, Any]) -> Any:
    return cls(**state)


def known_changes(changes: dict[str, Any]) -> dict[str, Any]:
    for name in changes:
        if name not in COPY_ARGUMENTS:
            from tercet.wire.requests.arguments import unknown_argument

            raise unknown_argument(name, COPY_ARGUMENTS, "copy", otherwise="")
    return changes


def timeout_of_http_client(http_client: Any, otherwise: Any) -> Any:
    """A user's own HTTP client keeps the timeout that was set on it, unless that is httpx's default of 5 s."""
    own = getattr(http_client, "timeout", None)
    if own is None or all(getattr(own, part, None) == 5.0 for part in ("connect", "read", "write", "pool")):
        return otherwise
    return own


def response_or_error(ending: CallResult) -> Response:
    outcome = ending.outcome
    if isinstance(outcome, Reply) and outcome.status < 300:
        response = response_of(outcome, ending.request)
        response.info, response.attempts = ending.info, ending.attempts
        return response
    error = error_of(outcome, ending.request, ending.attempts)
    if ending.info is not None:
        error.hops = ending.info.hops
    raise error


def unread_body(ending: CallResult) -> Any:
    """The unread body of the outcome, or None if it was read."""
    return ending.outcome.stream if isinstance(ending.outcome, Reply) else None
