"""Equal requests, asked once: their keys in a database of their own, so that memory does not grow with the number of items."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from tercet.toolkit.bulk.items import NumberedRequest

COMMIT_EVERY = 2000


class EqualRequests:
    """Know the first item of each request, in `equal.db`. What a kill loses of it is found again when rows are read again."""

    def __init__(self, folder: Path) -> None:
        self._database = sqlite3.connect(folder / "equal.db", isolation_level=None)
        self._database.execute("pragma synchronous = off")
        self._database.execute(
            "create table if not exists same(key blob primary key, item integer not null) without rowid"
        )
        self._database.execute("create table if not exists equal(item integer primary key, first integer not null)")
        self._database.execute("begin")
        self._open = 0

    def is_equal(self, request: NumberedRequest) -> bool:
        """Return whether an earlier item asks the same; it is noted which."""
        key = blake2b(request.encoded(), digest_size=16).digest()
        self._database.execute("insert or ignore into same values (?, ?)", (key, request.item))
        first = self._database.execute("select item from same where key = ?", (key,)).fetchone()[0]
        if first != request.item:
            self._database.execute("insert or replace into equal values (?, ?)", (request.item, first))
        self._open += 1
        if self._open % COMMIT_EVERY == 0:
            self._database.execute("commit")
            self._database.execute("begin")
        return bool(first != request.item)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield the items that ask what an earlier one asks, with that one."""
        yield from self._database.execute("select item, first from equal order by item")

    def close(self) -> None:
        """Commit, and close the database."""
        if self._database.in_transaction:
            self._database.execute("commit")
        self._database.close()
