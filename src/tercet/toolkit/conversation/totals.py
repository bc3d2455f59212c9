"""What a conversation has used and cost: the sum over everything in its log, other versions and summaries included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tercet.toolkit.conversation.entries import LogEntry
from tercet.toolkit.conversation.thread import Thread
from tercet.wire.responses.usage import Usage

COUNTS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")


class ConversationTotals:
    """Add entries up, each once."""

    def __init__(self) -> None:
        self._until = 0
        self._tokens = dict.fromkeys(COUNTS, 0)
        self._split = {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0}
        self._money: list[int] = [0, 0, 0]
        self._bounded = True
        self.known = self.low = 0
        self.high: int | None = 0

    def of(self, thread: Thread) -> ConversationTotals:
        """Return the sums, with what has come since the last time."""
        for id_ in range(self._until + 1, thread.last_id + 1):
            self._add(thread.entries[id_])
        self._until = thread.last_id
        others: list[Any] = [cut.cost for cut in thread.cuts.values()]
        others += [error.get("cost") for error in thread.errors() if error.get("billed") != "no"]
        amounts = [self._money, *(each for each in others if each is not None)]
        self.known, self.low = (sum(each[part] for each in amounts) for part in (0, 1))
        bounded = self._bounded and all(each is not None for each in others)
        self.high = sum(each[2] for each in amounts) if bounded else None
        return self

    @property
    def usage(self) -> Usage:
        """Return the tokens."""
        return Usage({**self._tokens, "cache_creation": dict(self._split)})

    def _add(self, entry: LogEntry) -> None:
        if entry.answer is None:
            return
        if entry.cost is None:
            self._bounded = False
        else:
            for part in range(3):
                self._money[part] += entry.cost[part]
        usage = entry.answer.get("usage")
        if not isinstance(usage, Mapping):
            return
        for name in COUNTS:
            count = usage.get(name)
            self._tokens[name] += count if type(count) is int else 0
        split = usage.get("cache_creation")
        for name in self._split if isinstance(split, Mapping) else ():
            count = split.get(name)  # type: ignore[union-attr]
            self._split[name] += count if type(count) is int else 0
