"""How far a job has come, as its logs tell it: whoever runs it, and also when nobody does."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import msgspec

from tercet.catalog.cost import in_dollars
from tercet.toolkit.bulk.folder import JobFolder
from tercet.toolkit.bulk.results import ItemMap, scan


class JobStatus(msgspec.Struct, frozen=True):
    """How far a job has come."""

    items: int | None
    """How many rows the source has; None as long as it was not read to its end."""
    answered: int
    """Items that have a result, whatever it is."""
    ok: int
    refused: int
    cut: int
    schema: int
    failed: int
    cost: Decimal
    """US dollars, at list prices."""
    unpriced: int
    """Results whose cost nobody knows."""
    running: bool

    @property
    def done(self) -> bool:
        """Return whether every row has a result."""
        return self.items is not None and self.answered >= self.items

    def __str__(self) -> str:
        total = "" if self.items is None else f" of {self.items:,}"
        others = ("refused", "cut", "schema", "failed")
        told = "".join(f", {getattr(self, name):,} {name}" for name in others if getattr(self, name))
        unknown = f" and {self.unpriced:,} of unknown cost" if self.unpriced else ""
        return f"{self.answered:,}{total} items have a result: {self.ok:,} ok{told}; ${self.cost:f}{unknown}" + (
            "; running" if self.running else ""
        )


def status_of(folder: Path) -> JobStatus:
    """Return how far the job of a folder has come."""
    held = JobFolder(folder)
    record = held.record()
    return as_status(scan(folder), None if record is None else record.rows, running=held.is_running())


def as_status(found: ItemMap, rows: int | None, *, running: bool) -> JobStatus:
    """Return what a map of items says."""
    return JobStatus(
        items=rows,
        answered=found.count(),
        ok=found.count("ok"),
        refused=found.count("refused"),
        cut=found.count("cut"),
        schema=found.count("schema"),
        failed=found.count("failed"),
        cost=in_dollars(found.nano),
        unpriced=found.unpriced,
        running=running,
    )
