"""`tercet.models()`: the known models as a table for people, and as mappings for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, overload

from tercet.catalog.facts import ModelFacts
from tercet.catalog.loading import as_of, current, has_shipped_prices
from tercet.catalog.prices import Rates, rates

COLUMNS = {
    "id": "id",
    "status": "status",
    "context": "context",
    "max_output": "output",
    "input": "$ input",
    "output": "$ output",
    "cache_read": "$ read",
    "best_for": "best for",
}
"""Fields that a printed table shows, and how they are headed there."""
LISTED_AT = "https://platform.claude.com/docs/en/about-claude/pricing"


class ModelEntry(Mapping[str, Any]):
    """One model: ids, limits, prices of a day in US dollars per million tokens, lifecycle, what it is best for, and where and
    when that was read. None: not established. `facts` are all that the catalog knows of it."""

    __slots__ = ("_fields", "facts")

    def __init__(self, facts: ModelFacts, day: date) -> None:
        self.facts = facts
        life, listed = facts.lifecycle, rates(facts.id, day)
        prices = dict.fromkeys(Rates._fields) if listed is None else dict(zip(Rates._fields, listed, strict=True))
        self._fields: dict[str, Any] = {
            "id": facts.id,
            "name": facts.name,
            "aliases": facts.aliases,
            "line": facts.line,
            "best_for": facts.best_for,
            "context": facts.limits.context,
            "max_output": facts.limits.output,
            "batch_output": facts.limits.batch_output,
            "cache_minimum": facts.limits.cache_minimum,
            **prices,
            "long_prompts": tuple(row.above for row in facts.prices if row.above),
            "status": life.on(day),
            "released": facts.released,
            "deprecated": life.deprecated,
            "retires": life.retires,
            "not_before": life.not_before,
            "successor": life.successor,
            "source": LISTED_AT if has_shipped_prices(facts) else "prices of your own",
            "as_of": as_of(),
        }

    def __getitem__(self, name: str) -> Any:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"ModelEntry({', '.join(f'{name}={shown_value(self[name])}' for name in COLUMNS if self[name] is not None)})"


class ModelTable(Sequence[ModelEntry]):
    """Models in order, newest first; also by id or alias. Printed, they are a table."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Sequence[ModelEntry]) -> None:
        self._entries = tuple(entries)

    def where(self, test: Callable[[ModelEntry], object] | None = None, **equal: Any) -> ModelTable:
        """Return those whose fields equal these values, and for which `test` says yes."""
        for name in equal:
            if self._entries and name not in self._entries[0]:
                raise TypeError(f"models have no field {name!r}; they have {', '.join(self._entries[0])}")
        chosen = (each for each in self._entries if all(each[name] == value for name, value in equal.items()))
        return ModelTable([each for each in chosen if test is None or test(each)])

    @overload
    def __getitem__(self, at: int | str) -> ModelEntry: ...
    @overload
    def __getitem__(self, at: slice) -> ModelTable: ...
    def __getitem__(self, at: int | str | slice) -> ModelEntry | ModelTable:
        if isinstance(at, slice):
            return ModelTable(self._entries[at])
        if isinstance(at, int):
            return self._entries[at]
        for each in self._entries:
            if at == each["id"] or at in each["aliases"]:
                return each
        raise KeyError(at)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        rows = [list(COLUMNS.values()), *([shown_value(each[name]) for name in COLUMNS] for each in self._entries)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        return "\n".join([*lines, f"US dollars per million tokens; as of {as_of()}: {LISTED_AT}"])


def models(at: date | None = None, **equal: Any) -> ModelTable:
    """Return the known models, newest first, with the prices and the status of a day (None: the catalog's own).

    `equal` are fields and the values that they must have: `models(status="active", line="haiku")`. `where` of the table
    filters by a function as well.
    """
    day = as_of() if at is None else at
    return ModelTable([ModelEntry(facts, day) for facts in current().book.models]).where(**equal)


def shown_value(value: Any) -> str:
    """Return a value as a cell of a table: a dash for what is not known, thousands with commas."""
    if value is None:
        return "–"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
