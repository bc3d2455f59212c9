"""The requests of a batch, checked: the API would say what is wrong with one only after hours, as an errored result."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tercet.client.arguments import TRANSPORT_OPTIONS, check_argument
from tercet.client.defaults import with_defaults
from tercet.client.overrides import NO_OVERRIDES, Overrides
from tercet.wire import argument_names
from tercet.wire.requests.arguments import several, wrong
from tercet.wire.requests.json_body import LAST, encode_json
from tercet.wire.requests.sentinels import drop_not_given

CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
MOST_REQUESTS = 100_000
LARGEST_BATCH = 256 * 1024 * 1024
"""The API's limit of 256 MB, read generously: below it the API has the last word."""
NAMES = argument_names.CREATE - {*TRANSPORT_OPTIONS, "fallbacks", "user_profile_id", "workspace_id"}
"""Parameters that a request of a batch may have."""
REQUIRED = ("model", "max_tokens", "messages")
NEVER: Mapping[str, tuple[Any, str]] = {
    "stream": (True, "a batch has no streams; leave stream out"),
    "max_tokens": (0, "a batch needs max_tokens of at least 1"),
}
"""Values that a batch does not take, and why."""


def encode_batch(requests: Any, extra: Mapping[str, Any], defaults: Overrides = NO_OVERRIDES) -> bytes:
    """Return the body of a batch of these requests. Raises TypeError or ValueError that name the request and its field."""
    checked = check_requests(requests, defaults)
    content = encode_json({"requests": checked, **extra})
    if len(content) > LARGEST_BATCH:
        size = len(content) / 1e6
        raise ValueError(
            f"a batch may have 256 MB, but these {len(checked)} requests have {size:,.0f} MB; make several"
        )
    return content


def check_requests(requests: Any, defaults: Overrides = NO_OVERRIDES) -> list[dict[str, Any]]:
    """Return every request of the batch, with params in the order of `create`."""
    items = several("requests", requests)
    if not items:
        raise ValueError("requests must hold at least one request")
    if len(items) > MOST_REQUESTS:
        raise ValueError(f"a batch may have {MOST_REQUESTS:,} requests, not {len(items):,}; make several batches")
    seen: dict[str, int] = {}
    return [_checked_request(index, item, seen, defaults) for index, item in enumerate(items)]


def _checked_request(index: int, item: Any, seen: dict[str, int], defaults: Overrides) -> dict[str, Any]:
    name = f"requests[{index}]"
    request = _object(name, item, 'a request such as {"custom_id": "a", "params": {...}}')
    for key in ("custom_id", "params"):
        if request.get(key) is None:
            raise ValueError(f"{name} has no {key!r}: a request is {{'custom_id': ..., 'params': {{...}}}}")
    custom_id = _checked_id(f"{name}.custom_id", request["custom_id"])
    first = seen.setdefault(custom_id, index)
    if first != index:
        raise ValueError(f"{name}.custom_id {custom_id!r} is that of requests[{first}] too; each needs its own")
    return {**request, "params": _checked_params(f"{name}.params", request["params"], defaults)}


def _checked_id(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise wrong(name, value, "a string")
    if not CUSTOM_ID.fullmatch(value):
        shown = value if len(value) <= 80 else value[:77] + "..."
        raise ValueError(f"{name} must have 1 to 64 letters, digits, _ or -, not {len(value)} characters {shown!r}")
    return value


def _checked_params(name: str, value: Any, defaults: Overrides) -> dict[str, Any]:
    params = drop_not_given(_object(name, value, "the arguments of messages.create as a dict"))
    params = dict(with_defaults(params, defaults, NAMES))
    missing = [key for key in REQUIRED if params.get(key) is None]
    if missing:
        raise ValueError(f"{name} has no {', '.join(map(repr, missing))}")
    for key, item in params.items():
        if key in TRANSPORT_OPTIONS:
            raise ValueError(f"{name}.{key} is about one exchange, and no field of a request; pass it to create()")
        params[key] = check_argument(key, f"{name}.{key}", item)
    for key, (refused, why) in NEVER.items():
        if key in params and params[key] == refused and type(params[key]) is type(refused):
            raise ValueError(f"{name}.{key} must not be {refused!r}: {why}")
    for key in LAST:
        if key in params:
            params[key] = params.pop(key)
    return params


def _object(name: str, value: Any, expected: str) -> dict[str, Any]:
    if not isinstance(value, Mapping) and hasattr(value, "model_dump"):
        value = value.model_dump(mode="json", exclude_unset=True, by_alias=True)
    if not isinstance(value, Mapping):
        raise wrong(name, value, expected)
    return dict(value)
