"""The common answer, read at once: typed while it is decoded, so that its tokens need no second look. Whatever is not quite so
(steps, calls of server tools, other tiers, counts that are none) is None here, and read by `flow/usage.py` as any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, TypeAlias

import msgspec

from tercet.catalog.cost import nano_of_tokens
from tercet.catalog.loading import CatalogIndex, current
from tercet.catalog.models import find
from tercet.catalog.prices import Table, table_of
from tercet.flow.effects import Reply
from tercet.flow.estimate import window_of
from tercet.flow.ledger.entry import DAY, LOCAL, LONGEST, LedgerLine, day_at, short
from tercet.flow.ledger.tags import NO_TAGS
from tercet.flow.usage import ReportedUsage

if TYPE_CHECKING:
    from tercet.flow.ledger.attempt import AskedCall
    from tercet.flow.ledger.call_record import CallRecord

MOST_KEPT = 1_000

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Name: TypeAlias = Annotated[str, msgspec.Meta(max_length=LONGEST)]


class _Written(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    ephemeral_5m_input_tokens: Count = 0
    ephemeral_1h_input_tokens: Count = 0


class _OutputDetails(msgspec.Struct, gc=False):
    thinking_tokens: Count | None = None


class PlainUsage(msgspec.Struct, gc=False):
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


class PlainAnswer(msgspec.Struct, gc=False):
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


class PlainTerms(NamedTuple):
    """Hold what the answers of one model have in common on a day: its number, the asked model's context, and the prices."""

    day: int
    window: int
    table: Table | None


_kept: tuple[CatalogIndex | None, dict[Any, PlainTerms]] = (None, {})
"""Terms by asked model, model that served, day, place and speed, as a catalog has them."""


def _terms(kept: dict[Any, PlainTerms], key: tuple[str, str, int, bool, bool]) -> PlainTerms:
    """Return terms that are not kept yet, and keep them."""
    asked, served, number, us, fast = key
    if len(kept) > MOST_KEPT:
        kept.clear()
    day, shown = day_at(number * DAY)
    found = kept[key] = PlainTerms(shown, window_of(find(asked)), table_of(served, day, False, us, fast))
    return found


_Priced: TypeAlias = tuple[int, int, int, int]
"""Tokens written for five minutes and for an hour, nano-dollars, and the day of the prices."""


def _price(answer: PlainAnswer, asked: str, params: Mapping[str, Any], at: int) -> _Priced | None:
    """Return what an answer cost, if its usage makes sense for a request of these parameters, and has a price."""
    global _kept
    catalog, (known, kept) = current(), _kept
    if catalog is not known:
        kept = {}
        _kept = (catalog, kept)
    usage, most = answer.usage, params.get("max_tokens")
    uncached, output = usage.input_tokens, usage.output_tokens
    read, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    split, hour = usage.cache_creation, 0
    if split is not None:
        hour = split.ephemeral_1h_input_tokens
        if split.ephemeral_5m_input_tokens + hour > written:
            return None
    place, speed = usage.inference_geo, usage.speed
    us = (params.get("inference_geo") if place is None else place) == "us"
    fast = (params.get("speed") if speed is None else speed) == "fast"
    key = (asked, answer.model, at // DAY, us, fast)
    day, window, table = kept.get(key) or _terms(kept, key)
    total = uncached + read + written
    if table is None or type(most) is not int or output > most or not total or total + output > window + most:
        return None
    five = written - hour  # tokens without a lifetime live five minutes
    nano = nano_of_tokens(table, uncached, read, five, hour, output)
    return None if nano is None else (five, hour, nano, day)


def plain_line(
    record: CallRecord, asked: AskedCall, account: str | None, reply: Reply, at: int, ms: int
) -> LedgerLine | None:
    """Return the line of an attempt that was answered plainly and whole; None if it needs a closer look."""
    model, params = asked.model, asked.params
    if model is None or params is None or (answer := plain_answer(reply.content)) is None:
        return None
    priced = _price(answer, asked.behind(model), params, at)
    if priced is None:
        return None
    five, hour, nano, day = priced
    get, usage, tags = reply.headers.by_name().get, answer.usage, record.tags or NO_TAGS
    split = usage.cache_creation is not None
    line = LedgerLine(  # by place, which costs a tenth
        record.id, record.next_attempt(), at, record.kind, 0, "api" if get(LOCAL) is None else "local", False,
        short(model), tags.others, tags.conversation, tags.job, tags.item, account, reply.status, short(get("request-id")), short(get("anthropic-workspace-id")),
        answer.model, answer.stop_reason, usage.input_tokens, usage.cache_read_input_tokens,
        five if split else usage.cache_creation_input_tokens, hour if split else None, usage.output_tokens,
        usage.service_tier, usage.inference_geo, usage.speed, nano, nano, nano, day, ms,
    )  # fmt: skip
    if usage.output_tokens_details is not None:
        line.thinking = usage.output_tokens_details.thinking_tokens
    return line


def fill_plain(entry: LedgerLine, answer: PlainAnswer, model: str, params: Mapping[str, Any]) -> bool:
    """Write down what an answer used and cost, and return whether that could be."""
    priced = _price(answer, model, params, entry.at)
    if priced is None:
        return False
    usage, split = answer.usage, answer.usage.cache_creation is not None
    five, hour, nano, entry.price_day = priced
    entry.nano_usd = entry.low = entry.high = nano
    entry.model_served, entry.stop_reason = answer.model, answer.stop_reason
    entry.input, entry.cache_read, entry.output = usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens
    entry.cache_5m = five if split else usage.cache_creation_input_tokens
    entry.cache_1h = hour if split else None
    entry.tier, entry.geo, entry.speed = usage.service_tier, usage.inference_geo, usage.speed
    if usage.output_tokens_details is not None:
        entry.thinking = usage.output_tokens_details.thinking_tokens
    return True
