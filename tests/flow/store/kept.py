"""A store that writes as files and servers do, in groups, by a thread of its own; what it keeps is in this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tercet.flow.store.group_commit import GroupCommitStore, Pending


class Kept(GroupCommitStore):
    """Tells how many changes each group had and which thread wrote it. `before` is called before each group is."""

    lease, epoch = 60.0, ""

    def __init__(self, before: Callable[[], object] = lambda: None, place: str = "") -> None:
        super().__init__(place or f"here {id(self)}")
        self.now, self.before = time.monotonic, before
        self.states: dict[str, bytes] = {}
        self.groups: list[int] = []
        self.threads: set[str] = set()

    def _write(self, group: list[Pending]) -> None:
        self.groups.append(len(group))
        self.threads.add(threading.current_thread().name)
        self.before()
        for pending in group:
            data = pending.apply(self.states.get(pending.key), "here")
            if data is not None:
                self.states[pending.key] = data

    def close(self) -> None:
        """Write what is left."""
        self.flush()
