"""A server's process from outside: its CPU time and memory, its children's too, and its end. Reads /proc (Linux)."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def family(process: int) -> list[int]:
    """The process and everything of its session."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError, ProcessLookupError):
                if os.getsid(int(folder.name)) == process:
                    found.append(int(folder.name))
    return found


def cpu_seconds(process: int) -> float:
    """User and system time of the whole family so far."""
    ticks = 0
    for member in family(process):
        with suppress(OSError):
            fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def memory(process: int) -> int:
    """Bytes that the family holds."""
    pages = 0
    for member in family(process):
        with suppress(OSError):
            pages += int(Path(f"/proc/{member}/statm").read_text().split()[1])
    return pages * PAGE


def pin(process: int, core: int) -> None:
    """Keep the family on one core."""
    for member in family(process):
        with suppress(OSError):
            for thread in Path(f"/proc/{member}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {core})


def end(process: subprocess.Popen[bytes]) -> None:
    """Stop the server and its children."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        deadline = time.monotonic() + 5
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        if process.poll() is not None:
            break
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
