"""The base of the blocking and the async client: made from its arguments, copied with some of them changed, pickled; and
how a call becomes a plan. Sends nothing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from types import CellType
from typing import TYPE_CHECKING, Any, ClassVar, Self, Unpack

from tercet.client.call import Call
from tercet.client.log import set_up_logging
from tercet.client.options import (
    DEFAULT_BASE_URL,
    DEFAULT_TIMEOUT,
    OPTIONS,
    POLICIES,
    check_http_client,
    check_middleware,
    check_names,
    check_retries,
)
from tercet.client.overrides import NO_OVERRIDES, Overrides, merge_headers, query_string
from tercet.client.policies import Policies
from tercet.client.preflight import check_parameters
from tercet.client.settings import Settings, base_headers, make_settings, require_credentials, with_stream_idle
from tercet.flow.effects import Plan, Reply
from tercet.flow.errors import error_of
from tercet.flow.retry import CallResult, with_retries
from tercet.flow.retry_budget import RetryBudget
from tercet.wire.frames import Guarded
from tercet.wire.http import Headers, Request, Response, Timeout
from tercet.wire.requests.sentinels import NotGiven, not_given

if TYPE_CHECKING:
    from inspect import Signature

    from httpx2 import URL

    from tercet.client.client_arguments import ClientArguments
    from tercet.flow.breaker import Breakers
    from tercet.flow.forecast import CostEstimate
    from tercet.platforms.base import Platform
    from tercet.wire.params import BetaMessageStreamParams

TOKENS_IN_TEN_MINUTES = 128_000 // 6


def signature_of(cls: type[Any]) -> Signature:
    """Return the arguments of a client's class, one by one; loaded when somebody asks."""
    from tercet.client.client_arguments import make_signature

    return make_signature(cls)


class _WholeSignature:
    """Shows `inspect.signature(Anthropic)` every argument by its name."""

    def __get__(self, instance: object | None, owner: type[Any]) -> Signature:
        return signature_of(owner)


class BaseClient(Guarded):
    """The part of a client that sends nothing: settings, headers, policies, copies, and the plan of a call."""

    __signature__ = _WholeSignature()

    _is_async: ClassVar[bool] = False
    _settings: Settings
    _made: CellType
    """The headers of every request. In a cell, since `vars(client)` would show what the caller put among them."""
    _platform: Any = None
    """The `Platform` that calls go to, if it is not the Claude API itself."""
    _policies: Policies
    _http_client: Any
    _middleware: tuple[Any, ...]
    _was_closed = False
    _closes_http_client = False
    """Whether the HTTP client was made here, so that it is closed here."""

    def __init__(
        self, *, api_key: str | None = None, auth_token: str | None = None, **arguments: Unpack[ClientArguments]
    ) -> None:
        self._start(arguments, api_key=api_key, auth_token=auth_token)

    def _start(self, arguments: Mapping[str, Any], *, ambient: bool = True, **own: Any) -> None:
        """Set up by what the caller said; `own` is what this kind of client says itself."""
        for name in arguments:
            if name not in OPTIONS:
                raise self._unknown(name)
        http_client = self._http_client = check_http_client(arguments.get("http_client"), is_async=self._is_async)
        self._middleware = check_middleware(arguments.get("middleware"), is_async=self._is_async)
        self._policies = Policies(pick(arguments, POLICIES))
        settings = {**arguments, **own}
        if http_client is not None and isinstance(settings.get("timeout", not_given), NotGiven):
            settings["timeout"] = timeout_of_http_client(http_client, not_given)
        self._set_up(make_settings(settings, ambient=ambient))

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
        self._set_up(self._settings.changed(api_key=value))

    @property
    def auth_token(self) -> str | None:
        """The bearer token, if that is used instead of a key."""
        held = self._settings.auth_token
        return held.reveal() if held else None

    @auth_token.setter
    def auth_token(self, value: str | None) -> None:
        self._set_up(self._settings.changed(auth_token=value))

    @property
    def base_url(self) -> URL:
        """The URL that requests go to, without user and password: an `httpx2.URL`, whose path ends with a slash, so that
        `join()` and f-strings make endpoints of it. May be set."""
        from httpx2 import URL

        text = self._settings.base_url
        return URL(text + "/" if "/" in text.partition("://")[2] else text)

    @base_url.setter
    def base_url(self, value: object) -> None:
        self._set_up(self._settings.changed(base_url=value))

    @property
    def timeout(self) -> Timeout:
        """Limits of one attempt. May be set to seconds, None or a Timeout."""
        return self._settings.timeout

    @timeout.setter
    def timeout(self, value: Any) -> None:
        self._set_up(self._settings.changed(timeout=value))

    @property
    def max_retries(self) -> int:
        """The number of times that a failed attempt is repeated. May be set."""
        return self._settings.max_retries

    @max_retries.setter
    def max_retries(self, value: int) -> None:
        self._set_up(self._settings.changed(max_retries=value))

    @property
    def default_headers(self) -> Headers:
        """The headers of every request, credentials included (hidden when printed)."""
        made: Headers = self._made.cell_contents
        return made

    @property
    def default_query(self) -> dict[str, object]:
        """The query of every request."""
        return dict(self._settings.default_query)

    @property
    def _defaults(self) -> Overrides:
        """The parameters that calls have which do not say them."""
        return self._settings.defaults

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
                lambda attempt: request_of(call, settings, headers, attempt, platform),
                policy,
                deadline,
                quota=self._quota,
            )
        return policies.plan(
            call,
            lambda one, attempt: request_of(one, settings, headers, attempt, platform),
            policy,
            self._quota,
            deadline,
            self.model_behind,
            counted=bool(self._middleware),
        )

    def model_behind(self, model: str) -> str:
        """Return the model that an id stands for, as far as this client was told; else the id itself."""
        return model

    def estimate(
        self, *, output_format: object = None, batch: bool = False, **params: Unpack[BetaMessageStreamParams]
    ) -> CostEstimate:
        """Return what a message of these parameters may use and cost, before it is sent: tokens, and US dollars at list prices.

        Takes what `messages.create` and `beta.messages.create` take, and sends nothing. `batch=True`: in a batch.
        """
        from tercet.client.forecasts import estimate_of

        asked = params if output_format is None else {**params, "output_format": output_format}
        return estimate_of(asked, batch, self.model_behind, self._defaults)

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
        """The budget that pays for retries, shared with copies of this client; None if they are free."""
        return self._quota

    def _takes_too_long(self, arguments: Mapping[str, Any]) -> bool:
        """Return whether an answer read whole could outlast the default timeout, so that it is better streamed inside.

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

    @property
    def _client(self) -> Any:
        """The HTTP client that requests go through from now on: one of httpx2 is made when somebody asks for it, so that
        what they replace in it, or read of it, is what counts. May be set."""
        if self._http_client is None:
            from tercet.client.http_clients import DefaultAsyncHttpxClient, DefaultHttpxClient

            kind = DefaultAsyncHttpxClient if self._is_async else DefaultHttpxClient
            self._client = kind(base_url=self.base_url)
            self._closes_http_client = True
        return self._http_client

    @_client.setter
    def _client(self, http_client: Any) -> None:
        self._http_client = check_http_client(http_client, is_async=self._is_async)
        self.__dict__.pop("_transport", None)

    @property
    def middleware(self) -> list[Any]:
        """The functions that every attempt goes through, the outermost first."""
        return list(self._middleware)

    def copy(self, **changes: Any) -> Self:
        """Return another client with some options changed; clients of equal transport settings share connections."""
        check_names(changes, "copy")
        is_async = self._is_async
        made = type(self).__new__(type(self))
        made._http_client = check_http_client(changes.get("http_client"), is_async=is_async) or self._http_client
        made._middleware = self._middleware + check_middleware(changes.get("middleware"), is_async=is_async)
        made._policies = self._policies.changed(pick(changes, POLICIES))
        made._set_up(self._settings.copied(changes, ambient=self._platform is None))
        return made

    with_options = copy

    def with_middleware(self, *middleware: Any) -> Self:
        """Return a copy whose attempts also go through these functions, inside those that are there already."""
        return self.copy(middleware=middleware)

    def is_closed(self) -> bool:
        """Say whether the client was closed, and has not been used since."""
        return self._was_closed and "_transport" not in self.__dict__

    def __reduce__(self) -> Any:
        return unpickle_client, (type(self), self._pickled())

    def _pickled(self) -> dict[str, Any]:
        """Return the options that a pickled client keeps: not its credentials, nor what belongs to this process."""
        return {**self._settings.pickled(), **self._policies.pickled()}

    def __repr__(self) -> str:
        key = self._settings.api_key or self._settings.auth_token
        return f"{type(self).__name__}(base_url={self._settings.base_url!r}, credential={key!r})"


def request_of(
    call: Call[Any], settings: Settings, base: Headers, attempt: int, platform: Platform | None = None
) -> Request:
    """Return the HTTP request of attempt number `attempt`, the first being 0. `platform`: where it goes instead of the API."""
    laid_over = call.headers is not NO_OVERRIDES
    headers = merge_headers(base, call.headers.given) if laid_over else base
    if platform is None and (laid_over or (settings.api_key is None and settings.auth_token is None)):
        require_credentials(headers, settings.default_headers, call.headers)
    if attempt:
        headers = merge_headers(headers, {"x-stainless-retry-count": str(attempt)})
    address, timeout = settings.base_url, settings.timeout
    if settings.user is not None:
        address = address.replace("//", f"//{settings.user.reveal()}@", 1)
    url = call.path if call.path.startswith(("https://", "http://")) else address + call.path
    if settings.default_query is not NO_OVERRIDES or call.query is not NO_OVERRIDES:
        query = query_string(settings.default_query.given, call.query.given)
        url += query.replace("?", "&", 1) if "?" in url else query
    if call.timeout is not None:
        timeout = with_stream_idle(call.timeout, settings.stream_idle_timeout)
    request = Request(call.method, url, headers, call.content, timeout=timeout, stream=call.stream)
    return request if platform is None else platform.shape(request, address)


def unpickle_client(cls: Any, state: dict[str, Any]) -> Any:
    """Return a client of these options; its credentials come from this process's environment."""
    return cls(**state)


def pick(arguments: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return those of the arguments that have these names and were given."""
    return {name: arguments[name] for name in names if name in arguments and not isinstance(arguments[name], NotGiven)}


def timeout_of_http_client(http_client: Any, otherwise: Any) -> Any:
    """Return the timeout that was set on a user's own HTTP client, unless that is httpx's default of 5 s."""
    own = getattr(http_client, "timeout", None)
    if own is None or all(getattr(own, part, None) == 5.0 for part in ("connect", "read", "write", "pool")):
        return otherwise
    return own


def response_or_error(ending: CallResult, asked: Mapping[str, Any] | None = None) -> Response:
    """Return the response of a call whose parameters were `asked`, or raise what kept it from going well."""
    outcome = ending.outcome
    if isinstance(outcome, Reply) and outcome.status < 300:
        response = outcome.response(ending.request)
        response.info, response.attempts = ending.info, ending.attempts
        if asked is not None and ("speed" in asked or "inference_geo" in asked):
            response.terms = (asked.get("inference_geo") == "us", asked.get("speed") == "fast")
        return response
    error = error_of(outcome, ending.request, ending.attempts)
    if ending.info is not None:
        error.hops = ending.info.hops
    raise error


def unread_body(ending: CallResult) -> Any:
    """Return the unread body of the outcome, or None if it was read."""
    return ending.outcome.stream if isinstance(ending.outcome, Reply) else None
