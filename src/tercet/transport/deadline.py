"""The time that one attempt has left."""

from __future__ import annotations

import time

from tercet.wire.http import Timeout


class TimedOutError(Exception):
    """Raised when one of the Timeout's limits is reached."""


class SilentError(TimedOutError):
    """Raised when nothing came for as long as a read may take."""


class Deadline:
    """Tell how long the next wait of one attempt may be."""

    __slots__ = ("end", "silence", "timeout")

    def __init__(self, timeout: Timeout) -> None:
        self.timeout = timeout
        self.silence = timeout.read
        """The longest wait for the next bytes."""
        self.end = None if timeout.total is None else time.monotonic() + timeout.total

    def limit(self, seconds: float | None) -> float | None:
        """Return the shorter of `seconds` and what is left in all. Raises TimedOutError when nothing is left."""
        if self.end is None:
            return seconds
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimedOutError(f"the limit of {self.timeout.total} s for the whole exchange was reached")
        return left if seconds is None else min(seconds, left)

    def bound_silence(self, seconds: float | None = None) -> None:
        """Apply the limits of a stream to the waits from now on, and `seconds` if that is shorter."""
        limits = [each for each in (self.timeout.read, self.timeout.idle, seconds) if each is not None]
        self.silence = min(limits, default=None)

    def end_within(self, seconds: float) -> None:
        """Bring the end nearer."""
        end = time.monotonic() + seconds
        self.end = end if self.end is None else min(self.end, end)

    def total_or(self, error: Exception) -> Exception:
        """Return what ended a wait in truth: the limit of the whole exchange if that has run out, else `error`."""
        if isinstance(error, SilentError):
            try:
                self.limit(None)
            except TimedOutError as total:
                return total
        return error
