"""The rows of the table: what is walked, in which unit it is told, and the goal. Data only."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    peer: bool = False
    """The figure is that of another library, which the title names."""

    @property
    def goal(self) -> str:
        if self.at_most is None:
            return "–"
        return f"≤ {self.unit.tell(self.at_most)}" if self.own else f"≤ 1/{round(1 / self.at_most)}"


CONVERSATIONS = (
    Row("say", "say() of a conversation in memory: what it adds to create()", "conversation:say_memory", MICROSECONDS, at_most=150e-6, own=True),
    Row("say-claudette", "the same, claudette's Chat over the SDK 0.x", "conversation:claudette", MICROSECONDS, peer=True),
    Row("say-sqlite", "the same, in SQLite", "conversation:say_sqlite", MICROSECONDS, at_most=400e-6, own=True),
    Row("say-async", "the same, in an event loop", "conversation:say_async", MICROSECONDS),
    Row("say-langgraph", "LangGraph's SQLite saver alone, a turn among 100", "conversation:langgraph", MICROSECONDS, peer=True),
    Row("turn-growth", "a turn among 10,000 messages by one among 100", "conversation:turn_long", TIMES, at_most=3, own=True, over="conversation:turn_short"),
    Row("turn-growth-sqlite", "the same, in SQLite", "conversation:turn_long_sqlite", TIMES, at_most=3, own=True, over="conversation:turn_short_sqlite"),
    Row("disk", "5,000 turns in SQLite, bytes on disk by bytes said", "conversation:stored", TIMES, "disk", 1.5, own=True),
    Row("disk-langgraph", "the same, LangGraph's SQLite saver, 200 turns", "conversation:langgraph", TIMES, "disk", peer=True),
    Row("load", "a conversation of 10,000 messages opened", "conversation:stored", MILLISECONDS, at_most=0.150, own=True),
    Row("load-langgraph", "the same, LangGraph's SQLite saver, 400 messages", "conversation:langgraph", MILLISECONDS, "load", peer=True),
    Row("agent", "an agent's run: two requests, a tool, limits", "agent", MICROSECONDS, at_most=600e-6, own=True),
    Row("agent-pydantic-ai", "the same, pydantic-ai", "conversation:pydantic_ai", MICROSECONDS, peer=True),
    Row("photo", "photograph of 12 MP -> block", "media:photo", MILLISECONDS, at_most=0.260, own=True),
    Row("photo-pillow", "the same, plain Pillow", "media:photo", MILLISECONDS, "plain", peer=True),
    Row("photo-header", "its header read", "media:header", MICROSECONDS, at_most=50e-6, own=True),
    Row("pdf-count", "PDF of 1,000 pages counted", "media:page_count", MILLISECONDS, at_most=0.005, own=True),
    Row("pdf-count-pypdf", "the same, pypdf", "media:page_count", MILLISECONDS, "plain", peer=True),
    Row("pdf-split", "the same PDF split into ten", "media:page_split", MILLISECONDS, at_most=0.060, own=True),
    Row("pdf-split-pypdf", "the same, pypdf", "media:page_split", MILLISECONDS, "plain", peer=True),
)  # fmt: skip
"""Conversations, agents and media: the official SDK has an agent's runner alone, and no floor is below them."""

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
        "ledger:ours",
        MICROSECONDS,
        at_most=8e-6,
        own=True,
        floor=False,
        alone=True,
    ),
    Row(
        "ledger-sqlite",
        "the same, a plain SQLite insert",
        "ledger:sqlite",
        MICROSECONDS,
        floor=False,
        alone=True,
        peer=True,
    ),
    Row(
        "ledger-litellm",
        "the same, litellm's price alone",
        "ledger:litellm",
        MICROSECONDS,
        floor=False,
        alone=True,
        peer=True,
    ),
    *(replace(row, floor=False, alone=row.path != "agent") for row in CONVERSATIONS),
)
