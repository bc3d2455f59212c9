"""Why the prompt cache could not be reused: the request behind `diagnostics.previous_message_id` beside the present one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any, NamedTuple

import msgspec

from tercet.server.stores.thinking_bindings import digests

MOST_REQUESTS = 2000
SHAPES_PROMPT = ("thinking", "tool_choice", "output_config", "context_management", "mcp_servers")
"""Settings other than the named parts that change the prompt: what differs there has no reason of its own."""
Json = dict[str, Any]


class _Fingerprint(NamedTuple):
    owner: str
    model: bytes
    system: bytes
    tools: bytes
    messages: list[bytes]
    """A digest of the conversation up to the end of each message."""
    rest: bytes
    tokens: int


class Diagnoses:
    """The fingerprints of the requests that asked for diagnostics. Bounded, in memory."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Fingerprint] = OrderedDict()
        self._lock = Lock()

    def diagnosed(self, request: Mapping[str, Any], message_id: str, owner: str, usage: Mapping[str, Any]) -> Json:
        """Return the `diagnostics` of the message that answers; the request is remembered under the message's id."""
        mine = _fingerprint(request, owner, usage)
        named = request["diagnostics"].get("previous_message_id")
        with self._lock:
            before = self._kept.get(named) if named is not None else None
            self._kept[message_id] = mine
            while len(self._kept) > MOST_REQUESTS:
                self._kept.popitem(last=False)
        if named is None:
            return {"cache_miss_reason": None}
        if before is None or before.owner != owner:
            return {"cache_miss_reason": {"type": "previous_message_not_found"}}
        return {"cache_miss_reason": _reason(before, mine, usage)}


def _fingerprint(request: Mapping[str, Any], owner: str, usage: Mapping[str, Any]) -> _Fingerprint:
    tokens = usage["input_tokens"] + usage["cache_creation_input_tokens"] + usage["cache_read_input_tokens"]
    return _Fingerprint(
        owner,
        _encoded([request.get("model"), request.get("speed")]),
        _encoded(request.get("system")),
        _encoded(request.get("tools")),
        digests(request["messages"])[1:],
        _encoded([request.get(name) for name in SHAPES_PROMPT]),
        tokens,
    )


def _reason(before: _Fingerprint, now: _Fingerprint, usage: Mapping[str, Any]) -> Json | None:
    missed = max(0, before.tokens - usage["cache_read_input_tokens"])
    for part in ("model", "system", "tools"):
        if getattr(before, part) != getattr(now, part):
            return {"type": f"{part}_changed", "cache_missed_input_tokens": missed}
    if now.messages[: len(before.messages)] != before.messages:
        return {"type": "messages_changed", "cache_missed_input_tokens": missed}
    return {"type": "unavailable"} if before.rest != now.rest else None


def _encoded(value: object) -> bytes:
    return msgspec.json.encode(value, order="sorted")
