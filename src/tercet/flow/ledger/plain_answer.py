"""The common answer, read at once: typed while it is decoded, so that its tokens need no second look. Whatever is not quite so
(steps, calls of server tools, other tiers, counts that are none) is None here, and read by `flow/usage.py` as any other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from tercet.catalog.cost import nano_of_tokens
from tercet.catalog.models import find
from tercet.flow.estimate import window_of
from tercet.flow.ledger.entry import LONGEST, LedgerLine
from tercet.flow.usage import ReportedUsage

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Name: TypeAlias = Annotated[str, msgspec.Meta(max_length=LONGEST)]


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    ephemeral_5m_input_tokens: Count = 0
    ephemeral_1h_input_tokens: Count = 0


class _OutputDetails(msgspec.Struct):
    thinking_tokens: Count | None = None


class PlainUsage(msgspec.Struct):
    """Hold a usage that is all counts, of the standard tier, of one step."""

    input_tokens: Count
    output_tokens: Count
    cache_read_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    cache_creation: _Written | None = None
    output_tokens_details: _OutputDetails | None = None
    service_tier: Literal["standard"] | None = None
    inference_geo: Name | None = None
    speed: Name | None = None
    server_tool_use: dict[str, Literal[0] | None] | None = None
    iterations: None = None


class PlainAnswer(msgspec.Struct):
    """Hold what a line needs of a message."""

    usage: PlainUsage
    model: Name
    stop_reason: Name | None = None


_decode = msgspec.json.Decoder(PlainAnswer).decode


def plain_answer(content: bytes) -> PlainAnswer | None:
    """Return a message that was read whole, if it is a plain one."""
    try:
        return _decode(content)
    except (ValueError, RecursionError):
        return None


def plain_stream(used: ReportedUsage) -> PlainAnswer | None:
    """Return what a stream that was read to its end has told, if that is a plain answer."""
    told = {"usage": used.usage, "model": used.model, "stop_reason": used.stop_reason}
    try:
        return msgspec.convert(told, PlainAnswer) if used.final else None
    except (ValueError, RecursionError):
        return None


def fill_plain(entry: LedgerLine, answer: PlainAnswer, model: str, params: Mapping[str, Any], day: date) -> bool:
    """Write down what an answer used and cost, and return whether that could be: its usage makes sense for a request of these
    parameters to this model, and has a price."""
    usage, most = answer.usage, params.get("max_tokens")
    uncached, output = usage.input_tokens, usage.output_tokens
    read, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    total = uncached + read + written
    if type(most) is not int or output > most or not total or total + output > window_of(find(model)) + most:
        return False
    split, five, hour = usage.cache_creation, 0, 0
    if split is not None:
        five, hour = split.ephemeral_5m_input_tokens, split.ephemeral_1h_input_tokens
        if five + hour > written:
            return False
    five = written - hour  # tokens without a lifetime live five minutes
    place, speed = usage.inference_geo, usage.speed
    us = (params.get("inference_geo") if place is None else place) == "us"
    fast = (params.get("speed") if speed is None else speed) == "fast"
    nano = nano_of_tokens(answer.model, day, (uncached, read, five, hour, output), us=us, fast=fast)
    if nano is None:
        return False
    entry.nano_usd = entry.low = entry.high = nano
    entry.model_served, entry.stop_reason = answer.model, answer.stop_reason
    entry.input, entry.cache_read, entry.output = uncached, usage.cache_read_input_tokens, output
    entry.cache_5m = five if split is not None else usage.cache_creation_input_tokens
    entry.cache_1h = hour if split is not None else None
    entry.tier, entry.geo, entry.speed = usage.service_tier, place, speed
    if usage.output_tokens_details is not None:
        entry.thinking = usage.output_tokens_details.thinking_tokens
    return True
