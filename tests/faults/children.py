"""Forked children for rows that end processes: killed, stopped, told what to do, or made to fail at one system call.

What happens at a system call is `strace`'s doing, where there is one (`can_trace()`); nothing here knows what a child does.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import Any

from tests.faults.limits import limit_child, listen_to_signals

PATIENCE = 30.0
"""Seconds until a child that should have ended counts as hanging."""
LONGEST = 240.0
"""Seconds after which a child ends by itself, should nobody be left to end it."""
WRITES = ("pwrite64", "fdatasync", "ftruncate")
"""The system calls by which SQLite changes what is on a disk."""


def until(ready: Callable[[], Any], what: str, seconds: float = PATIENCE) -> None:
    """Wait for a condition; raise TimeoutError if it does not come."""
    limit = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > limit:
            raise TimeoutError(f"{what} did not come within {seconds:g} s")
        time.sleep(0.001)


class Child:
    """A forked process that runs `act` and ends. What `act` returns comes out of `end()`, as far as JSON can say it."""

    def __init__(self, act: Callable[[], Any], *, waits: bool = False) -> None:
        told, tell = os.pipe()
        begin, release = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(told)
            os.close(release)
            if waits:
                os.read(begin, 1)
            _carry_out(act, tell)
        os.close(tell)
        os.close(begin)
        self._told, self._release = told, release
        self.status: int | None = None
        """Its exit code, or minus the signal that ended it."""
        self.told: Any = None
        """What `act` returned, once it has ended."""

    def release(self) -> None:
        """Let a child that was made to wait begin."""
        os.write(self._release, b"x")

    def send(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def stop(self) -> None:
        """Stop it, and return when it stands still."""
        self.send(signal.SIGSTOP)
        os.waitpid(self.pid, os.WUNTRACED)

    def end(self, *, kill: bool = False) -> Any:
        """Wait until it has ended; None if it told nothing. One that hangs is killed, and TimeoutError says so."""
        if kill:
            self.send(signal.SIGKILL)
        try:
            until(self.has_ended, "the end of a child")
        except TimeoutError:
            self.send(signal.SIGKILL)
            os.waitpid(self.pid, 0)
            raise
        with os.fdopen(self._told, "rb") as pipe:
            text = pipe.read()
        os.close(self._release)
        self.told = json.loads(text) if text else None
        return self.told

    def has_ended(self) -> bool:
        """Whether it has; asked while something else is waited for that only a living child brings."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None


def _carry_out(act: Callable[[], Any], tell: int) -> None:
    """In the child: never comes back, whatever `act` does."""
    code = 1
    try:
        listen_to_signals()
        limit_child(LONGEST)
        os.write(tell, json.dumps(act()).encode())
        code = 0
    except KeyboardInterrupt:
        code = 130
    except BaseException as error:
        os.write(tell, json.dumps([f"{type(error).__name__}: {error}"]).encode())
    finally:
        os._exit(code)


def in_child(act: Callable[[], list[str]]) -> list[str]:
    """The problems that a child finds, or that it ended by none of its own doing."""
    child = Child(act)
    told = child.end()
    return told if isinstance(told, list) else [f"the child ended with {child.status}"]


@functools.cache
def can_trace() -> bool:
    """Whether there is `strace`, and it may look at our children."""
    if shutil.which("strace") is None:
        return False
    child, trace = traced(lambda: os.write(os.open(os.devnull, os.O_WRONLY), b"seen") and [], ["-e", "trace=write"])
    return child.status == 0 and "seen" in trace


def traced(act: Callable[[], Any], options: Sequence[str]) -> tuple[Child, str]:
    """A child that has run `act` under `strace` with these options, and what `strace` wrote."""
    child = Child(act, waits=True)
    command = ["strace", "-f", "-p", str(child.pid), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace") as strace:
        assert strace.stderr is not None
        strace.stderr.readline()  # "attached", or why not
        child.release()
        trace = strace.stderr.read()
    child.end()
    return child, trace


def failing_at(act: Callable[[], Any], call: str, number: int, how: str) -> tuple[Child, bool]:
    """A child whose system call with this name and number (from 1) does not come about: `signal=KILL`, `error=EIO`.

    Whether it got as far as that comes second.
    """
    child, trace = traced(act, ["-e", f"trace={call}", "-e", f"inject={call}:{how}:when={number}"])
    return child, "INJECTED" in trace or child.status == -signal.SIGKILL
