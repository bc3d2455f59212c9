"""A client's ledger: where its calls are written, and under which tags. Without state of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tercet.flow.kinds import Kind
from tercet.flow.ledger.attempt import AskedCall
from tercet.flow.ledger.call_record import CallRecord
from tercet.flow.ledger.entry import EntryKind
from tercet.flow.ledger.journal import journal_at
from tercet.flow.ledger.tags import SplitTags, current_tags

_NAMES: dict[Kind, EntryKind] = {"batch": "submit", "completion": "complete"}


class LedgerLayer:
    """Write what the calls of one client are and cost. Shared by its copies."""

    def __init__(self, place: Path, tags: Mapping[str, str | int] | None, body_days: float | None = None) -> None:
        self.journal, self.body_days = journal_at(place), body_days
        self._tags = None if tags is None else SplitTags(tags)

    asked = AskedCall
    """Makes what a record needs to know of each model that is asked."""

    def record(self, kind: Kind, path: str, *, stream: bool, counted: bool) -> CallRecord:
        """Return the record of one call that begins here. `counted`: somebody tells what is really sent (`before_send`)."""
        return CallRecord(
            self.journal, entry_kind(kind, path, stream), current_tags(self._tags), counted, self.body_days
        )


def entry_kind(kind: Kind, path: str, stream: bool) -> EntryKind:
    """Return a call's kind as the ledger names it."""
    if kind == "message":
        return "stream" if stream else "messages"
    if kind == "free":
        return "count" if path.endswith("/count_tokens") else "file" if "/files" in path else "other"
    return _NAMES.get(kind, "other")
