"""Batches, files and the journal in SQLite, so that they outlive the server: `--data DIR`. Knows no HTTP.

What is written in answer to a request is written by one thread, in order, while the event loop goes on (`beside`).
One server at a time holds a folder (SQLite's exclusive lock, which the system releases with the process). Every write
is one transaction that is on the disk when the client is answered; a rollback journal is used, since SQLite before
3.51.3 can damage a write-ahead log. No key is kept: callers are known by digests.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any

import msgspec

from tercet.server.access import Caller
from tercet.server.errors import HTTPError
from tercet.server.journal.journal import Entry
from tercet.server.stores.records import Batch, StoredFile
from tercet.wire.msgspec_warmup import warm_up

NAME = "tercet.sqlite3"
VERSION = 1
BUSY_SECONDS = 1.0
MOST_ENTRIES, MOST_ENTRY_BYTES = 10_000, 256 * 1024 * 1024
"""What of the journal is kept on the disk."""
SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, filename TEXT NOT NULL,
    mime_type TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT, downloadable INTEGER NOT NULL, content BLOB NOT NULL
);
CREATE TABLE batches (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, version TEXT NOT NULL, betas TEXT NOT NULL,
    created_at TEXT NOT NULL, ended_at TEXT, cancel_initiated_at TEXT, requests BLOB NOT NULL
);
CREATE TABLE results (
    batch TEXT NOT NULL REFERENCES batches (id) ON DELETE CASCADE, number INTEGER NOT NULL, result BLOB NOT NULL,
    PRIMARY KEY (batch, number)
) WITHOUT ROWID;
CREATE TABLE journal (place INTEGER PRIMARY KEY, size INTEGER NOT NULL, entry BLOB NOT NULL);
"""
_encode = msgspec.json.encode


class BadData(ValueError):  # noqa: N818 - the message says what to do
    """A folder whose data cannot be used. Nothing was changed in it."""


class Storage:
    """The disk of one server. Safe for several threads: one connection, one at a time."""

    def __init__(self, folder: str | Path) -> None:
        self._lock = RLock()
        self._writer = ThreadPoolExecutor(1, "tercet-storage")
        self._process = os.getpid()
        self.path = _made(Path(folder))
        self._connection = self._opened()
        self._file = _identity(self.path)
        with self._reading():
            self.starts = int(self._one("SELECT value FROM meta WHERE name = 'starts'"))
            """How often the folder was opened: part of the ids, so that no start gives out those of another."""

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA journal_mode = TRUNCATE")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("BEGIN IMMEDIATE")
            self._migrate(connection)
            connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'starts'")
            connection.execute("COMMIT")
        except sqlite3.DatabaseError as problem:
            connection.close()
            raise BadData(_complaint(self.path, problem)) from None
        except BadData:
            connection.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise BadData(f"{self.path} was written by a newer version of the local API; use that, or another folder")
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":  # a file that was cut short may read as one that holds less
            raise BadData(_complaint(self.path, found.splitlines()[-1]))
        if version == 0:
            for statement in SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES ('starts', 0)")
            connection.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def _writing(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        """Yield one transaction. Raises 500 if it cannot be written, and nothing of it is kept then."""
        if os.getpid() != self._process:
            raise RuntimeError("the data of a local API belongs to the process that opened it")
        with self._lock:
            if _identity(self.path) != self._file:
                raise HTTPError(500, f"{self.path} was removed or replaced while the local API ran; start it anew")
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection.execute
                self._connection.execute("COMMIT")
            except BaseException as problem:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if isinstance(problem, sqlite3.Error):
                    raise HTTPError(500, f"The data folder of the local API cannot be written: {problem}") from None
                raise

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Yield what is read when the folder is taken over. Raises BadData, and lets the folder go, if it makes no
        sense."""
        try:
            yield
        except (sqlite3.DatabaseError, ValueError, TypeError) as problem:
            self.close()
            raise BadData(_complaint(self.path, problem)) from None

    def _one(self, query: str) -> Any:
        with self._lock:
            return self._connection.execute(query).fetchone()[0]

    def _rows(self, query: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    async def beside(self, work: Callable[..., None], *values: Any) -> None:
        """Do this after all that was asked for before it, while the event loop goes on."""
        try:
            coming = self._writer.submit(work, *values)
        except RuntimeError:
            raise HTTPError(500, "The local API was stopped before this could be kept.") from None
        await asyncio.wrap_future(coming)

    def clear(self) -> None:
        """Forget everything, what is on its way included, but how often the folder was opened."""
        self._writer.submit(self._clear).result()

    def _clear(self) -> None:
        with self._writing() as write:
            for statement in ("DELETE FROM results", "DELETE FROM batches", "DELETE FROM files", "DELETE FROM journal"):
                write(statement)

    def close(self) -> None:
        """Write what is on its way, and let the folder go. May be called twice."""
        self._writer.shutdown()
        with self._lock:
            self._connection.close()

    # --- files --------------------------------------------------------------------------------------------------------

    def add_file(self, file: StoredFile) -> None:
        """Keep a file."""
        moments = (_text(file.created_at), _text(file.expires_at))
        row = (file.id, file.owner, file.filename, file.mime_type, *moments, file.downloadable, file.content)
        with self._writing() as write:
            write("INSERT INTO files VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def delete_file(self, file_id: str) -> None:
        """Forget a file."""
        with self._writing() as write:
            write("DELETE FROM files WHERE id = ?", (file_id,))

    def files(self) -> list[StoredFile]:
        """Return every file, oldest first."""
        columns = "id, owner, filename, mime_type, content, created_at, expires_at, downloadable"
        with self._reading():
            rows = self._rows(f"SELECT {columns} FROM files ORDER BY place")  # noqa: S608 - the columns are ours
            return [_file(*row) for row in rows]

    # --- batches ------------------------------------------------------------------------------------------------------

    def add_batch(self, batch: Batch) -> None:
        """Keep a new batch."""
        caller = (batch.caller.key, batch.caller.version, ",".join(sorted(batch.caller.betas)))
        row = (batch.id, *caller, *_moments(batch), _encode(batch.requests))
        with self._writing() as write:
            write("INSERT INTO batches VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def change_batch(self, batch: Batch, results: int) -> None:
        """Keep how a batch stands now: its moments, and its results from number `results` on."""
        _, ended, canceled = _moments(batch)
        with self._writing() as write:
            moments = (ended, canceled, batch.id)
            if not write("UPDATE batches SET ended_at = ?, cancel_initiated_at = ? WHERE id = ?", moments).rowcount:
                return  # it was deleted meanwhile
            for number, result in enumerate(batch.results[results:], results):
                write("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", (batch.id, number, result))

    def delete_batch(self, batch_id: str) -> None:
        """Forget a batch and its results."""
        with self._writing() as write:
            write("DELETE FROM batches WHERE id = ?", (batch_id,))

    def batches(self) -> list[Batch]:
        """Return every batch with the results it has so far, oldest first."""
        columns = "id, owner, version, betas, requests, created_at, ended_at, cancel_initiated_at"
        with self._reading():
            rows = self._rows(f"SELECT {columns} FROM batches ORDER BY place")  # noqa: S608 - the columns are ours
            return [self._batch(*row) for row in rows]

    def _batch(self, batch_id: str, owner: str, version: str, betas: str, requests: bytes, *moments: str) -> Batch:
        created, ended, canceled = moments
        caller = Caller(owner, version, frozenset(betas.split(",")) - {""})
        made = Batch(batch_id, caller, msgspec.json.decode(requests), datetime.fromisoformat(created))
        rows = self._rows("SELECT result FROM results WHERE batch = ? ORDER BY number", batch_id)
        made.take_over([bytes(result) for (result,) in rows])
        made.ended_at, made.cancel_initiated_at = _moment(ended), _moment(canceled)
        return made

    # --- journal ------------------------------------------------------------------------------------------------------

    def add_entries(self, entries: list[Entry]) -> None:
        """Keep entries of the journal, and let the oldest go when there are too many."""
        with self._writing() as write:
            for entry in entries:
                write("INSERT INTO journal VALUES (NULL, ?, ?)", (entry.size, _encode(entry)))
            last = write("SELECT max(place) FROM journal").fetchone()[0] or 0
            write("DELETE FROM journal WHERE place <= ?", (last - MOST_ENTRIES,))
            while (write("SELECT total(size) FROM journal").fetchone()[0]) > MOST_ENTRY_BYTES:
                write("DELETE FROM journal WHERE place IN (SELECT place FROM journal ORDER BY place LIMIT 100)")

    def clear_entries(self) -> None:
        """Forget the journal."""
        with self._writing() as write:
            write("DELETE FROM journal")

    def entries(self, most: int) -> list[Entry]:
        """Return the latest entries, oldest first."""
        with self._reading():
            rows = self._rows("SELECT entry FROM journal ORDER BY place DESC LIMIT ?", most)
        return [entry for (text,) in reversed(rows) if (entry := _entry(text)) is not None]


def _made(folder: Path) -> Path:
    """Return the file of the data, there and readable by its owner alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / NAME
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    return path


def _identity(path: Path) -> tuple[int, int] | None:
    """Return which file lies there: an open one that was taken away takes what is written to nowhere."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _complaint(path: Path, problem: Exception | str) -> str:
    if "locked" in str(problem):
        return f"{path.parent} is in use by another local API; stop it, or use another folder"
    if any(sign in str(problem) for sign in ("disk I/O", "disk is full", "readonly")):
        return f"{path} cannot be written: {problem}"
    return f"{path} cannot be read as data of a local API ({problem}); move it away, or use another folder"


def _entry(text: bytes) -> Entry | None:
    try:
        return msgspec.json.decode(text, type=warm_up(Entry))
    except msgspec.DecodeError:  # of another version: what is only looked at keeps no server from starting
        return None


def _file(*row: Any) -> StoredFile:
    file_id, owner, name, mime_type, content, created, expires, downloadable = row
    moments = datetime.fromisoformat(created), _moment(expires)
    return StoredFile(file_id, owner, name, mime_type, content, *moments, downloadable=bool(downloadable))


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None


def _moments(batch: Batch) -> tuple[str | None, str | None, str | None]:
    return _text(batch.created_at), _text(batch.ended_at), _text(batch.cancel_initiated_at)
