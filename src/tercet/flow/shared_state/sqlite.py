"""States in one SQLite file, for the processes of one machine. Knows nothing of what the states mean.

A rollback journal, not WAL: SQLite before 3.51.3 can lose a WAL's reset. One row a state, rewritten under
BEGIN IMMEDIATE, so that a process that is killed at any moment leaves the state before or after, never between.
"""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import msgspec

from tercet.flow.shared_state import LEASE, S
from tercet.transport.forks import reset_in_child
from tercet.wire.first_use import learned
from tercet.wire.refused import SharedStateBusyError, SharedStateError

T = TypeVar("T")
VERSION = 1
PATIENCE = 5.0
"""Seconds that we wait for others to finish."""
_SET_UP = "CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
_READ = "SELECT value FROM state WHERE key = ?"
_WRITE = "INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
_left_to_parents: list[Any] = []
"""Connections that a fork copied. Closing one in the child could roll back the parent's transaction."""


def boot_id() -> str:
    """What tells this start of the machine from the last one: the monotonic clock begins anew with it."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return str(round((time.time() - time.monotonic()) / 600))


class SQLiteStore:
    """The file at `path`, made with mode 0600 if there is none. It must lie on a disk of this machine."""

    blocking = True

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
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        """Device and inode of the file that we opened: another one in its place is not ours."""
        reset_in_child(self)

    def update(self, key: str, kind: type[S], change: Callable[[S], T]) -> T:
        """Hand the state to `change` in one transaction."""
        with self._lock:
            try:
                return self._update(self._opened(), key, kind, change)
            except sqlite3.Error as error:
                raise self._said(error) from error

    def _update(self, connection: sqlite3.Connection, key: str, kind: type[S], change: Callable[[S], T]) -> T:
        with self._transaction(connection):
            row = connection.execute(_READ, (key,)).fetchone()
            state = kind() if row is None else self._decoded(row[0], kind)
            result = change(state)
            connection.execute(_WRITE, (key, msgspec.msgpack.encode(state)))
        return result

    def _decoded(self, data: bytes, kind: type[S]) -> S:
        try:
            return msgspec.msgpack.decode(data, type=learned(kind))
        except (msgspec.MsgspecError, TypeError) as error:
            raise SharedStateError(f"{self.path} holds something else than the state of {kind.__name__}") from error

    @contextmanager
    def _transaction(self, connection: sqlite3.Connection) -> Iterator[None]:
        patiently(lambda: connection.execute("BEGIN IMMEDIATE"))
        try:
            yield
            patiently(lambda: connection.execute("COMMIT"))
        except BaseException:
            if connection.in_transaction:  # a full disk has rolled back already
                connection.execute("ROLLBACK")
            raise

    def _opened(self) -> sqlite3.Connection:
        if self._file is None:
            self._create()
        elif self._file != _identity(self.path):
            raise SharedStateError(f"{self.path} was removed or replaced while it was in use; start anew")
        if self._connection is not None:
            return self._connection
        connection = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            self._set_up(connection)
        except BaseException:
            connection.close()
            raise
        self._connection, self._file = connection, _identity(self.path)
        return connection

    def _create(self) -> None:
        try:
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            raise SharedStateError(f"{self.path} cannot be used: {error.strerror}") from error

    def _set_up(self, connection: sqlite3.Connection) -> None:
        patiently(lambda: connection.execute("PRAGMA journal_mode = TRUNCATE"))
        connection.execute("PRAGMA synchronous = FULL" if self._durable else "PRAGMA synchronous = OFF")
        with self._transaction(connection):
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise SharedStateError(f"{self.path} was written by a newer Tercet (version {version} of the file)")
            connection.execute(_SET_UP)
            connection.execute("PRAGMA user_version = 1")

    def _said(self, error: sqlite3.Error) -> SharedStateError:
        if is_busy(error):
            return SharedStateBusyError(f"{self.path} was locked by another process for {PATIENCE} s")
        return SharedStateError(f"{self.path} cannot be used: {error}")

    def after_fork(self) -> None:
        """In a forked child: leave the parent's connection alone and open one of our own."""
        _left_to_parents.append(self._connection)
        self._lock, self._connection = threading.Lock(), None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def __del__(self) -> None:
        connection = self.__dict__.pop("_connection", None)
        if connection is not None:
            connection.close()

    def __repr__(self) -> str:
        return f"SQLiteStore({self.path!r})"


def patiently(act: Callable[[], Any], patience: float = PATIENCE) -> None:
    """Do it as soon as nobody else is at it. SQLite's own waiting grows to 100 ms a step; a transaction here takes 0.1."""
    until = time.monotonic() + patience
    while True:
        try:
            act()
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() >= until:
                raise
        time.sleep(random.uniform(0.0001, 0.002))


def is_busy(error: sqlite3.Error) -> bool:
    """Whether somebody else holds a lock."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
