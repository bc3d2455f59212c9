"""Journals as the writing half makes them, by a writer of the tests' own: the two halves share a form, and no code here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SECOND = 1_000_000_000
DAY = 86_400 * SECOND


def ns(text: str) -> int:
    """Return a moment of UTC in nanoseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


def entry(number: int = 0, **fields: Any) -> dict[str, Any]:
    """Return a line: a call that succeeded and cost 3 cents, unless said otherwise."""
    return {
        "id": f"call-{number}", "attempt": 0, "at": ns("2026-11-20T12:00:00") + number * SECOND, "kind": "messages",
        "model_asked": "claude-sonnet-4-6", "model_served": "claude-sonnet-4-6", "status": 200, "stop_reason": "end_turn",
        "input": 1000, "cache_read": 0, "cache_5m": 0, "cache_1h": 0, "output": 1800, "tier": "standard",
        "nano_usd": 30_000_000, "low": 30_000_000, "high": 30_000_000, "price_day": 20261120, "certainty": 0,
        "ms": 900, "origin": "api", "last": True, **fields,
    }  # fmt: skip


def text(*lines: Any) -> bytes:
    """Return lines as bytes; what is bytes already stays as it is."""
    return b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)


def dead_pid() -> int:
    """Return the number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def boot() -> str | None:
    """Return this run of the machine, as headers tell it."""
    place = Path("/proc/sys/kernel/random/boot_id")
    return place.read_text().strip() if place.exists() else None


def journal(
    ledger: Path, *lines: Any, pid: int | None = None, start: int = 1_700_000_000 * SECOND, name: str = "a1"
) -> Path:
    """Write a file of the journal of this ledger: of this process, unless `pid` is given."""
    pid = os.getpid() if pid is None else pid
    folder = ledger.with_name(f"{ledger.name}.d")
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{start}-{pid}-{name}.jsonl"
    path.write_bytes(text({"tercet_ledger": 1, "pid": pid, "boot": boot(), "start": start}, *lines))
    return path
