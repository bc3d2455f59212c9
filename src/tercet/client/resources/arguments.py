"""The arguments of batches, files and models: checked, and sorted by where they go in the request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from tercet.client.call import HEADER_ARGUMENTS, TRANSPORT_OPTIONS, Call, make_call, transport_options
from tercet.wire.requests.arguments import count, strings, text, unknown_argument
from tercet.wire.requests.json_body import encode_json
from tercet.wire.requests.sentinels import drop_not_given

if TYPE_CHECKING:
    from tercet.wire.params import BetaOptions, CallOptions

    class Options(CallOptions, BetaOptions, total=False):
        """What a call may say about the exchange and the betas it uses."""

        deadline: float | None
        """Seconds for the whole call, retries and waits included."""
        max_retries: int
        """How often a failed attempt is repeated."""

    class WorkspaceOptions(Options, total=False):
        """The same, and which workspace is meant."""

        workspace_id: str | None


C = TypeVar("C")

COMMON = frozenset({*TRANSPORT_OPTIONS, "betas", "workspace_id"})
"""Arguments of every method of these resources."""
CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "limit": count,
    "after_id": text,
    "before_id": text,
    "page": text,
    "scope_id": text,
    "ids": strings,
    "lifecycle": strings,
    "betas": strings,
    "workspace_id": text,
    "user_profile_id": text,
    "expires_in_seconds": count,
}


@dataclass(slots=True)
class ParsedArguments:
    """The arguments of one call, sorted by where they go."""

    params: dict[str, Any]
    headers: dict[str, Any]
    options: dict[str, Any]


def parse_arguments(
    arguments: Mapping[str, Any], names: frozenset[str], caller: str, betas: Sequence[str] = ()
) -> ParsedArguments:
    """Check names and simple values. None counts as not given. `betas` are those that the resource itself stands for."""
    params = {
        name: value
        for name, value in drop_not_given(arguments).items()
        if value is not None or name in TRANSPORT_OPTIONS
    }
    for name in params:
        if name not in names and name not in COMMON:
            raise unknown_argument(name, names | COMMON, caller)
    options = transport_options(params)
    for name, value in params.items():
        if name in CHECKS:
            params[name] = CHECKS[name](name, value)
    headers = {header: params.pop(name) for name, header in HEADER_ARGUMENTS.items() if name in params}
    every = list(dict.fromkeys([*betas, *params.pop("betas", ())]))
    return ParsedArguments(params, {**headers, **({"anthropic-beta": ",".join(every)} if every else {})}, options)


def underlying_client(client: C) -> C:
    """The client itself, if this is a view of it that hands out HTTP responses."""
    held: C = vars(client).get("_client", client)
    return held


def path_segment(name: str, value: Any) -> str:
    """An id as one segment of a path: no id can lead the request to another endpoint."""
    if text(name, value) in (".", ".."):
        raise ValueError(f"{name} must be an id, not {value!r}")
    return quote(value, safe="")


def simple_call(
    method: str, path: str, read: Any, arguments: Mapping[str, Any], caller: str, betas: Sequence[str] = ()
) -> Call[Any]:
    """A call without arguments of its own. A body is sent only if `extra_body` asks for one."""
    parsed = parse_arguments(arguments, frozenset(), caller, betas)
    content = (
        encode_json(extra_body(parsed.options, method, caller)) if parsed.options.get("extra_body") is not None else b""
    )
    return make_call(method, path, read, content=content, headers=parsed.headers, options=parsed.options, kind="free")


def extra_body(options: Mapping[str, Any], method: str, caller: str) -> Any:
    """`extra_body`, where a body can be sent."""
    body = options.get("extra_body")
    if body is not None and method == "GET":
        raise TypeError(f"{caller}() sends no body, so it takes no extra_body; extra_query= adds to the query")
    return body
