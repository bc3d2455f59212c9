"""The rows of the table: what is walked, in which unit it is told, and the goal. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Library = Literal["tercet", "anthropic", "floor"]
OURS: Library = "tercet"
THEIRS: Library = "anthropic"
FLOOR: Library = "floor"


@dataclass(frozen=True)
class Unit:
    name: str
    scale: float
    digits: int

    def tell(self, value: float) -> str:
        return f"{value * self.scale:,.{self.digits}f} {self.name}".strip()


MILLISECONDS = Unit("ms", 1e3, 1)
MICROSECONDS = Unit("µs", 1e6, 1)
MEGABYTES = Unit("MB", 1e-6, 1)
CALLS = Unit("calls/s", 1, 0)
TIMES = Unit("×", 1, 2)


@dataclass(frozen=True)
class Row:
    """`at_most` is the goal: a part of theirs (1/12), or with `own` a figure of ours alone."""

    key: str
    title: str
    path: str
    unit: Unit
    metric: str = "cpu"
    at_most: float | None = None
    own: bool = False
    over: str | None = None
    """The path whose figure this row's is divided by."""
    theirs_once: bool = False
    floor: bool = True
    tls: bool = False
    alone: bool = False
    """The official SDK has nothing like it."""

    @property
    def goal(self) -> str:
        if self.at_most is None:
            return "–"
        return f"≤ {self.unit.tell(self.at_most)}" if self.own else f"≤ 1/{round(1 / self.at_most)}"


ROWS: tuple[Row, ...] = (
    Row("import", "import, client made", "import", MILLISECONDS, at_most=1 / 12),
    Row("import-memory", "the same, memory of the process", "import", MEGABYTES, "memory", 1 / 2),
    Row("first-answer", "import, client made, first answer", "first_answer", MILLISECONDS),
    Row("first-answer-memory", "the same, memory of the process", "first_answer", MEGABYTES, "memory"),
    Row("second-client", "second client", "second_client", MICROSECONDS, at_most=1 / 20, floor=False),
    Row("create", "create(), sync", "create", MICROSECONDS, at_most=1 / 6),
    Row("create-async", "create(), async, 50 at once", "create_async", MICROSECONDS, at_most=1 / 10),
    Row("stream", "stream(), burst, a text event", "stream", MICROSECONDS, at_most=1 / 12),
    Row("text-stream", "stream().text_stream, burst, a text", "text_stream", MICROSECONDS),
    Row("create-stream", "create(stream=True), burst, a text event", "create_stream", MICROSECONDS, at_most=1 / 10),
    Row("paced", "stream(), async, 20 at once, an event every 20 ms", "paced", MICROSECONDS, at_most=1 / 5),
    Row("paced-tls", "the same over TLS", "paced", MICROSECONDS, at_most=1 / 4, tls=True),
    Row(
        "tool-json",
        "nested tool input, 160 KB in 8-character deltas, stream()",
        "tool_json",
        MILLISECONDS,
        at_most=1 / 100,
        theirs_once=True,
        floor=False,
    ),
    Row(
        "tool-json-growth",
        "the same, time of 160 KB by time of 80 KB",
        "tool_json",
        TIMES,
        at_most=2.5,
        own=True,
        over="tool_json_half",
        floor=False,
    ),
    Row("history", "create() with 1,000 messages of history", "history", MILLISECONDS, at_most=1 / 8),
    Row("image", "create() with an image of 15 MB", "image", MILLISECONDS, at_most=1 / 4),
    Row("image-memory", "the same, memory added", "image", MEGABYTES, "memory"),
    Row("image-payloads", "the same, memory by payload", "image", TIMES, "payloads", 1.5, own=True),
    Row("parse", "parse() with a pydantic model of 20 fields", "parse", MICROSECONDS, floor=False),
    Row("budget-none", "16 tasks without a budget", "budget_none", CALLS, "rate", floor=False, alone=True),
    Row("budget-memory", "the same, a hard budget in memory", "budget_memory", CALLS, "rate", floor=False, alone=True),
    Row("budget-file", "the same, a hard budget on disk", "budget_file", CALLS, "rate", floor=False, alone=True),
    Row("budget-two", "the same, two hard budgets in one file", "budget_two", CALLS, "rate", floor=False, alone=True),
    Row(
        "ledger",
        "a ledger: what it adds to a call",
        "ledger_ours",
        MICROSECONDS,
        at_most=8e-6,
        own=True,
        floor=False,
        alone=True,
    ),
    Row("ledger-sqlite", "the same, a plain SQLite insert", "ledger_sqlite", MICROSECONDS, floor=False, alone=True),
    Row("ledger-litellm", "the same, litellm's price alone", "ledger_litellm", MICROSECONDS, floor=False, alone=True),
)
