"""A clock that can be set, for batches, files, caches and retirements: time is an input of the local API, not a fact."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock


class Clock:
    """Seconds since 1970. Runs with the machine's time until it is set, moved on or frozen. Safe for several threads."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._lock = Lock()
        self._ahead = 0.0
        self._frozen: float | None = None

    def __call__(self) -> float:
        """Return the time by this clock."""
        frozen = self._frozen
        return frozen if frozen is not None else self._source() + self._ahead

    def set(self, moment: float | datetime) -> None:
        """Make it `moment` now. A frozen clock stays frozen there, a running one runs on from there."""
        seconds = moment.timestamp() if isinstance(moment, datetime) else float(moment)
        datetime.fromtimestamp(seconds, UTC)  # raises for what is no time at all
        with self._lock:
            if self._frozen is not None:
                self._frozen = seconds
            self._ahead = seconds - self._source()

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self.set(self() + seconds)

    def freeze(self) -> None:
        """Stand still from now on."""
        with self._lock:
            self._frozen = self._source() + self._ahead if self._frozen is None else self._frozen

    def run(self) -> None:
        """Run on from where it stands."""
        with self._lock:
            if self._frozen is not None:
                self._ahead, self._frozen = self._frozen - self._source(), None

    def reset(self) -> None:
        """Go by the machine's time again."""
        with self._lock:
            self._ahead, self._frozen = 0.0, None

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self._frozen is not None
