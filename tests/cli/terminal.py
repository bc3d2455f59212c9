"""The command line in real processes: in pipes, and in a terminal of its own (a pty)."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path

COMMAND = [sys.executable, "-m", "tercet"]
CTRL_C = b"\x03"
CLEARED = ("ANTHROPIC_", "TERCET_", "XDG_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "HTTP_PROXY", "HTTPS_PROXY")


def environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this environment without anything of the user's, with data and settings in a folder of the test."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(CLEARED)}
    places = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config")}
    return {**kept, **places, **(more or {})}


def piped(
    home: Path, *arguments: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in pipes."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        timeout=120,
        check=False,
        env=environment(home, env),
        cwd=home,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode("utf-8", "replace")
    )


class Terminal:
    """A command in a terminal: what it shows, and what is typed."""

    def __init__(self, home: Path, *arguments: str, columns: int = 80, env: Mapping[str, str] | None = None) -> None:
        self.shown = ""
        self._seen = 0
        """How much of it was asked for already."""
        self._process, self._end = pty.fork()
        if self._process == 0:
            os.chdir(home)
            os.execve(
                sys.executable, [*COMMAND, *arguments], environment(home, {"TERM": "xterm-256color", **(env or {})})
            )
        fcntl.ioctl(self._end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def until(self, text: str, *, seconds: float = 60, again: bytes = b"") -> str:
        """Read on until this text is shown, after what was asked for before. Returns what came.

        `again` is typed when nothing came for 5 s. A Ctrl-C that comes between a prompt and the moment when readline listens is
        noted by Python, and raised with the next key: nobody types as fast as a test.
        """
        limit = time.monotonic() + seconds
        while (at := self.shown.find(text, self._seen)) < 0:
            left = max(0.0, limit - time.monotonic())
            came = select.select([self._end], [], [], min(left, 5.0) if again else left)[0]
            if not came and again and left:
                os.write(self._end, again)
            elif not came or not self._read():
                raise AssertionError(f"{text!r} was not shown; shown was:\n{self.shown[self._seen :]}")
        before, self._seen = self._seen, at + len(text)
        return self.shown[before : self._seen]

    def type(self, text: str) -> None:
        """Type this."""
        os.write(self._end, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.write(self._end, CTRL_C)

    def ended(self, *, again: bytes = b"") -> int:
        """Read to the end, and return the exit code. `again` is typed whenever nothing came for 5 s."""
        while again and not select.select([self._end], [], [], 5.0)[0]:
            os.write(self._end, again)
        while self._read():
            pass
        os.close(self._end)
        return os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])

    def kill(self) -> None:
        """End it by force."""
        os.kill(self._process, signal.SIGKILL)

    def _read(self) -> bool:
        try:
            data = os.read(self._end, 65536)
        except OSError:  # the process has ended
            return False
        self.shown += data.decode("utf-8", "replace")
        return bool(data)
