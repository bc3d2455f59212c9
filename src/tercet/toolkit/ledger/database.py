"""The SQLite file of a ledger: its schema, how it is opened, and what is said when it cannot be used.

A rollback journal, not WAL: SQLite before 3.51.3 can lose a WAL's reset, and a reader that waits a moment for a merge loses
nothing, since the lines stand in journals first. `secure_delete`, so that what is deleted is not found in free pages.
A connection lives as long as one question: nothing is shared with a forked child, and a file that was taken away is noticed.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from tercet.flow.ledger.journal import APPLICATION, TABLE_VERSION
from tercet.flow.store.sqlite import file_identity, is_busy, make_file, patiently
from tercet.toolkit.ledger.errors import LedgerBusyError, LedgerError
from tercet.toolkit.ledger.lines import COLUMNS

VERSION = TABLE_VERSION
PATIENCE = 5.0
"""Seconds that we wait for others to finish."""
_OLDEST = (3, 37, 0)
"""The SQLite that has STRICT tables."""
_TEXTS = frozenset(
    [
        "id",
        "kind",
        "model_asked",
        "model_served",
        "account",
        "workspace",
        "tags",
        "conversation",
        "job",
        "stop_reason",
        "error",
        "error_code",
        "request_id",
        "tools",
        "iterations",
        "tier",
        "geo",
        "speed",
        "origin",
        "error_of_call",
    ]
)
_REQUIRED = frozenset(["id", "attempt", "at", "kind", "certainty", "origin", "last"])
_DAY = 86_400_000_000_000
_MONEY = "sum(nano_usd) / 1e9 as usd, sum(coalesce(low, nano_usd)) / 1e9 as low_usd, sum(coalesce(high, nano_usd)) / 1e9 as high_usd"
_COUNTS = f"sum(last) as calls, count(*) as attempts, sum(last and error_of_call is not null) as errors, sum(input) as input, sum(cache_read) as cache_read, sum(cache_5m) as cache_5m, sum(cache_1h) as cache_1h, sum(output) as output, {_MONEY}"
_SERVED = "coalesce(model_served, model_asked)"
_TIME = "strftime('%Y-%m-%d %H:%M:%S', at / 1000000000, 'unixepoch')"
VIEWS = {
    "daily": f"select date(at / {_DAY} * 86400, 'unixepoch') as day, {_COUNTS} from calls where origin = 'api' group by at / {_DAY}",
    "by_model": f"select {_SERVED} as model, {_COUNTS} from calls where origin = 'api' group by 1",
    "by_user": f"select tags ->> 'user' as user, {_COUNTS} from calls where origin = 'api' group by 1",
    "errors": f"select {_TIME} as time, {_SERVED} as model, * from calls where error is not null or error_of_call is not null order by at desc",
    "slow": f"select {_TIME} as time, {_SERVED} as model, * from calls where ms is not null order by ms desc",
}
"""For `Ledger.sql`: days of UTC, calls that an API answered, dollars as floating numbers."""


_BODIES = (
    # What was sent and what came, where a ledger keeps that, and until when.
    "create table bodies(id text, attempt integer, at integer not null, until integer not null, request text, answer text, "
    "primary key(id, attempt)) strict, without rowid",
    "create index bodies_until on bodies(until)",
)
"""Since version 2."""

_LINES = "alter table changed add column lines integer not null default 1099511627776"
"""So many lines that none counts as known."""


def _schema() -> Iterator[str]:
    columns = ", ".join(
        f"{name} {'text' if name in _TEXTS else 'integer'}{' not null' if name in _REQUIRED else ''}"
        for name in COLUMNS
    )
    yield f"create table calls({columns}, primary key(id, attempt)) strict, without rowid"
    yield "create index calls_at on calls(at)"
    # How far each journal has been read, and whether nothing more can follow.
    yield "create table files(name text primary key, read integer not null, ended integer not null) strict, without rowid"
    # The sums of a day (`sums.py`), and the days whose rows have changed since.
    yield "create table days(day integer, origin text, model text, sums text not null) strict"
    yield "create index days_day on days(day)"
    yield "create table changed(day integer primary key, lines integer not null) strict"
    yield "create table told(alert text, period text, share text, primary key(alert, period, share)) strict, without rowid"
    yield from _BODIES
    yield "create table unreadable(lines integer not null) strict"
    yield "insert into unreadable values (0)"
    for name, query in VIEWS.items():
        yield f"create view {name} as {query}"
    yield f"pragma application_id = {APPLICATION}"
    yield f"pragma user_version = {VERSION}"


class Database:
    """Open the ledger at `path`, for one question at a time."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if sqlite3.sqlite_version_info < _OLDEST:
            raise LedgerError(f"A ledger needs SQLite 3.37; this Python has {sqlite3.sqlite_version}.")
        self.path = os.path.abspath(os.fspath(path))
        self.folder = f"{self.path}.d"
        self._file: tuple[int, int] | None = None
        """Device and inode of the file that we used: another one in its place is not ours."""

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Hold a connection that may write; the file is made if there is none."""
        self._create()
        with self._connected("rw") as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Hold a connection that changes nothing, and sees one state of the ledger for as long as it is held."""
        with self._connected("ro") as connection:
            connection.execute("pragma query_only = on")
            connection.execute("begin")
            yield connection

    def check_same(self) -> None:
        """Raise LedgerError if the file that was used is not there any more: another one in its place is another ledger."""
        if self._file is not None and self._file != file_identity(self.path):
            raise LedgerError(f"{self.path} was removed or replaced while it was in use; open the ledger anew.")

    def _create(self) -> None:
        """Make the file if there is none; what is there already must be a file."""
        self.check_same()
        if problem := make_file(self.path):
            raise LedgerError(f"{self.path} cannot be used as a ledger: {problem}.")

    @contextmanager
    def _connected(self, mode: str) -> Iterator[sqlite3.Connection]:
        self.check_same()
        connection = None
        try:
            connection = sqlite3.connect(
                f"{Path(self.path).as_uri()}?mode={mode}", uri=True, timeout=PATIENCE, isolation_level=None
            )
            self._set_up(connection, mode == "rw")
            self._file = file_identity(self.path)
            yield connection
        except sqlite3.Error as error:
            raise self.error_for(error) from error
        except (OverflowError, UnicodeEncodeError) as error:  # a value that no column holds
            raise LedgerError(f"The ledger cannot be asked for that: {error}.") from error
        finally:
            if connection is not None:
                connection.close()  # rolls back what was not committed

    def _set_up(self, connection: sqlite3.Connection, writes: bool) -> None:
        version = self._version(connection)
        if not writes:
            if version == 0:
                raise LedgerError(f"{self.path} is empty: nothing has been written into this ledger.")
            return
        connection.execute("pragma secure_delete = on")
        if version < VERSION:
            patiently(lambda: connection.execute("begin immediate"), monotonic() + PATIENCE)
            version = self._version(connection)  # another one may have been here
            missing = (
                _schema()
                if version == 0
                else (*_BODIES, _LINES, f"pragma user_version = {VERSION}")
                if version == 1
                else ()
            )
            for statement in missing:
                connection.execute(statement)
            connection.execute("commit")

    def _version(self, connection: sqlite3.Connection) -> int:
        # One statement, so one state of the file: another process may be making it a ledger just now.
        ours, version, things = connection.execute(
            "select application_id, user_version, (select count(*) from sqlite_master) "
            "from pragma_application_id, pragma_user_version"
        ).fetchone()
        if ours != APPLICATION:
            if (ours, version, things) == (0, 0, 0):
                return 0
            raise LedgerError(f"{self.path} is no ledger: it is a database of another program, and was left alone.")
        if version > VERSION:
            raise LedgerError(
                f"{self.path} was written by a newer Tercet: its form is {version}, and this one knows {VERSION}."
            )
        return int(version)

    def error_for(self, error: sqlite3.Error) -> LedgerError:
        """Return what to say about an error of SQLite."""
        if is_busy(error):
            return LedgerBusyError(f"{self.path} was locked by another process for {PATIENCE:.0f} s; try again.")
        if "not a database" in str(error):
            return LedgerError(f"{self.path} is no ledger: it is not a database, and was left alone.")
        return LedgerError(f"{self.path} cannot be used as a ledger: {error}.")
