"""The journal of one ledger in this process: a file that lines are appended to, each by one write.

Nothing that happens to the file ends or delays a call: what cannot be written is counted (`lost`), and told once.
"""

from __future__ import annotations

import atexit
import os
import time
import warnings
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from secrets import token_hex
from threading import RLock

import msgspec

VERSION = 1
APPLICATION = 0x5472634C
"""Tells the tables of ledgers from other programs' databases ("TrcL")."""
TABLE_VERSION = 2
_MAGIC = b"SQLite format 3\0"
MOST_BYTES = 64 * 1024 * 1024
DAY = 86_400 * 1_000_000_000
LOOKED_EVERY = 100_000_000
"""Nanoseconds between two looks whether the file is still in its folder."""
TRIED_EVERY = 1_000_000_000
"""Nanoseconds until a file that could not be begun is tried again."""
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_open: dict[Path, LedgerJournal] = {}


class LedgerWarning(UserWarning):
    """Tell that lines of a ledger could not be written. The calls went on; `ledger.lost` counts what is missing."""


def journal_at(place: str | os.PathLike[str]) -> LedgerJournal:
    """Return this process's journal of the ledger at a path. It opens nothing before there is a line."""
    path = Path(os.path.abspath(place))
    return _open.get(path) or _open.setdefault(path, LedgerJournal(path))


def folder_of(path: Path) -> Path:
    """Return the folder of the journals of the ledger at `path`."""
    return path.with_name(path.name + ".d")


def boot_id() -> str | None:
    """Return what tells this run of the machine from the others, where the system says it."""
    with suppress(OSError):
        return _BOOT.read_text().strip() or None
    return None


def why_unreadable(path: Path) -> str | None:
    """Return why the file at a ledger's path can be none, as far as its head tells; None if it can, or is not there."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except OSError:
        return None  # whoever reads it will say so
    if not head:
        return None
    if len(head) < 100 or not head.startswith(_MAGIC):
        return "it is no database"
    application, version = int.from_bytes(head[68:72]), int.from_bytes(head[60:64])
    if application != APPLICATION:
        return None if head[40:44] == bytes(4) else "it is a database of another program"
    return "it was written by a newer Tercet" if version > TABLE_VERSION else None


def lock_file(file: int) -> bool:
    """Lock a file for as long as it is open, and return whether that could be done: so a living writer is told from a dead one,
    also by those who do not see its process (another container)."""
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):  # this system, or this kind of disk, has no such locks
        return False
    return True


def is_locked(file: int) -> bool | None:
    """Return whether somebody holds this file locked; None if that cannot be said here."""
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        fcntl.flock(file, fcntl.LOCK_UN)
    except BlockingIOError:
        return True
    except (ImportError, OSError):
        return None
    return False


class LedgerJournal:
    """Append lines to the files of one ledger, from any thread of this process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lost = 0
        """Lines of this process that are in no file."""
        self._warned = False
        self.late: deque[Callable[[], None]] = deque()
        """What streams that nobody closed have left to write. A collector may come while we write: this is done afterwards."""
        self._forget()

    def _forget(self) -> None:
        """Have no file, a lock that nobody holds, and ids that nobody else gives."""
        self._lock = RLock()  # a signal's handler may make a call while we write
        self._name, self._count = token_hex(8), count()
        self._file = -1
        self._size = self._started = self._looked = self._unseen = self._again = 0

    def next_id(self) -> str:
        """Return an id for a call."""
        return f"{self._name}-{next(self._count):x}"

    def write(self, line: bytes, now: int) -> None:
        """Append a line that ends in a newline. `now`: ns since 1970. Does not raise."""
        with self._lock:
            try:
                file = self._file
                if file < 0 or not -DAY < now - self._looked < LOOKED_EVERY:
                    file = self._looked_at(now)
                written = os.write(file, line)
                if written != len(line):
                    os.ftruncate(file, self._size)  # a part of a line, on a full disk
                    raise OSError(28, "No space left on device")
                self._size += written
                self._unseen += 1
            except OSError as error:
                self._lose(1, error)
        while self.late:
            with suppress(IndexError):
                self.late.popleft()()

    def _looked_at(self, now: int) -> int:
        """Return the file to write to: the one there is, unless it is full, old or taken away."""
        if self._file >= 0:
            try:
                gone = os.fstat(self._file).st_nlink == 0
            except OSError:  # closed by somebody who closes all
                self._file, gone = -1, True
            if gone:
                self._lose(self._unseen, FileNotFoundError(2, "the journal was deleted while it was used"))
                self._close()
            elif self._size > MOST_BYTES or not 0 <= now - self._started < DAY:
                self._end(now)
            self._unseen = 0
        if self._file < 0:
            if 0 <= now < self._again:
                raise OSError(5, "it could not be begun a moment ago")
            self._again = now + TRIED_EVERY
            self._begin(now)
            self._again = 0
        self._looked = now
        return self._file

    def _begin(self, now: int) -> None:
        folder = folder_of(self.path)
        if self.path.exists() and not self.path.is_file():
            raise OSError(22, f"{self.path.name} is no file")
        if (reason := why_unreadable(self.path)) is not None:
            self._warn(
                f"The ledger {self.path} cannot be read, for {reason}. Calls go on, and their lines are kept in {folder}, "
                "but they are in no sum, and tercet.Ledger(...).lost counts them. Move the file away, or use another path."
            )
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
        name = f"{now}-{os.getpid()}-{token_hex(4)}.jsonl"
        file = os.open(folder / name, flags | getattr(os, "O_BINARY", 0), 0o600)
        header = {
            "tercet_ledger": VERSION,
            "pid": os.getpid(),
            "boot": boot_id(),
            "start": now,
            "lock": lock_file(file),
        }
        content = msgspec.json.encode(header) + b"\n"
        try:
            if os.write(file, content) != len(content):
                raise OSError(28, "No space left on device")
        except OSError:
            os.close(file)
            with suppress(OSError):
                (folder / name).unlink()
            raise
        self._file, self._size, self._started = file, len(content), now

    def _end(self, now: int) -> None:
        """Say that nothing follows in this file, and have none."""
        with suppress(OSError):
            os.write(self._file, msgspec.json.encode({"tercet_ledger_end": now}) + b"\n")
        self._close()

    def _close(self) -> None:
        if self._file >= 0:
            with suppress(OSError):
                os.close(self._file)
        self._file = -1

    def close(self) -> None:
        """Write what is left, and end the file. A later line begins another."""
        while self.late:
            with suppress(IndexError):
                self.late.popleft()()
        with self._lock:
            if self._file >= 0:
                self._end(time.time_ns())

    def lose(self, error: Exception) -> None:
        """Count a line that could not even be made."""
        with self._lock:
            self._lose(1, error)

    def _lose(self, lines: int, error: Exception) -> None:
        self.lost += lines
        if lines:
            self._warn(
                f"The ledger {self.path} cannot be written ({error}). Calls go on; what is missing is counted in "
                "tercet.Ledger(...).lost. Is the disk full or read-only, or was the folder taken away?"
            )

    def _warn(self, text: str) -> None:
        """Say what is the matter, once."""
        if self._warned:
            return
        self._warned = True
        try:
            warnings.warn(text, LedgerWarning, stacklevel=2)
        except (
            LedgerWarning
        ):  # a program that makes errors of warnings asked for an error, but not in place of its answers
            import logging

            logging.getLogger("tercet").warning("%s", text)

    def in_child(self) -> None:
        """Begin anew after a fork: the file is the parent's."""
        self._close()
        self.late.clear()
        self.lost = 0
        self._forget()


def _at_exit() -> None:
    for journal in list(_open.values()):
        journal.close()


def _in_child() -> None:
    for journal in _open.values():
        journal.in_child()


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
