"""The rows of `job.db` that tell of batches: what was to be sent, what was, and what became of it.

A row is one try of one shard. `intent` is committed before the body is sent, so that a process which dies afterwards is followed by
one that looks the batch up; it becomes `sent` or `adopted` with the batch's id, `lost` when there is none, `read` when its
results stand in the log.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from time import time_ns
from typing import Literal, TypeAlias

import msgspec

BatchState: TypeAlias = Literal["intent", "sent", "adopted", "ended", "read", "lost"]
_COLUMNS = "shard, try, nonce, count, bytes, body, state, id, intent_at"


class BatchRow(msgspec.Struct):
    """One try of one shard."""

    shard: int
    attempt: int
    nonce: str
    count: int
    size: int
    digest: bytes
    """SHA-256 of the body."""
    state: BatchState
    id: str | None
    intent_at: int
    """Nanoseconds since 1970."""

    def path(self, folder: Path) -> Path:
        """Return where its body stands."""
        return folder / f"shard-{self.shard:05}-{self.attempt}.json"


class BatchRecords:
    """The table `batches` over an open connection, each change of which is on the disk when it returns."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def unread(self) -> list[BatchRow]:
        """Return the rows whose results are not in the log yet, oldest first."""
        return [row for row in self.all() if row.state not in ("read", "lost")]

    def all(self) -> list[BatchRow]:
        """Return all rows, oldest first."""
        found = self._connection.execute(f"select {_COLUMNS} from batches order by shard, try")  # noqa: S608 - ours
        return [BatchRow(*row) for row in found]

    def owned(self) -> set[str]:
        """Return the ids of all batches that belong to a row."""
        return {found for (found,) in self._connection.execute("select id from batches where id is not null")}

    def next_shard(self) -> int:
        """Return the number of the next shard."""
        return int(self._connection.execute("select coalesce(max(shard), -1) + 1 from batches").fetchone()[0])

    def answered_tries(self, shard: int) -> int:
        """Return how many tries of this shard came to their results."""
        asked = "select count(*) from batches where shard = ? and state = 'read'"
        return int(self._connection.execute(asked, (shard,)).fetchone()[0])

    def intend(
        self,
        shard: int,
        attempt: int,
        nonce: str,
        count: int,
        size: int,
        digest: bytes,
        *,
        instead: BatchRow | None = None,
    ) -> BatchRow:
        """Commit that a body is to be sent. `instead`: the try before it, which is over in the same commit."""
        row = BatchRow(shard, attempt, nonce, count, size, digest, "intent", None, time_ns())
        values = (shard, attempt, nonce, count, size, digest, "intent", None, row.intent_at)
        with self._connection:
            self._connection.execute("begin immediate")
            if instead is not None:
                self._change(instead)
            self._connection.execute(f"insert into batches({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)  # noqa: S608 - ours
        return row

    def betas(self) -> list[str]:
        """Return the beta features that the requests of this job named."""
        found = self._connection.execute("select value from facts where name = 'betas'").fetchone()
        return [] if found is None else str(found[0]).split(",")

    def add_betas(self, names: list[str]) -> None:
        """Have every body of this job sent with these beta features, too."""
        known = self.betas()
        if new := [name for name in dict.fromkeys(names) if name not in known]:
            told = ",".join([*known, *new])
            self._connection.execute("insert or replace into facts values ('betas', ?)", (told,))

    def record(self, row: BatchRow, state: BatchState, batch_id: str | None = None) -> None:
        """Commit what became of a row."""
        row.state, row.id = state, batch_id if batch_id is not None else row.id
        with self._connection:
            self._connection.execute("begin immediate")
            self._change(row)

    def _change(self, row: BatchRow) -> None:
        moment = {"sent": "sent_at", "adopted": "sent_at", "ended": "ended_at"}.get(row.state)
        more = f", {moment} = {time_ns()}" if moment is not None else ""
        changed = f"update batches set state = ?, id = ?{more} where shard = ? and try = ?"  # noqa: S608 - ours
        self._connection.execute(changed, (row.state, row.id, row.shard, row.attempt))
