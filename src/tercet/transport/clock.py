"""How much time one attempt has left."""

from __future__ import annotations

import time

from tercet.transport.faults import TimedOutError
from tercet.wire.http import Timeout


class Clock:
    """The limits of one attempt: how long the next wait may be."""

    __slots__ = ("deadline", "silence", "timeout")

    def __init__(self, timeout: Timeout) -> None:
        self.timeout = timeout
        self.silence = timeout.read
        """The longest wait for the next bytes."""
        self.deadline = None if timeout.total is None else time.monotonic() + timeout.total

    def limit(self, seconds: float | None) -> float | None:
        """The shorter of `seconds` and what is left in all. Raises TimedOutError when nothing is left."""
        if self.deadline is None:
            return seconds
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimedOutError(f"the limit of {self.timeout.total} s for the whole exchange was reached")
        return left if seconds is None else min(seconds, left)

    def bound_silence(self, seconds: float | None = None) -> None:
        """From now on a stream is read: its own limit applies, and `seconds` if that is shorter."""
        limits = [each for each in (self.timeout.read, self.timeout.idle, seconds) if each is not None]
        self.silence = min(limits, default=None)

    def end_within(self, seconds: float) -> None:
        """Bring the end nearer."""
        end = time.monotonic() + seconds
        self.deadline = end if self.deadline is None else min(self.deadline, end)
