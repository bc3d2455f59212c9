"""The two gauges: CPU time and memory of this process alone. Imports next to nothing, since imports are measured."""

from __future__ import annotations

import sys
from time import process_time

__all__ = ["peak_memory", "process_time", "reset_peak", "resident"]


def peak_memory() -> int:
    """The most memory that this process has held, in bytes."""
    return _status("VmHWM:") or _max_rss()


def resident() -> int:
    """The memory that this process holds, in bytes (elsewhere than on Linux: the most it has held)."""
    return _status("VmRSS:") or _max_rss()


def reset_peak() -> None:
    """Let `peak_memory` count from now on, where the system can (Linux)."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def _status(name: str) -> int:
    # Not ru_maxrss: on Linux a child inherits its parent's peak through exec.
    try:
        with open("/proc/self/status") as file:
            return next((int(line.split()[1]) * 1024 for line in file if line.startswith(name)), 0)
    except OSError:
        return 0


def _max_rss() -> int:
    from resource import RUSAGE_SELF, getrusage

    peak = getrusage(RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
