"""One writer at a time: a lock beside the database, held while a transaction or a checkpoint is under way.

SQLite before 3.51.3 can lose a write-ahead log that is begun anew while another connection writes or checkpoints in the same
instant. Where all of that happens under one lock of the system, the instant does not exist. The system frees the lock of a
process that dies, however it dies.
"""

from __future__ import annotations

import os
import random
import sys
import time
from contextlib import suppress


class WriterLock:
    """The lock of the database at `path`: the file beside it, which holds nothing. Not for two threads at once."""

    def __init__(self, path: str) -> None:
        self.path = f"{path}-lock"
        self._file: int | None = None

    def take(self, until: float) -> bool:
        """Return whether we have it; False if somebody else held it until then (`time.monotonic`). Raises OSError."""
        while True:
            if self._file is None:
                self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
            if _lock(self._file):
                if self._is_there():
                    return True
                self.drop()  # somebody has removed it: others would lock another file
            elif time.monotonic() >= until:
                return False
            else:
                time.sleep(random.uniform(0.0002, 0.002))

    def give(self) -> None:
        """Let others write."""
        if self._file is not None:
            _unlock(self._file)

    def drop(self) -> None:
        """Close the file. In a forked child this leaves the parent its lock."""
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):
                os.close(file)

    def _is_there(self) -> bool:
        assert self._file is not None
        ours = os.fstat(self._file)
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            return False
        return (found.st_dev, found.st_ino) == (ours.st_dev, ours.st_ino)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> bool:
        os.lseek(file, 0, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(file: int) -> None:
        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
