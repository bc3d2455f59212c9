"""Races for limits at full length: 64 threads for one budget, 8 processes for one pace. Prints its problems, as the other
parts of the suite do: `python -m tests.faults.races [calls of each process]`."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from tests.faults.limits import limited, listen_to_signals
from tests.flow.races import budget_race, pace_race, spending_race

THREADS, PROCESSES = 64, 8
CALLS = 6_250
"""Of each process: 50,000 together."""
PER_MINUTE, BURST = 1_200_000, 1_000
LIMIT = Decimal("0.50")
LONGEST = 600.0
"""Seconds for one race."""


def budgets(folder: Path) -> Iterator[tuple[str, int, list[str]]]:
    """More threads, and processes of threads, than a budget has money for."""
    race = budget_race(str(LIMIT), threads=THREADS, calls=40)
    problems = []
    if race.most_at_once > LIMIT or race.state.spent_usd > LIMIT:
        problems.append(f"${race.most_at_once} of ${LIMIT} were spent and reserved")
    if race.paid > race.state.spent_usd:
        problems.append(f"${race.paid} were paid and ${race.state.spent_usd} booked")
    if race.sent + race.refused != THREADS * 40 or race.state.reserved_usd:
        problems.append(f"{race.sent} sent, {race.refused} refused, ${race.state.reserved_usd} still reserved")
    yield f"budget · {THREADS} threads", THREADS * 40, problems
    paid, state = spending_race(folder / "budget.db", str(LIMIT / 10), processes=4, threads=16, calls=10)
    over = paid > LIMIT / 10 or paid != state.spent_usd
    yield "budget · 4 processes of 16 threads", 640, [f"${paid} paid, ${state.spent_usd} booked"] * over


def paces(folder: Path, calls: int) -> Iterator[tuple[str, int, list[str]]]:
    """Processes that want more than their pace allows, by one file."""
    race = pace_race(folder / "pace.db", processes=PROCESSES, calls=calls, per_minute=PER_MINUTE, burst=BURST)
    problems = []
    if race.exits != [0] * PROCESSES:
        problems.append(f"processes ended with {race.exits}")
    if len(race.starts) != PROCESSES * calls:
        problems.append(f"{len(race.starts)} of {PROCESSES * calls} calls were made")
    if early := race.too_early(PER_MINUTE, BURST):
        problems.append(f"{early} calls left before their turn")
    if race.turns_left:
        problems.append(f"{race.turns_left} turns are still held")
    yield f"pace · {PROCESSES} processes", PROCESSES * calls, problems


def main(calls: int) -> None:
    listen_to_signals()
    with tempfile.TemporaryDirectory() as place:
        folder, began = Path(place), time.monotonic()
        for name, race in (("budgets", budgets(folder)), ("paces", paces(folder, calls))):
            cells: list[int] = []
            for what, problems in limited(name, counted(race, cells), LONGEST):
                told = {"name": what, "cells": sum(cells) or 1, "problems": problems}
                print(json.dumps({**told, "seconds": time.monotonic() - began}), flush=True)
                cells.clear()


def counted(race: Iterator[tuple[str, int, list[str]]], cells: list[int]) -> Iterator[tuple[str, list[str]]]:
    """A race's results without their numbers of calls, which go into `cells`."""
    for what, calls, problems in race:
        cells.append(calls)
        yield what, problems


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CALLS)
