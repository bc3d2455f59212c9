"""An answer on stdout while it comes: piece by piece on a terminal, in whole lines to whatever reads a pipe."""

from __future__ import annotations

import re
import sys

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal might take for a command, or show in another order than it stands in."""


def for_terminal(text: str) -> str:
    """Return a text that cannot steer a terminal: models write what others made them write."""
    return _CONTROL.sub("", text)


class AnswerWriter:
    """Write texts to stdout, and end with a line's end."""

    def __init__(self) -> None:
        self._is_terminal = sys.stdout.isatty()
        self._waiting = ""
        """The beginning of a line, for a pipe."""
        self._last = "\n"

    def write(self, text: str) -> None:
        """Write a piece of the answer."""
        if self._is_terminal:
            self._put(for_terminal(text))
            return
        lines, newline, self._waiting = (self._waiting + text).rpartition("\n")
        if newline:
            self._put(lines + newline)

    def end(self) -> None:
        """Write what waits, and end the line that was begun."""
        waiting, self._waiting = self._waiting, ""
        self._put(waiting)
        if self._last != "\n":
            self._put("\n")

    def _put(self, text: str) -> None:
        if text:
            self._last = text[-1]
            sys.stdout.write(text)
            sys.stdout.flush()
