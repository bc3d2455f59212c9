"""Records that the stores keep, as values: batches and files, and how the API shows them. Knows no store, no disk and no HTTP."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tercet.server.access import Caller
from tercet.server.settings import timestamp
from tercet.server.stores.batch_plans import Plan

LIFETIME = timedelta(hours=24)
"""How long a batch may take."""
RESULTS_KEPT = timedelta(days=29)
OUTCOMES = ("succeeded", "errored", "canceled", "expired")
Json = dict[str, Any]


@dataclass(slots=True)
class Batch:
    """One batch. `results` fills while it is answered, and shows when it has ended."""

    id: str
    caller: Caller
    requests: list[Json]
    created_at: datetime
    results: list[bytes] = field(default_factory=list)
    """JSON, a line each without its end: many results as values would burden the collector."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """How many results there are of each type."""
    ended_at: datetime | None = None
    cancel_initiated_at: datetime | None = None
    task: asyncio.Task[None] | None = None
    stored: int = 0
    """How many of the results are on the disk, where there is one."""
    changed: bool = False
    """Whether there is more to bring to the disk."""
    plan: Plan | None = None
    """In which order and when they are answered, where that is drawn; `results` stand in that order."""

    def number(self, place: int) -> int:
        """Return which request has the result at this place."""
        return self.plan[place].number if self.plan is not None else place

    @property
    def status(self) -> str:
        """`in_progress`, `canceling` or `ended`."""
        if self.ended_at is not None:
            return "ended"
        return "canceling" if self.cancel_initiated_at is not None else "in_progress"

    def counts(self) -> dict[str, int]:
        """Requests by outcome: all are processing until the batch has ended."""
        if self.ended_at is None:
            return {"processing": len(self.requests), **dict.fromkeys(OUTCOMES, 0)}
        return {"processing": 0, **{outcome: self.outcomes[outcome] for outcome in OUTCOMES}}

    def add(self, custom_id: str, result: Json) -> None:
        """Take in the result of one request."""
        self.results.append(msgspec.json.encode({"custom_id": custom_id, "result": result}))
        self.outcomes[result["type"]] += 1

    def take_over(self, results: list[bytes]) -> None:
        """Take in results that were stored."""
        self.results, self.stored = results, len(results)
        self.outcomes = Counter(msgspec.json.decode(line)["result"]["type"] for line in results)

    def shown(self, base_url: str, now: datetime) -> Json:
        """Return the MessageBatch object."""
        archived = self.created_at + RESULTS_KEPT
        url = f"{base_url}/v1/messages/batches/{self.id}/results"
        return {
            "id": self.id,
            "type": "message_batch",
            "processing_status": self.status,
            "request_counts": self.counts(),
            "created_at": timestamp(self.created_at),
            "expires_at": timestamp(self.created_at + LIFETIME),
            "ended_at": _shown(self.ended_at),
            "cancel_initiated_at": _shown(self.cancel_initiated_at),
            "archived_at": timestamp(archived) if now >= archived else None,
            "results_url": url if self.ended_at is not None and now < archived else None,
        }


def _shown(moment: datetime | None) -> str | None:
    return timestamp(moment) if moment is not None else None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file. `downloadable` holds for files that tools made; uploads are not."""

    id: str
    owner: str
    filename: str
    mime_type: str
    content: bytes
    created_at: datetime
    expires_at: datetime | None = None
    downloadable: bool = False

    def metadata(self) -> Json:
        """Return the FileMetadata object."""
        return {
            "id": self.id,
            "type": "file",
            "filename": self.filename,
            "mime_type": self.mime_type,
            "size_bytes": len(self.content),
            "created_at": timestamp(self.created_at),
            "downloadable": self.downloadable,
            "expires_at": timestamp(self.expires_at) if self.expires_at else None,
        }
