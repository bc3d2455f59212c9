"""The SQLite file of conversations: its schema, how it is opened, and what is said when it cannot be used.

A write-ahead log with `synchronous = NORMAL`: a process that is killed loses nothing that was committed, a loss of power the
last moments and never the file. A rollback journal that promises as much takes ten times the CPU (300 µs a commit instead
of 30), and one that does not wait for the disk may leave a file that nobody can read. All writing and checkpointing goes
through one lock (`writer_lock.py`), for the sake of SQLite before 3.51.3. Pages of 8 KB: rows of some 1.5 KB fill a page of
4 KB badly (1.11 times what a bare table holds instead of 1.38). `secure_delete`, so that what is deleted is not found in free space.

One connection a process, used by one thread at a time. A forked child opens its own.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any

from tercet.flow.store.sqlite import file_identity, is_busy, make_file
from tercet.toolkit.conversation.errors import ConversationBusyError, ConversationError
from tercet.toolkit.conversation.store.writer_lock import WriterLock
from tercet.transport.sockets import reset_in_child

APPLICATION = 0x54726343
"""Tells our files from those of other programs ("TrcC")."""
VERSION = 1
PATIENCE = 5.0
"""Seconds that we wait for others to finish."""
PAGE = 8192
CHECKPOINT = 192
"""Pages in the write-ahead log from which on they are moved into the file: 1.5 MB. Fewer cost every turn more CPU, more cost disk."""
_OLDEST = (3, 38, 0)
"""The SQLite that has STRICT tables and JSON."""
_SCHEMA = (
    "create table conversations(row integer primary key, owner text not null, id text not null, tip integer, "
    "revision integer not null, writer text, created integer not null, updated integer not null, unique(owner, id)) strict",
    # Rowids, not `without rowid`: what is said is appended, whosever it is, and a page is full before the next one begins.
    "create table messages(row integer primary key, conversation integer not null, id integer not null, parent integer, "
    "role text not null, state integer not null, starts_turn integer not null, at integer not null, content text not null, "
    "attachments blob, answer blob, cost integer, low integer, high integer, error text, prefix blob) strict",
    "create unique index messages_of on messages(conversation, id)",
    "create table tool_calls(row integer primary key, conversation integer not null, message integer not null, "
    "id text not null, state integer not null, result text, attachments blob, facts text, "
    "unique(conversation, message, id)) strict",
    "create table cuts(row integer primary key, conversation integer not null, first integer not null, kind text not null, "
    "summary text, covers_first integer, covers_last integer, cost integer, low integer, high integer, at integer not null, "
    "unique(conversation, first)) strict",
    "create table facts(row integer primary key, conversation integer not null, name text not null, value text not null, "
    "unique(conversation, name)) strict",
    # One owner's: deleting somebody touches nothing of anybody else.
    "create table blobs(row integer primary key, owner text not null, hash blob not null, encoded integer not null, "
    "data blob not null, unique(owner, hash)) strict",
    "create table memories(row integer primary key, owner text not null, path text not null, words text not null, "
    "at integer not null, unique(owner, path)) strict",
    f"pragma application_id = {APPLICATION}",
    f"pragma user_version = {VERSION}",
)
_left_to_parents: list[Any] = []
"""Connections that a fork copied. Closing one in the child could undo what the parent is at."""


class ConversationFile:
    """Hold the file at `path` open, made with mode 0600 if there is none. It must lie on a disk of this machine."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if sqlite3.sqlite_version_info < _OLDEST:
            raise ConversationError(f"Stored conversations need SQLite 3.38; this Python has {sqlite3.sqlite_version}.")
        self.path = os.path.abspath(os.fspath(path))
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        """Device and inode of the file that we opened: another one in its place is not ours."""
        self._closed = False
        self._writer = WriterLock(self.path)
        self._turn = threading.Lock()
        reset_in_child(self)
        with self.reading():
            pass

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Hold a connection that sees one state of the file for as long as it is held."""
        with self._turn, self._told():
            connection = self._open()
            connection.execute("begin")
            try:
                yield connection
            finally:
                connection.execute("rollback")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Hold a connection within a transaction, which is committed at the end, or undone if anything is raised."""
        with self.alone() as connection:
            connection.execute("begin immediate")
            try:
                yield connection
                connection.execute("commit")
            except BaseException:  # Ctrl-C as well, at any of these lines
                if connection.in_transaction:  # a full disk has rolled back already
                    with suppress(sqlite3.Error):
                        connection.execute("rollback")
                raise

    @contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """Hold a connection while nobody else writes, outside of a transaction."""
        with self._turn, self._told():
            connection = self._open()
            with self._as_writer():
                yield connection

    @contextmanager
    def _as_writer(self) -> Iterator[None]:
        try:
            if not self._writer.take(monotonic() + PATIENCE):
                raise self._busy()
            yield
        finally:
            self._writer.give()

    # --- opening ------------------------------------------------------------------------------------------------------

    def _open(self) -> sqlite3.Connection:
        if self._closed:
            raise ConversationError(f"This store was closed: open {self.path} anew with tercet.Conversations.")
        if self._file is None:
            self._create()
        elif self._file != file_identity(self.path):
            self._drop()
            raise ConversationError(
                f"{self.path} was removed or replaced while it was in use: open it anew with tercet.Conversations."
            )
        if self._connection is not None:
            return self._connection
        # `rw`: the file was made above, for its owner alone; SQLite itself makes none, here or at the end of a link.
        uri = f"{Path(self.path).as_uri()}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            self._set_up(connection)
        except BaseException:
            connection.close()
            raise
        self._connection, self._file = connection, file_identity(self.path)
        return connection

    def _create(self) -> None:
        """Make the file if there is none; what is there already must be a file."""
        if problem := make_file(self.path):
            raise ConversationError(f"{self.path!r} cannot hold conversations: {problem}.")

    def _set_up(self, connection: sqlite3.Connection) -> None:
        if self._version(connection) == 0:  # nothing of somebody else's file is changed
            with self._as_writer():
                connection.execute(f"pragma page_size = {PAGE}")
                connection.execute("pragma journal_mode = wal")
                connection.execute("begin immediate")
                if self._version(connection) == 0:  # nobody has made it meanwhile
                    for statement in _SCHEMA:
                        connection.execute(statement)
                connection.execute("commit")
        connection.execute("pragma synchronous = normal")
        connection.execute("pragma secure_delete = on")
        connection.execute(f"pragma wal_autocheckpoint = {CHECKPOINT}")
        connection.execute("pragma cell_size_check = on")

    def _version(self, connection: sqlite3.Connection) -> int:
        """Return the version of this file of ours; 0 for an empty one."""
        # One statement, so one state of the file: another process may be making it just now.
        ours, version, things = connection.execute(
            "select application_id, user_version, (select count(*) from sqlite_master) "
            "from pragma_application_id, pragma_user_version"
        ).fetchone()
        if ours != APPLICATION:
            if (ours, version, things) == (0, 0, 0):
                return 0
            raise ConversationError(
                f"{self.path} holds no conversations: it is a database of another program, and was left alone. "
                "Choose another file."
            )
        if version > VERSION:
            raise ConversationError(
                f"{self.path} was written by a newer Tercet: its form is {version}, and this one knows {VERSION}. "
                "Update tercet; nothing was changed."
            )
        return int(version)

    # --- closing ------------------------------------------------------------------------------------------------------

    @property
    def is_closed(self) -> bool:
        """Return whether it was closed for good."""
        return self._closed

    def close(self) -> None:
        """Move what is in the write-ahead log into the file, and close it."""
        with self._turn:
            self._closed = True
            self._drop()
            self._writer.drop()

    def _drop(self) -> None:
        """Close the connection. The last one moves the write-ahead log into the file: a checkpoint, so not beside others."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError, sqlite3.Error):
                mine = self._writer.take(monotonic() + PATIENCE)
                try:
                    connection.close()
                finally:
                    if mine:
                        self._writer.give()

    def after_fork(self) -> None:
        """Begin anew in a forked child: leave the parent's connection and lock alone, and open others."""
        _left_to_parents.append(self._connection)
        self._connection = None
        self._writer.drop()
        self._turn = threading.Lock()

    def __del__(self) -> None:
        if "_turn" in self.__dict__:
            self._drop()
            self._writer.drop()

    # --- what is said when it cannot be used -------------------------------------------------------------------------

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise self.error_for(error) from error
        except (OverflowError, UnicodeEncodeError) as error:  # a value that no column holds
            raise ConversationError(f"{self.path} cannot hold that: {error}.") from error

    def _busy(self) -> ConversationBusyError:
        return ConversationBusyError(
            f"{self.path} was locked by another process for {PATIENCE:.0f} s, and nothing was written: try again."
        )

    def error_for(self, error: sqlite3.Error | OSError) -> ConversationError:
        """Return what to say about an error of SQLite or of the system."""
        if is_busy(error):
            return self._busy()
        code = int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
        if code != sqlite3.SQLITE_CONSTRAINT and self._connection is not None:
            self._drop()  # what a connection remembers of a disk that failed is worth nothing
        what = _SAID.get(code, "cannot be used: {error}. Nothing of this step was stored.")
        return ConversationError(f"{self.path} {what.format(error=error, path=self.path)}")


_SAID = {
    sqlite3.SQLITE_NOTADB: "holds no conversations: it is not a database, and was left alone. Choose another file.",
    sqlite3.SQLITE_CORRUPT: "is damaged ({error}). Nothing was changed: go on with a backup (`store.backup`), or save what "
    "can be read with `sqlite3 {path} .recover`.",
    sqlite3.SQLITE_FULL: "could not be written, as its disk is full. Nothing of this step was stored: free space, and try "
    "again.",
    sqlite3.SQLITE_READONLY: "may only be read by this user, so nothing was stored: allow writing to it and to its folder.",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened by this user: allow reading and writing it and its folder ({error}).",
    sqlite3.SQLITE_IOERR: "could not be read or written ({error}). Nothing of this step was stored: see to its disk, and try "
    "again.",
}
"""What is said by SQLite's own codes: the place comes first, then what is the matter, then the way out."""
