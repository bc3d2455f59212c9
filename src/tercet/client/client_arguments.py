"""The arguments of every client beside its credentials and its platform's own arguments: declared once, for editors, for type
checkers and for `inspect.signature`. Not loaded by a running program unless it asks for the signature."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import Parameter, Signature, signature
from os import PathLike
from typing import TYPE_CHECKING, Any, TypedDict

from tercet.client.options import OPTIONS

if TYPE_CHECKING:
    from tercet.flow.breaker import Breaker, CircuitBreaker
    from tercet.flow.budget import Budget
    from tercet.flow.events import Details
    from tercet.flow.fallback import Fallbacks
    from tercet.flow.pace import Pace
    from tercet.flow.retry_budget import QuotaPolicy
    from tercet.wire.requests.sentinels import NotGiven, Omit


class ClientArguments(TypedDict, total=False):
    """Arguments: where requests go and how patiently; then what happens when things go wrong, and what is done to prevent it."""

    base_url: object | None
    timeout: Any
    max_retries: int
    deadline: float | None
    stream_idle_timeout: float | NotGiven | None
    default_headers: Mapping[str, str | Omit] | None
    default_query: Mapping[str, object] | None
    defaults: Mapping[str, Any] | None
    http_client: Any | None
    anthropic_version: str
    middleware: Sequence[Any] | None
    retry_ambiguous: bool
    retry_quota: bool | QuotaPolicy
    breaker: bool | CircuitBreaker | Breaker | None
    fallbacks: Sequence[str | Mapping[str, Any]] | Fallbacks | None
    on_event: Callable[[Details], object] | None
    open_telemetry: Any
    pace: bool | Pace | None
    max_concurrency: int | None
    budget: Budget | Sequence[Budget] | None
    ledger: str | PathLike[str] | bool | Any | None
    tags: Mapping[str, str | float] | None


def make_signature(cls: type[Any]) -> Signature:
    """Return the arguments of a client's class, one by one."""
    own = [each for each in signature(cls.__init__).parameters.values() if each.name != "self"]
    named = [each for each in own if each.kind is not Parameter.VAR_KEYWORD]
    return Signature([*named, *_shared()])


def _shared() -> Iterator[Parameter]:
    for name, kind in ClientArguments.__annotations__.items():
        yield Parameter(
            name,
            Parameter.KEYWORD_ONLY,
            default=None if name == "base_url" else OPTIONS[name].default,
            annotation=getattr(kind, "__forward_arg__", kind),
        )
