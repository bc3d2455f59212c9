"""States in one SQLite file, for the processes of one machine. Knows nothing of what the states mean.

A rollback journal, not WAL: SQLite before 3.51.3 can lose a WAL's reset. One row a state, rewritten under BEGIN IMMEDIATE
with all that were asked for at once (`group_commit.py`), so that a process that is killed at any moment leaves the state
before or after, never between.
"""

from __future__ import annotations

import os
import random
import sqlite3
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from tercet.flow.store.group_commit import GroupCommitStore, Pending
from tercet.flow.store.store import LEASE
from tercet.wire.errors.limits import SharedStateBusyError, SharedStateError

T = TypeVar("T")
VERSION = 2
"""Of the file: 1 had accounts in micro-dollars, whose rows stay where they are, and no application_id."""
APPLICATION = 0x54726374
"""Tells our files from those of other programs ("Trct")."""
PATIENCE = 5.0
"""Seconds that we wait for others to finish."""
_TABLE = "CREATE TABLE state (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
_READ = "SELECT value FROM state WHERE key = ?"
_WRITE = "INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
_left_to_parents: list[Any] = []
"""Connections that a fork copied. Closing one in the child could roll back the parent's transaction."""


def boot_id() -> str:
    """Return what tells this start of the machine from the last one: the monotonic clock begins anew with it."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return str(round((time.time() - time.monotonic()) / 600))


class SQLiteStore(GroupCommitStore):
    """Keep states in the file at `path`, made with mode 0600 if there is none. It must lie on a disk of this machine."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        durable: bool = False,
        lease: float = LEASE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = os.path.abspath(os.fspath(path))
        self.lease, self.now, self.epoch = lease, clock, boot_id()
        self._durable = durable
        self._until = float("-inf")
        """Until when this transaction may wait for others (`time.monotonic`)."""
        self._page = 4096
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        """Device and inode of the file that we opened: another one in its place is not ours."""
        super().__init__(self.path)

    def _write(self, group: list[Pending]) -> None:
        self._until = max(pending.asked for pending in group) + PATIENCE
        try:
            connection = self._open_file()
            self._in_transaction(connection, lambda: self._apply(connection, group))
        except (sqlite3.Error, OSError) as error:
            raise self._error_for(error) from error

    def _apply(self, connection: sqlite3.Connection, group: list[Pending]) -> None:
        if os.stat(self.path).st_size % self._page:  # SQLite sees whole pages that are gone, and rounds up
            raise SharedStateError(f"{self.path} cannot be used: it was cut short while it was in use")
        before: dict[str, bytes | None] = {}
        after: dict[str, bytes | None] = {}
        for pending in group:
            key = pending.key
            if key not in before:
                row = connection.execute(_READ, (key,)).fetchone()
                before[key] = after[key] = None if row is None else row[0]
            after[key] = pending.apply(after[key], self.path)
        for key, data in after.items():
            if data != before[key]:  # who only looks does not make the disk work
                connection.execute(_WRITE, (key, data))

    def _in_transaction(self, connection: sqlite3.Connection, act: Callable[[], T]) -> T:
        try:
            patiently(lambda: connection.execute("BEGIN IMMEDIATE"), self._until)
            result = act()
            patiently(lambda: connection.execute("COMMIT"), self._until)
            return result
        except BaseException:  # Ctrl-C as well, which may come when BEGIN has just locked the file
            if connection.in_transaction:  # a full disk has rolled back already
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
            raise

    def _open_file(self) -> sqlite3.Connection:
        if self._file is None:
            self._create()
        elif self.is_gone():
            raise SharedStateError(f"{self.path} was removed or replaced while it was in use; start anew")
        if self._connection is not None:
            return self._connection
        # `rw`: the file was made above, for its owner alone; SQLite itself makes none, here or at the end of a link.
        uri = f"{Path(self.path).as_uri()}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            self._set_up(connection)
        except BaseException:
            connection.close()
            raise
        self._connection, self._file = connection, file_identity(self.path)
        return connection

    def _create(self) -> None:
        if problem := make_file(self.path):
            raise SharedStateError(f"{self.path!r} cannot be used: {problem}")

    def is_gone(self) -> bool:
        """Return whether the file that was used is not there any more: one that is made in its place is another one."""
        return self._file is not None and self._file != file_identity(self.path)

    def _set_up(self, connection: sqlite3.Connection) -> None:
        patiently(lambda: self._version(connection), self._until)  # nothing of somebody else's file is changed
        patiently(lambda: connection.execute("PRAGMA journal_mode = TRUNCATE"), self._until)
        connection.execute("PRAGMA synchronous = FULL" if self._durable else "PRAGMA synchronous = OFF")
        self._in_transaction(connection, lambda: self._prepare(connection))
        self._page = connection.execute("PRAGMA page_size").fetchone()[0]

    def _version(self, connection: sqlite3.Connection) -> int:
        """Return the version of this file of ours; 0 for an empty one."""
        ours, version = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        tables = dict(connection.execute("SELECT name, sql FROM sqlite_master"))
        first = version == 1 and tables.get("state") == _TABLE  # it had no application_id
        if ours != APPLICATION and (ours or not (first or (version, tables) == (0, {}))):
            raise SharedStateError(
                f"{self.path} cannot be used: it is a database of another program, and was left alone"
            )
        if version > VERSION:
            raise SharedStateError(f"{self.path} was written by a newer Tercet (version {version} of the file)")
        return int(version)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        version = self._version(connection)
        # A file that was cut short may read as one in which nothing was spent.
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise SharedStateError(f"{self.path} cannot be used: it is damaged ({found.splitlines()[-1]})")
        if version < VERSION:
            if version == 0:
                connection.execute(_TABLE)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")

    def _error_for(self, error: sqlite3.Error | OSError) -> SharedStateError:
        if is_busy(error):
            return SharedStateBusyError(f"{self.path} was locked by another process for {PATIENCE} s")
        in_use = self._connection is not None
        self._drop()  # what a connection remembers of a disk that failed is worth nothing
        folder = " (its folder must be writable, too)" if _code(error) == sqlite3.SQLITE_CANTOPEN else ""
        failure = SharedStateError(f"{self.path} cannot be used: {error}{folder}")
        failure.may_be_written = in_use
        return failure

    def after_fork(self) -> None:
        """Begin anew in a forked child: leave the parent's connection alone and open one of our own."""
        _left_to_parents.append(self._connection)
        self._connection = None
        super().after_fork()

    def close(self) -> None:
        """Write what is left, and close the file."""
        self.flush()
        with self._writing:
            self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def __del__(self) -> None:
        super().__del__()
        if "_connection" in self.__dict__:
            self._drop()

    def __repr__(self) -> str:
        return f"SQLiteStore({self.path!r})"


def patiently(act: Callable[[], Any], until: float) -> None:
    """Do it as soon as nobody else is at it. SQLite's own waiting grows to 100 ms a step; a transaction here takes 0.1."""
    while True:
        try:
            act()
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() >= until:
                raise
        time.sleep(random.uniform(0.0001, 0.002))


def is_busy(error: Exception) -> bool:
    """Return whether somebody else holds a lock."""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _code(error: Exception) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def make_file(path: str) -> str:
    """Make a file for its owner alone, if there is none. Return what is wrong: what is there already must be a file."""
    try:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        return (error.strerror if isinstance(error, OSError) else None) or str(error)
    return "" if stat.S_ISREG(mode) else f"it is {_kind(mode)}, and not a file"


def file_identity(path: str) -> tuple[int, int] | None:
    """Return device and inode of a file, which tell it from another one in its place; None if there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "a directory", stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")
