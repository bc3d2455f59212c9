"""One attempt as a line of the journal: what was asked, what came of it, and what it cost. Does nothing by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, TypeAlias

import msgspec

from tercet.catalog.cost import Cost
from tercet.catalog.loading import as_of
from tercet.flow.billing import ErrorAnswer, NothingYielded, phase_of
from tercet.flow.cost import cost_of_answer, cost_of_lost, price_day, sane_usage
from tercet.flow.effects import Lost, Outcome, Reply
from tercet.flow.estimate import Estimate
from tercet.flow.usage import ReportedUsage
from tercet.wire.http import Headers, Request

EntryKind: TypeAlias = Literal["messages", "stream", "batch", "submit", "count", "file", "complete", "cached", "other"]
DAY = 86_400_000_000_000
LONGEST = 256
"""Characters of an id that somebody else gives."""
LONGEST_STEPS = 65_536
"""Bytes of `iterations` and `tools`; longer ones are left out."""
CERTAINTY = {"exact": 0, "estimated": 1, "unknown": 2}
LOCAL = "tercet-local"
"""The header by which a local API says that it answered."""


class LedgerLine(msgspec.Struct, omit_defaults=True, gc=False):
    """Hold a line's keys, as `flow/ledger/__init__.py` says them. Those that every answer has come first, so that a line of one
    is made in one step, by place."""

    id: str
    attempt: int
    at: int
    kind: EntryKind
    certainty: int
    origin: Literal["api", "local"]
    last: bool
    model_asked: str | None = None
    tags: dict[str, str | int] | None = None
    conversation: str | int | None = None
    job: str | int | None = None
    item: str | int | None = None
    account: str | None = None
    status: int | None = None
    request_id: str | None = None
    workspace: str | None = None
    model_served: str | None = None
    stop_reason: str | None = None
    input: int | None = None
    cache_read: int | None = None
    cache_5m: int | None = None
    cache_1h: int | None = None
    output: int | None = None
    tier: str | None = None
    geo: str | None = None
    speed: str | None = None
    nano_usd: int | None = None
    low: int | None = None
    high: int | None = None
    price_day: int | None = None
    ms: int | None = None
    first_ms: int | None = None
    thinking: int | None = None
    tools: Any = None
    iterations: Any = None
    error: str | None = None
    error_code: str | None = None
    error_of_call: str | None = None


encode = msgspec.json.Encoder().encode
"""Raises ValueError for text that is no UTF-8."""


def short(value: Any) -> str | None:
    """Return a text from outside, cut to the length of an id; None for what is no text."""
    if type(value) is not str:
        return None
    return value if len(value) <= LONGEST else value[:LONGEST]


# --- what it cost -----------------------------------------------------------------------------------------------------

_days: dict[int, tuple[date, int, date]] = {}
"""The last day asked for: the day whose prices hold, its number, and the catalog's day then."""


def day_at(at: int) -> tuple[date, int]:
    """Return the day whose prices hold at a time (ns since 1970), and its number, as 20261101."""
    number = at // DAY
    found = _days.get(number)
    if found is None or found[2] is not as_of():
        day = price_day(at / 1e9)
        _days.clear()
        found = _days[number] = (day, day.year * 10_000 + day.month * 100 + day.day, as_of())
    return found[0], found[1]


def cost_by_estimate(
    outcome: Outcome | None, used: ReportedUsage | None, asked: tuple[Estimate, ...], day: date
) -> tuple[Cost, ReportedUsage | None]:
    """Return what an attempt cost or may have cost, and its usage if that makes sense. No outcome: it was given up."""
    if isinstance(outcome, NothingYielded):
        return cost_of_lost(asked, day, answers=False), None
    sane = sane_usage(used, asked)
    if sane is None or len(asked) != 1:
        return cost_of_lost(asked, day), None
    return cost_of_answer(asked[0], sane, day), sane


def is_free(outcome: Outcome | None) -> bool:
    """Return whether this outcome is known to cost nothing, whatever was asked."""
    if outcome is None or (type(outcome) is Reply and outcome.status < 300):
        return False
    return phase_of(outcome) in ("not_sent", "refused")


# --- filling a line ---------------------------------------------------------------------------------------------------


def fill_cost(entry: LedgerLine, cost: Cost) -> None:
    """Write down what it cost."""
    entry.nano_usd, entry.low, entry.high = cost.known, cost.low, cost.high
    entry.certainty = CERTAINTY[cost.certainty]


def fill_usage(entry: LedgerLine, used: ReportedUsage) -> None:
    """Write down the tokens of a usage that makes sense, and where they were used."""
    get = used.usage.get
    entry.input, entry.cache_read, entry.output = (
        get("input_tokens"),
        get("cache_read_input_tokens"),
        get("output_tokens"),
    )
    written, split = get("cache_creation_input_tokens"), get("cache_creation")
    if isinstance(split, dict):
        entry.cache_1h = hour = split.get("ephemeral_1h_input_tokens")
        entry.cache_5m = max(split.get("ephemeral_5m_input_tokens") or 0, (written or 0) - (hour or 0))
    else:
        entry.cache_5m = written
    details = get("output_tokens_details")
    if isinstance(details, dict) and type(thinking := details.get("thinking_tokens")) is int:
        entry.thinking = thinking
    entry.tier, entry.geo, entry.speed = short(get("service_tier")), short(get("inference_geo")), short(get("speed"))
    tools, steps = get("server_tool_use"), get("iterations")
    if tools or steps:
        fits = len(msgspec.json.encode((tools, steps))) <= LONGEST_STEPS
        entry.tools, entry.iterations = (tools or None, steps or None) if fits else (None, None)


def fill_outcome(entry: LedgerLine, outcome: Outcome | None, request: Request) -> None:
    """Write down status, ids and error of an outcome."""
    if isinstance(outcome, Reply):
        get = outcome.headers.by_name().get
        entry.status = outcome.answered_with if isinstance(outcome, ErrorAnswer) else outcome.status
        entry.request_id, entry.workspace = short(get("request-id")), short(get("anthropic-workspace-id"))
        if get(LOCAL) is not None:
            entry.origin = "local"
        if outcome.status < 300 and not isinstance(outcome, NothingYielded):
            return
    if outcome is not None:
        entry.error = error_name(outcome, request)
        entry.error_code = error_code(outcome)


def error_name(outcome: Outcome, request: Request) -> str:
    """Return the class of the error that this outcome is to a caller."""
    from tercet.flow.errors import error_of

    if isinstance(outcome, Lost) and outcome.raise_as is not None:
        return type(outcome.raise_as).__name__
    if isinstance(outcome, NothingYielded):
        return stream_error_name(outcome.failure)
    return type(error_of(outcome, request)).__name__


def stream_error_name(failure: Lost | Mapping[str, object]) -> str:
    """Return the class of the error that a stream ends in which was lost, or that reported an error."""
    if isinstance(failure, Lost):
        return "APITimeoutError" if failure.kind == "timeout" else "IncompleteStreamError"
    from tercet.flow.retry import status_of
    from tercet.wire.errors.mapping import class_for
    from tercet.wire.errors.tree import text_at

    return class_for(status_of(failure), text_at(failure, "error", "details", "error_code")).__name__


def error_code(outcome: Outcome) -> str | None:
    """Return the API's own code for an error, if it gives one."""
    from tercet.wire.errors.tree import text_at

    body: Any = None
    if isinstance(outcome, NothingYielded):
        body = outcome.failure
    elif isinstance(outcome, Reply) and b'"error_code"' in outcome.content:
        try:
            body = msgspec.json.decode(outcome.content)
        except (ValueError, RecursionError):
            return None
    return short(text_at(body, "error", "details", "error_code")) if isinstance(body, dict) else None


_accounts: dict[int, str] = {}


def account_of(headers: Headers) -> str | None:
    """Return the account of a request: a hash of its credential. Kept by Python's own hash of the text, so that no key is."""
    get = headers.by_name().get
    secret = get("x-api-key") or get("authorization")
    if secret is None:
        return None
    known = _accounts.get(hash(secret))
    if known is None:
        from tercet.flow.reservation import credential_hash

        if len(_accounts) > 1_000:
            _accounts.clear()
        known = _accounts[hash(secret)] = credential_hash(secret)
    return known
