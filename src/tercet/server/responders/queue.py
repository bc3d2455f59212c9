"""Answers in order, for tests: each request for a message takes the next one. Empty, it leaves the request to others."""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import Any

from tercet.server.responders.outcome import Outcome, outcome_of


class Queue:
    """Outcomes that wait to be asked for. Safe for several threads."""

    def __init__(self) -> None:
        self._waiting: deque[Outcome] = deque()
        self._lock = Lock()

    def add(self, *answers: Any) -> None:
        """Put answers at the end, described as in a script: a text, blocks, or a mapping. Raises BadScript, adding none."""
        outcomes = [outcome_of(answer, f"answer {number}") for number, answer in enumerate(answers, 1)]
        with self._lock:
            self._waiting.extend(outcomes)

    def next(self) -> Outcome | None:
        """Take the first one; None if none is left."""
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def clear(self) -> None:
        """Drop what nobody has asked for."""
        with self._lock:
            self._waiting.clear()

    def __len__(self) -> int:
        return len(self._waiting)
