"""A job's folder: what lies in it, and how it is opened by one runner.

    answers.parquet.job/          mode 0700
      job.json            what the job is (`JobRecord`): written whole, to a temporary file, then renamed
      job.db              SQLite: intents of batches, named facts; nothing for each answered item
      shard-00000-1.json  the body of a batch (`shards.py`), as long as its results are not in a log
      results-00000.log   append-only lines (`items.py`, `results.py`), 64 MB each; one writer each
      equal.db            keys of requests, where equal ones are asked once
      rows.sum            8 bytes for each row that was read: its hash, so that a changed source is noticed
      rows.jsonl          the rows themselves, where the source can be read only once
      lock                held (flock) by the process that runs the job; it holds its pid and start, for people

A lock that is held tells of a living runner: the system frees it when a process dies, however it dies. Readers (`status`,
`failed`) take no lock. A folder of a newer version is refused, a folder of something else as well.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from tercet.toolkit.bulk.errors import BulkError, JobBusyError

VERSION = 1
APPLICATION = 0x5472424B
"""Tells our `job.db` from those of other programs ("TrBK")."""
_SCHEMA = (
    # state: intent, sent, ended, read, adopted, lost
    "create table batches(shard integer, try integer, nonce text not null, count integer not null, bytes integer, body blob, "
    "state text not null, id text, intent_at integer, sent_at integer, ended_at integer, primary key(shard, try)) strict",
    "create table facts(name text primary key, value text) strict",
    f"pragma application_id = {APPLICATION}",
    f"pragma user_version = {VERSION}",
)


LOOKS = 5


class JobRecord(msgspec.Struct, kw_only=True):
    """What `job.json` holds: everything that must be as it was when the job is gone on with."""

    tercet_bulk: int = VERSION
    nonce: str = msgspec.field(default_factory=lambda: secrets.token_hex(4))
    """Eight characters of chance; begins the `custom_id` of each request in a batch."""
    made_at: int = msgspec.field(default_factory=time.time_ns)
    source: dict[str, Any] = {}
    """The source's fingerprint (`changes.py`)."""
    columns: list[str] | None = None
    """The names that rows have, in the order in which they were seen; None as long as no row was."""
    rows: int | None = None
    """How many rows the source of this fingerprint has, once it was read to its end."""
    requests: list[dict[str, Any]] = []
    """Requests of a few rows, to be compared with what `ask` makes of these rows now."""
    command: dict[str, Any] | None = None
    """What the command line was asked, if it began the job."""
    written: list[list[int]] = []
    """Inode, size and time of the outputs that were written last: a file that is none of these is not ours."""


class JobFolder:
    """The folder of one job at `path`. Makes nothing until it is run."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(os.path.abspath(os.fspath(path)))
        self._lock: int | None = None

    @contextmanager
    def running(self) -> Iterator[JobRecord]:
        """Hold the folder as its one runner, made if it is not there. JobBusyError if somebody else runs it."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise BulkError(f"{self.path} cannot be the job's folder: {problem.strerror}.") from problem
        record = self.record()  # a folder of something else is left as it is
        if record is None and (strange := sorted(each.name for each in self.path.iterdir() if each.name != "lock")):
            raise BulkError(f"{self.path} is no job's folder: it holds {strange[0]!r} and no job.json.")
        held = _locked(self.path / "lock")
        if held is None:
            raise JobBusyError(f"{self.path} is run by another process ({self._runner()}); wait for it, or end it.")
        self._lock = held
        try:
            record = self.record()
            if record is None:
                record = JobRecord()
                self.write(record)
            yield record
        finally:
            self._lock = None
            os.close(held)

    def record(self) -> JobRecord | None:
        """Return what the folder says of its job; None if there is none yet. BulkError for what is not ours."""
        path = self.path / "job.json"
        try:
            text = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as problem:
            raise BulkError(f"{path} cannot be read: {problem.strerror}.") from problem
        try:
            version = msgspec.json.decode(text, type=dict[str, Any]).get("tercet_bulk")
            if type(version) is not int:
                raise BulkError(f"{path} is no job of Tercet, and was left alone.")
            if version > VERSION:
                raise BulkError(
                    f"{self.path} was written by a newer Tercet: its form is {version}, and this one knows {VERSION}."
                )
            return msgspec.json.decode(text, type=JobRecord)
        except msgspec.MsgspecError as problem:
            raise BulkError(f"{path} is no job of Tercet ({problem}), and was left alone.") from problem

    def existing(self) -> Path:
        """Return the folder's path. BulkError if no job stands there."""
        if self.record() is None:
            raise BulkError(f"{self.path} is no job's folder.")
        return self.path

    def write(self, record: JobRecord) -> None:
        """Write `job.json`, whole or not at all."""
        replace_file(self.path / "job.json", msgspec.json.format(msgspec.json.encode(record)))

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """Open `job.db`, made if it is not there. Each commit is on the disk (`synchronous=FULL`)."""
        path = self.path / "job.db"
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(path, timeout=5.0, isolation_level=None)) as connection:
            connection.execute("pragma synchronous = full")
            connection.execute("begin immediate")
            ours = connection.execute("pragma application_id").fetchone()[0]
            version = connection.execute("pragma user_version").fetchone()[0]
            if (ours, version) == (0, 0):
                for statement in _SCHEMA:
                    connection.execute(statement)
            elif ours != APPLICATION or version > VERSION:
                raise BulkError(f"{path} is of another program or a newer Tercet, and was left alone.")
            connection.execute("commit")
            yield connection

    def is_running(self) -> bool:
        """Return whether some process runs the job just now."""
        path = self.path / "lock"
        if self._lock is not None or not path.exists():
            return self._lock is not None
        held = os.open(path, os.O_RDWR)
        try:
            _take(held)
        except OSError:
            return True
        finally:
            os.close(held)
        return False

    def _runner(self) -> str:
        with suppress(OSError, ValueError):
            pid, since = (self.path / "lock").read_text("ascii").split()[:2]
            return f"pid {int(pid)}, since {time.strftime('%H:%M:%S', time.localtime(int(since)))}"
        return "which one is not known"


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, onto the disk."""
    made = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(made, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(made)
        raise


def _locked(path: Path) -> int | None:
    """Return a descriptor that holds the lock until it is closed; None if somebody else holds it."""
    held = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if not _taken(held):
        os.close(held)
        return None
    os.ftruncate(held, 0)
    os.pwrite(held, b"%d %d\n" % (os.getpid(), time.time()), 0)
    return held


def _taken(held: int) -> bool:
    """Take the lock. Somebody who only looks holds it for a moment: that is waited for."""
    for _ in range(LOOKS):
        with suppress(OSError):
            _take(held)
            return True
        time.sleep(0.02)
    return False


if sys.platform == "win32":
    import msvcrt

    def _take(held: int) -> None:
        os.lseek(held, 1 << 20, os.SEEK_SET)  # a byte behind the text, which others may read
        msvcrt.locking(held, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(held: int) -> None:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
