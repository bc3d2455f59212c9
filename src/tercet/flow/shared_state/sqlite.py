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
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tercet.flow.shared_state import LEASE, S
from tercet.transport.forks import reset_in_child
from tercet.wire.errors.refused import SharedStateBusyError, SharedStateError
from tercet.wire.first_use import learned

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
        self._until = self._gave_up = float("-inf")
        """Until when this transaction may wait for others, and when one last did so in vain (`time.monotonic`)."""
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        """Device and inode of the file that we opened: another one in its place is not ours."""
        reset_in_child(self)

    def update(self, key: str, kind: type[S], change: Callable[[S], T]) -> T:
        """Hand the state to `change` in one transaction."""
        asked = time.monotonic()
        with self._lock:
            # Who queued behind a thread that waited for the file in vain has waited as long already.
            self._until = asked if asked < self._gave_up else time.monotonic() + PATIENCE
            try:
                return self._update(self._opened(), key, kind, change)
            except sqlite3.Error as error:
                raise self._failed(error) from error

    def _update(self, connection: sqlite3.Connection, key: str, kind: type[S], change: Callable[[S], T]) -> T:
        def changed() -> T:
            row = connection.execute(_READ, (key,)).fetchone()
            state = kind() if row is None else self._decoded(row[0], kind)
            result = change(state)
            connection.execute(_WRITE, (key, msgspec.msgpack.encode(state)))
            return result

        return self._in_transaction(connection, changed)

    def _decoded(self, data: bytes, kind: type[S]) -> S:
        try:
            return msgspec.msgpack.decode(data, type=learned(kind))
        except (msgspec.MsgspecError, TypeError) as error:
            raise SharedStateError(f"{self.path} holds something else than the state of {kind.__name__}") from error

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

    def _opened(self) -> sqlite3.Connection:
        if self._file is None:
            self._create()
        elif self._file != _identity(self.path):
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
        self._connection, self._file = connection, _identity(self.path)
        return connection

    def _create(self) -> None:
        try:
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            raise SharedStateError(f"{self.path} cannot be used: {error.strerror}") from error

    def _set_up(self, connection: sqlite3.Connection) -> None:
        patiently(lambda: connection.execute("PRAGMA journal_mode = TRUNCATE"), self._until)
        connection.execute("PRAGMA synchronous = FULL" if self._durable else "PRAGMA synchronous = OFF")
        self._in_transaction(connection, lambda: self._prepare(connection))

    def _prepare(self, connection: sqlite3.Connection) -> None:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise SharedStateError(f"{self.path} was written by a newer Tercet (version {version} of the file)")
        # A file that was cut short may read as one in which nothing was spent.
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise SharedStateError(f"{self.path} cannot be used: it is damaged ({found.splitlines()[-1]})")
        if version == 0:
            connection.execute(_SET_UP)
            connection.execute(f"PRAGMA user_version = {VERSION}")

    def _failed(self, error: sqlite3.Error) -> SharedStateError:
        if is_busy(error):
            self._gave_up = time.monotonic()
            return SharedStateBusyError(f"{self.path} was locked by another process for {PATIENCE} s")
        self._drop()  # what a connection remembers of a disk that failed is worth nothing
        failure = SharedStateError(f"{self.path} cannot be used: {error}")
        failure.may_be_written = True
        return failure

    def after_fork(self) -> None:
        """In a forked child: leave the parent's connection alone and open one of our own."""
        _left_to_parents.append(self._connection)
        self._lock, self._connection = threading.Lock(), None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def __del__(self) -> None:
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


def is_busy(error: sqlite3.Error) -> bool:
    """Whether somebody else holds a lock."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
