"""Ctrl-C and SIGTERM while a job runs: once, what is under way is finished; twice, everything stops now.

Handlers are set in the main thread alone, and taken back at the end. A job that was stopped so ends as the signal would
have ended it (KeyboardInterrupt, or SystemExit 143), when its results are written.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from tercet.toolkit.bulk.ways import StopRequest

TERMINATED = 143


class Interruption:
    """Remember which signal asked for an end."""

    def __init__(self, stop: StopRequest, say: Callable[[str], object]) -> None:
        self._stop, self._say = stop, say
        self.signal: int | None = None

    def hear(self, number: int, frame: FrameType | None = None) -> None:
        """Take in a signal."""
        if self.signal is None:
            self.signal = number
            self._say("Finishing what is under way; once more to stop now.")
            self._stop.request()
        else:
            self._stop.request(at_once=True)

    def end(self, how_far: str) -> None:
        """End as the signal would have ended it, if there was one."""
        if self.signal is None:
            return
        self._say(f"Stopped: {how_far}. Run the same again: it goes on.")
        if self.signal == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(TERMINATED)


@contextmanager
def interruptible(stop: StopRequest, say: Callable[[str], object]) -> Iterator[Interruption]:
    """Have signals ask for a stop while this is held. Leaves handlers of the caller's own alone."""
    heard = Interruption(stop, say)
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        usual: dict[int, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
        for number, default in usual.items():
            if signal.getsignal(number) == default:
                before[number] = signal.signal(number, heard.hear)
    try:
        yield heard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
