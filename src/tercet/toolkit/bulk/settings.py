"""What a job was asked to be, checked: the arguments of `tercet.bulk` as values. Reads no row and sends nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

import msgspec

from tercet.flow.budget import Budget
from tercet.toolkit.bulk.errors import BulkError
from tercet.toolkit.bulk.requests import RequestMaker
from tercet.toolkit.bulk.sources import RowSource

How: TypeAlias = Literal["live", "batch"] | None
WAYS = ("live", "batch")
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|m|h|d)")


class JobSettings(msgspec.Struct, kw_only=True):
    """One job, as it was asked for."""

    source: RowSource
    client: Any
    maker: RequestMaker
    to: Path | None
    folder: Path
    deadline: float | None
    """Seconds for a run."""
    budget: Budget | int | None
    """A budget of the caller's, or nano-dollars for the folder."""
    how: How
    concurrency: int
    dedupe: bool
    continue_changed: bool
    command: Mapping[str, Any] | None = None
    """What the command line was asked; kept in the folder, so that `retry` can ask it again."""

    @property
    def name(self) -> str:
        """Return what people and the ledger call the job."""
        return self.to.name if self.to is not None else self.folder.name


def parse_deadline(value: object) -> float | None:
    """Return a deadline in seconds: a number, or a text such as 6h, 90min, 1h30m. BulkError for anything else."""
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 10**9:
        return float(value)
    if isinstance(value, str):
        parts = _TIME.findall(value)
        if (
            parts
            and not _TIME.sub("", value).strip()
            and (total := sum(float(n) * _UNITS[unit] for n, unit in parts)) > 0
        ):
            return total
    raise BulkError(f"deadline must be seconds, or a text such as '6h' or '1h30m', not {value!r:.60}.")


def parse_budget(value: object) -> Budget | int | None:
    """Return a Budget, or US dollars as whole nano-dollars. BulkError for anything else."""
    if value is None or isinstance(value, Budget):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise BulkError(f"budget must be US dollars or a Budget, not {type(value).__name__} {value!r:.60}.")
    try:
        return Budget(usd=value).nano_usd
    except (TypeError, ValueError, ArithmeticError) as problem:
        raise BulkError(f"budget must be US dollars or a Budget, not {value!r:.60} ({problem}).") from problem


def check_how(value: object) -> How:
    """Return how to ask. BulkError for what is no way."""
    if value is None or value in WAYS:
        return cast("How", value)
    raise BulkError(f"how must be {' or '.join(map(repr, WAYS))}, or left out, not {value!r:.60}.")


def check_concurrency(value: object) -> int:
    """Return how many requests may be under way at once."""
    if type(value) is int and 1 <= value <= 10_000:
        return value
    raise BulkError(f"max_concurrency must be a whole number from 1 to 10,000, not {value!r:.60}.")
