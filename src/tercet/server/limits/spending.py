"""Spend limits: what each key has spent, at the catalog's prices, and the refusal once the limit is reached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from threading import Lock
from typing import Any, Literal, NamedTuple

from tercet.catalog.cost import price
from tercet.server.errors import HTTPError

Kind = Literal["tier", "contract", "own", "workspace", "credit"]
NEVER_RETRY = ((b"x-should-retry", b"false"),)
_REGAIN = "You will regain access on {day} at 00:00 UTC."


class _Refusal(NamedTuple):
    status: int
    text: str
    code: str | None = None


REFUSALS: dict[Kind, _Refusal] = {
    "tier": _Refusal(
        429,
        "You have reached your API usage limits: your organization has crossed its monthly API usage threshold. "
        + _REGAIN,
        "enforced_spend_limit_reached",
    ),
    "contract": _Refusal(
        429,
        "You have reached your API usage limits: your organization has spent what its contract allows. " + _REGAIN,
        "contract_spend_limit_reached",
    ),
    "own": _Refusal(400, "You have reached your specified API usage limits. " + _REGAIN),
    "workspace": _Refusal(400, "You have reached your specified workspace API usage limits. " + _REGAIN),
    "credit": _Refusal(
        400,
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or "
        "purchase credits.",
    ),
}
"""Kind of limit -> how the API refuses when it is reached. None of them comes with `retry-after`."""


class SpendLimit(NamedTuple):
    """The limit of each key in a calendar month of the server's clock, in US dollars, and whose limit that is."""

    usd: Decimal | float
    kind: Kind = "tier"


def spend_limit_of(given: SpendLimit | Mapping[str, Any] | float | Decimal | None) -> SpendLimit | None:
    """Return a limit from an amount, or from a mapping with `usd` and `kind`. Raises ValueError for what means
    nothing."""
    if given is None:
        return None
    parts = given if isinstance(given, Mapping) else {"usd": given}
    for name in parts:
        if name not in SpendLimit._fields:
            raise ValueError(f"spend_limit holds {name!r}; known are {', '.join(SpendLimit._fields)}")
    limit = given if isinstance(given, SpendLimit) else SpendLimit(**{"usd": None, **parts})
    if isinstance(limit.usd, bool) or not isinstance(limit.usd, int | float | Decimal) or not 0 <= limit.usd < 10**12:
        raise ValueError(f"spend_limit is {limit.usd!r}; an amount of US dollars is expected")
    if limit.kind not in REFUSALS:
        raise ValueError(f"spend_limit: kind is {limit.kind!r}; known are {', '.join(REFUSALS)}")
    return limit


class Spending:
    """The money that the keys have spent. Models whose price is not established cost nothing here."""

    def __init__(self, limit: SpendLimit) -> None:
        self._limit = limit
        self._most = Decimal(str(limit.usd))
        self._spent: dict[str, tuple[tuple[int, int], Decimal]] = {}
        self._lock = Lock()

    def check(self, key: str, now: datetime, *, counting: bool = False) -> None:
        """Raise the refusal if the key has nothing left. Counting tokens is free: only an empty credit stops it."""
        if counting and self._limit.kind != "credit":
            return
        if self.spent(key, now) >= self._most:
            raise _refused(self._limit.kind, now)

    def used(self, key: str, model: str, usage: Mapping[str, Any], now: datetime) -> None:
        """Add the price of an answered request."""
        cost = price(model, usage, at=now.date()) or Decimal(0)
        with self._lock:
            self._spent[key] = (_month(now), self.spent(key, now) + cost)

    def spent(self, key: str, now: datetime) -> Decimal:
        """US dollars in this month."""
        month, spent = self._spent.get(key, (_month(now), Decimal(0)))
        return spent if month == _month(now) else Decimal(0)


def _month(now: datetime) -> tuple[int, int]:
    return now.year, now.month


def _refused(kind: Kind, now: datetime) -> HTTPError:
    row = REFUSALS[kind]
    next_month = now.replace(year=now.year + now.month // 12, month=now.month % 12 + 1, day=1)
    details = {"error_code": row.code} if row.code else None
    return HTTPError(row.status, row.text.format(day=next_month.date()), details=details, headers=NEVER_RETRY)
