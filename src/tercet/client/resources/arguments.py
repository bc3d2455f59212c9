"""The arguments of batches, files and models: checked, and sorted by where they go in the request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tercet.client.arguments import TRANSPORT_OPTIONS, ParsedArguments, parse_arguments
from tercet.client.call import Call, make_call
from tercet.client.overrides import quoted
from tercet.wire.requests.arguments import text
from tercet.wire.requests.json_body import encode_json

COMMON = frozenset({*TRANSPORT_OPTIONS, "betas", "workspace_id"})
"""Arguments of every method of these resources."""


def parse_call(
    arguments: Mapping[str, Any], names: frozenset[str], caller: str, betas: Sequence[str] = ()
) -> ParsedArguments:
    """Check names and simple values. None counts as not given. `betas` are those that the resource itself stands for."""
    parsed = parse_arguments(arguments, names | COMMON, caller, nulls=False)
    every = list(dict.fromkeys([*betas, *parsed.params.pop("betas", ())]))
    if every:
        parsed.headers["anthropic-beta"] = ",".join(every)
    return parsed


def path_segment(name: str, value: Any) -> str:
    """Return an id as one segment of a path: no id can lead the request to another endpoint."""
    if text(name, value) in (".", ".."):
        raise ValueError(f"{name} must be an id, not {value!r}")
    return quoted(name, value)


def simple_call(
    method: str, path: str, read: Any, arguments: Mapping[str, Any], caller: str, betas: Sequence[str] = ()
) -> Call[Any]:
    """Return a call without arguments of its own. A body is sent only if `extra_body` asks for one."""
    parsed = parse_call(arguments, frozenset(), caller, betas)
    content = (
        encode_json(extra_body(parsed.options, method, caller)) if parsed.options.get("extra_body") is not None else b""
    )
    return make_call(method, path, read, content=content, headers=parsed.headers, options=parsed.options, kind="free")


def extra_body(options: Mapping[str, Any], method: str, caller: str) -> Any:
    """Return `extra_body`, where a body can be sent; TypeError elsewhere."""
    body = options.get("extra_body")
    if body is not None and method == "GET":
        raise TypeError(f"{caller}() sends no body, so it takes no extra_body; extra_query= adds to the query")
    return body
