"""Misses of the API's cache: what should have been read from it and was not, why, and what that cost. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

from tercet.catalog.cost import in_dollars, nano_of_tokens
from tercet.catalog.models import find
from tercet.catalog.prices import table_of
from tercet.toolkit.conversation.binding import unmarked
from tercet.toolkit.conversation.cache_marks import SECONDS
from tercet.wire.requests.json_body import encode_json

LEAST, SHARE = 1_000, 0.05
"""Tokens, and part of what was expected, from which on it is a miss: the API counts roughly."""
AROUND = 30
"""Bytes that are shown around the first one that differs."""
COUNTS = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")


class AnsweredRequest(msgspec.Struct, frozen=True):
    """A request that was answered: its arguments, when it left (milliseconds), and the usage of its answer."""

    arguments: Mapping[str, Any]
    at: int
    usage: Mapping[str, Any]


class CacheMiss(msgspec.Struct, frozen=True):
    """Tokens that the API should have read from its cache, as the request before had left them there, and did not."""

    answer: int
    """Id of the answer."""
    tokens: int
    usd: Decimal | None
    """What that cost more, at list prices; None where no price is known."""
    reason: Literal["changed", "model", "expired", "unknown"]
    where: str
    """The first byte that differs from the request before, or in a word what happened."""


def miss_of(before: AnsweredRequest, now: AnsweredRequest, answer: int) -> CacheMiss | None:
    """Return what was missed between two requests of one conversation, the later one answered; None if nothing was."""
    left = sum(before.usage.get(name) or 0 for name in COUNTS[1:])
    read = now.usage.get("cache_read_input_tokens") or 0
    lost = min(left, sum(now.usage.get(name) or 0 for name in COUNTS)) - read
    if lost < LEAST or lost < SHARE * left:
        return None
    reason, where = _reason(before, now)
    return CacheMiss(answer, lost, _price(str(now.arguments.get("model")), lost, now.usage), reason, where)


def _reason(
    before: AnsweredRequest, now: AnsweredRequest
) -> tuple[Literal["changed", "model", "expired", "unknown"], str]:
    models = str(before.arguments.get("model")), str(now.arguments.get("model"))
    if models[0] != models[1]:
        return "model", f"asked of {models[1]}, and what was kept is of {models[0]}"
    if (where := first_difference(before.arguments, now.arguments)) is not None:
        return "changed", where
    life, seconds = _life(before.arguments), (now.at - before.at) // 1_000
    if seconds > SECONDS[life]:
        return "expired", f"{seconds} s after the request before, and marks last {life}"
    return "unknown", "nothing was changed: the API did not hold it any more"


def _life(arguments: Mapping[str, Any]) -> str:
    mark = arguments.get("cache_control")
    return str(mark.get("ttl") or "5m") if isinstance(mark, Mapping) else "5m"


def first_difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """Return where a request first differs from the one before, in the API's order; None if it only goes on."""
    for name in ("tools", "system"):
        if (found := _differs(before.get(name), now.get(name), name)) is not None:
            return found
    old: Sequence[Any] = before.get("messages") or ()
    new: Sequence[Any] = now.get("messages") or ()
    for index, message in enumerate(old):
        if index >= len(new):
            return f"messages[{index}]: it is not sent any more"
        if message is not new[index] and (found := _differs(message, new[index], f"messages[{index}]")) is not None:
            return found
    return None


def _differs(old: Any, new: Any, name: str) -> str | None:
    """Return the first byte in which two values differ as JSON, marks apart; None if they are equal."""
    old, new = (encode_json({"": _words(unmarked(each))})[4:-1] for each in (old, new))
    if old == new:
        return None
    at = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    was, is_now = (each[max(0, at - AROUND) : at + AROUND].decode("utf-8", "replace") for each in (old, new))
    return f"{name}, byte {at}: {is_now!r} was {was!r}"


def _words(value: Any) -> Any:
    """Return the text of what is a single block of text and nothing else: the same, in the API's eyes."""
    alone = value[0] if isinstance(value, list) and len(value) == 1 else None
    return alone["text"] if isinstance(alone, dict) and alone.keys() == {"type", "text"} else value


def _price(model: str, lost: int, usage: Mapping[str, Any]) -> Decimal | None:
    """Return what tokens cost more than as read from the cache: they were written to it again, as far as that was asked for."""
    facts = find(model)
    table = None if facts is None else table_of(facts.id, datetime.now(UTC).date(), False, False, False)
    if table is None:
        return None
    hour = (usage.get("cache_creation") or {}).get("ephemeral_1h_input_tokens") or 0
    five = (usage.get("cache_creation_input_tokens") or 0) - hour
    as_hour = min(lost, hour)
    as_five = min(lost - as_hour, max(0, five))
    paid = nano_of_tokens(table, lost - as_hour - as_five, 0, as_five, as_hour, 0)
    read = nano_of_tokens(table, 0, lost, 0, 0, 0)
    return None if paid is None or read is None else in_dollars(paid - read)
