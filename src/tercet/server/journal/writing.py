"""Brings the journal to the disk in a thread of its own, so that no request waits for it. Knows no request."""

from __future__ import annotations

import contextlib
import logging
from queue import Empty, Full, Queue
from threading import Lock, Thread

from tercet.server.errors import HTTPError
from tercet.server.journal.journal import Entry, Journal
from tercet.server.stores.sqlite import Storage

LOG = logging.getLogger("tercet.server")
MOST_WAITING = 2000
MOST_AT_ONCE = 200


class JournalWriter:
    """Keeps every entry that ends. What comes faster than the disk takes it is dropped, and said so."""

    def __init__(self, journal: Journal, storage: Storage) -> None:
        self._storage = storage
        self._waiting: Queue[Entry | None] = Queue(MOST_WAITING)
        self._lock = Lock()
        self._unwatch = journal.watch(self._take)
        self._thread = Thread(target=self._run, name="tercet-journal", daemon=True)
        self._thread.start()

    def _take(self, entry: Entry | None) -> None:
        if entry is None:
            self.drop()
            self._storage.clear_entries()
            return
        if entry.seconds is None:
            return
        try:
            self._waiting.put_nowait(entry)
        except Full:
            LOG.warning("the journal entry of %s is not kept: the disk is too slow", entry.id)

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            entries: list[Entry] = [first]
            ended = False
            while len(entries) < MOST_AT_ONCE and not ended:
                try:
                    following = self._waiting.get_nowait()
                except Empty:
                    break
                ended = following is None
                entries += [following] if following is not None else []
            self._write(entries)
            if ended:
                return

    def _write(self, entries: list[Entry]) -> None:
        try:
            with self._lock:
                self._storage.add_entries(entries)
        except HTTPError as problem:
            LOG.warning("%d journal entries are not kept: %s", len(entries), problem.message)

    def drop(self) -> None:
        """Forget what waits to be written."""
        ending = False
        with self._lock, contextlib.suppress(Empty):
            while True:
                ending = self._waiting.get_nowait() is None or ending
        if ending:
            self._waiting.put(None)

    def close(self) -> None:
        """Write what is waiting, and end."""
        self._unwatch()
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join(5.0)
