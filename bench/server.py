"""`make bench-server`: the local API beside other mock servers, in one run, each on one core. Writes RESULTS-server.md.

    server.py [--quick] [--streams N] [--seconds N] [--only NAME]

What is measured is CPU time of the server's processes; the load comes from this process, on another core.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import socket
import statistics
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import server_streams
import server_watch as watch
from server_kinds import KINDS, OURS, Kind, ready, started, version_of
from server_load import Tally, answer, load, request

RESULTS = Path(__file__).resolve().parent / "RESULTS-server.md"
NOTES = Path(__file__).resolve().parent / "server_notes.md"
START_LIMIT, GOAL_START, GOAL_RATIO = 60.0, 0.7, 3.0
ASK: dict[str, Any] = {
    "model": "claude-sonnet-4-5",
    "max_tokens": 1000,
    "messages": [{"role": "user", "content": "Count to 60, please, and do not stop before."}],
}


@dataclass
class Found:
    """What one server did: seconds to the first answer, and rates by CPU second, one a round."""

    kind: Kind
    version: str = ""
    starts: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)
    events: list[float] = field(default_factory=list)
    an_answer: int = 0
    skipped: str = ""


def main() -> int:
    """Measure, print, and write the results."""
    options = _options()
    cores = sorted(os.sched_getaffinity(0))
    server_core, load_core = cores[0], cores[-1]
    os.sched_setaffinity(0, {load_core})
    found = [Found(kind) for kind in KINDS if kind is OURS or not options.only or options.only in kind.name]
    for each in found:
        each.skipped = ready(each.kind, _say)
        each.version = "" if each.skipped else version_of(each.kind)
    for number in range(options.rounds):
        for each in found:
            if not each.skipped:
                _say(f"round {number + 1}: {each.kind.name}")
                _measure(each, server_core, options.part)
    course = server_streams.run(options.streams, options.seconds, _port(), server_core) if options.streams else None
    text = _report(found, course, options)
    print(text)
    RESULTS.write_text(text)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The local API beside other mock servers.")
    parser.add_argument("--quick", action="store_true", help="two short rounds, and streams for 15 seconds")
    parser.add_argument("--streams", type=int, default=1000, help="streams at once in the last part; 0 leaves it out")
    parser.add_argument("--seconds", type=int, default=60, help="how long each of them lasts")
    parser.add_argument("--only", help="beside ours, only servers of this name")
    options = parser.parse_args()
    options.rounds, options.part = (2, 1.5) if options.quick else (3, 4.0)
    if options.quick:
        options.seconds = min(options.seconds, 15)
    return options


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _measure(each: Found, core: int, seconds: float) -> None:
    port = _port()
    begun = time.monotonic()
    process = started(each.kind, port)
    try:
        plain = request(port, each.kind.path, ASK)
        if not _answers(port, plain, process):
            each.skipped = "it did not answer"
            return
        each.starts.append(time.monotonic() - begun)
        watch.pin(process.pid, core)
        load(port, plain, 0.5)  # warm
        tally, cpu = _loaded(process.pid, port, plain, seconds)
        each.requests.append(tally.answers / cpu)
        streamed = request(port, each.kind.path, {**ASK, "stream": True})
        load(port, streamed, 0.3)
        tally, cpu = _loaded(process.pid, port, streamed, seconds)
        each.events.append(tally.events / cpu)
        each.an_answer = round(tally.events / max(1, tally.answers))
        if tally.wrong:
            each.skipped = f"{tally.wrong} of {tally.answers} answers were errors"
    finally:
        watch.end(process)


def _loaded(process: int, port: int, sent: bytes, seconds: float) -> tuple[Tally, float]:
    before = watch.cpu_seconds(process)
    tally = load(port, sent, seconds)
    return tally, max(0.01, watch.cpu_seconds(process) - before)


def _answers(port: int, sent: bytes, process: subprocess.Popen[bytes]) -> bool:
    """Wait for the first good answer."""
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if asyncio.run(_first(port, sent)):
                return True
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            pass
        time.sleep(0.005)
    return False


async def _first(port: int, sent: bytes) -> bool:
    tally = Tally()
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        await answer(reader, tally)
        writer.close()
    return tally.wrong == 0


# --- the report ----------------------------------------------------------------------------------------------------------


def _report(found: list[Found], course: server_streams.Course | None, options: argparse.Namespace) -> str:
    lines = [
        "# What the local API serves",
        "",
        f"Written by `make bench-server`; medians of {options.rounds} rounds, the servers in turns in one run, each on one "
        "core, the load on another. Rates are by second of CPU time (user and system) of all of the server's processes. "
        "Every server gets the same request; a stream's events are those that it makes of its own answer.",
        "",
        f"- date: {date.today()}",
        f"- machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        f"- Python: {platform.python_version()}",
        "",
        "| server | version | requests / CPU s | stream events / CPU s | events a stream | start to first answer |",
        "|---|---|---|---|---|---|",
        *map(_line, found),
        "",
        *_goals(found),
        *(_streams(course) if course is not None else []),
        *_notes(found),
    ]
    return "\n".join(lines) + "\n"


def _notes(found: list[Found]) -> list[str]:
    """What server_notes.md has to say on a goal that was missed."""
    others = [statistics.median(each.requests) for each in found[1:] if each.requests]
    missed = others and statistics.median(found[0].requests) < GOAL_RATIO * max(others)
    return ["", NOTES.read_text().strip()] if missed and NOTES.exists() else []


def _line(each: Found) -> str:
    if not each.requests or not each.events:
        return f"| {each.kind.name} | {each.version} | skipped: {each.skipped} | | | |"
    rates = f"{statistics.median(each.requests):,.0f} | {statistics.median(each.events):,.0f}"
    note = f" ({each.skipped})" if each.skipped else "" if each.an_answer else " (it answers in one piece)"
    start = statistics.median(each.starts)
    return f"| {each.kind.name} | {each.version} | {rates} | {each.an_answer}{note} | {start:.2f} s |"


def _goals(found: list[Found]) -> list[str]:
    ours = found[0]
    others = [each for each in found[1:] if each.requests and each.events]
    lines = ["| goal | measured | met |", "|---|---|---|"]
    for what, rates in (("requests", "requests"), ("stream events", "events")):
        if others:
            best = max(statistics.median(getattr(each, rates)) for each in others)
            ratio = statistics.median(getattr(ours, rates)) / best
            met = "yes" if ratio >= GOAL_RATIO else "NO"
            lines.append(f"| {what}: ≥ {GOAL_RATIO:g} × the best other | {ratio:.1f} × | {met} |")
    start = statistics.median(ours.starts)
    lines.append(
        f"| start to first answer: < {GOAL_START} s | {start:.2f} s | {'yes' if start < GOAL_START else 'NO'} |"
    )
    return lines


def _streams(course: server_streams.Course) -> list[str]:
    megabyte = 1024 * 1024
    # Between these two, every stream runs: not while they begin, and not when the first have ended.
    early, late = (course.memory[len(course.memory) * part // 4] for part in (1, 3))
    growth = (late - early) / early
    late_by = course.took - course.seconds
    good = course.dropped == 0 and course.whole == course.streams
    flat = abs(growth) < 0.05
    return [
        f"| {course.streams:,} streams, {server_streams.RATE} events a second each, {course.seconds} s: none dropped "
        f"| {course.dropped:,} dropped, {course.whole:,} whole, the last ended {late_by:.1f} s late | {'yes' if good else 'NO'} |",
        f"| the same: memory flat | {late / megabyte:.0f} MB, {growth:+.1%} from a quarter to three quarters of the time "
        f"| {'yes' if flat else 'NO'} |",
        f"| the same: CPU of the server | {course.cpu / max(0.1, course.took):.0%} of one core | – |",
    ]


if __name__ == "__main__":
    sys.exit(main())
