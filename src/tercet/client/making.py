"""How a client is made from its arguments, copied with some of them changed, and pickled: one declaration for the
blocking and the async client, which differ in how they carry a call out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from tercet.client.given import NotGiven, Omit, not_given
from tercet.client.policies import Policies, policy_arguments
from tercet.client.settings import API_VERSION, DEFAULT_MAX_RETRIES, settings_from
from tercet.client.shared import SharedClient, known_changes, own_timeout, pickled_settings, unpickled

if TYPE_CHECKING:
    from tercet.flow.breaker import Breaker, CircuitBreaker
    from tercet.flow.budget import Budget
    from tercet.flow.details import Details
    from tercet.flow.fallback import Fallbacks
    from tercet.flow.pace import Pace
    from tercet.flow.quota import QuotaPolicy


def checked(middleware: Sequence[Any] | None, *, is_async: bool) -> tuple[Any, ...]:
    """Middleware of the right world, as functions; its module is loaded when there is some."""
    if not middleware:
        return ()
    from tercet.client.middleware import checked_middleware

    return checked_middleware(middleware, is_async=is_async)


class MadeClient(SharedClient):
    """A client made from the arguments of `Anthropic`."""

    _is_async: ClassVar[bool] = False
    _http_client: Any
    _middleware: tuple[Any, ...]

    def __init__(
        self,
        *,
        api_key: str | None = None,
        auth_token: str | None = None,
        base_url: object | None = None,
        timeout: Any = not_given,
        max_retries: int = DEFAULT_MAX_RETRIES,
        deadline: float | None = None,
        stream_idle_timeout: float | NotGiven | None = not_given,
        default_headers: Mapping[str, str | Omit] | None = None,
        default_query: Mapping[str, object] | None = None,
        http_client: Any | None = None,
        anthropic_version: str = API_VERSION,
        middleware: Sequence[Any] | None = None,
        retry_ambiguous: bool = True,
        retry_quota: bool | QuotaPolicy = True,
        breaker: bool | CircuitBreaker | Breaker | None = None,
        fallbacks: Sequence[str | Mapping[str, Any]] | Fallbacks | None = None,
        on_event: Callable[[Details], object] | None = None,
        open_telemetry: Any = None,
        pace: bool | Pace | None = None,
        max_concurrency: int | None = None,
        budget: Budget | Sequence[Budget] | None = None,
    ) -> None:
        self._policies = Policies(
            {
                "retry_ambiguous": retry_ambiguous,
                "retry_quota": retry_quota,
                "breaker": breaker,
                "fallbacks": fallbacks,
                "on_event": on_event,
                "open_telemetry": open_telemetry,
                "pace": pace,
                "max_concurrency": max_concurrency,
                "budget": budget,
            }
        )
        self._http_client = http_client
        self._middleware = checked(middleware, is_async=self._is_async)
        if http_client is not None and isinstance(timeout, NotGiven):
            timeout = own_timeout(http_client, timeout)
        self._set_up(
            settings_from(
                api_key=api_key,
                auth_token=auth_token,
                base_url=base_url,
                timeout=timeout,
                max_retries=max_retries,
                deadline=deadline,
                stream_idle_timeout=stream_idle_timeout,
                default_headers=default_headers,
                default_query=default_query,
                anthropic_version=anthropic_version,
            )
        )

    def copy(self, **changes: Any) -> Self:
        """Another client with some settings changed; clients of equal transport settings share connections."""
        http_client = changes.pop("http_client", None)
        made = type(self).__new__(type(self))
        made._http_client = http_client or self._http_client
        made._policies = self._policies.changed(policy_arguments(changes))
        made._middleware = self._middleware + checked(changes.pop("middleware", None), is_async=self._is_async)
        made._set_up(self._changed(known_changes(changes)))
        return made

    with_options = copy

    def with_middleware(self, *middleware: Any) -> Self:
        """A copy whose attempts also go through these functions, inside those that are there already."""
        return self.copy(middleware=middleware)

    def is_closed(self) -> bool:
        """Whether no connection is held."""
        return "_transport" not in self.__dict__

    def __reduce__(self) -> Any:
        return unpickled, (type(self), pickled_settings(self))
