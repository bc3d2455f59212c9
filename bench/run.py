"""Measures what "fast" means, side by side with the official SDK, in one run: `make bench`.

    python bench/run.py [--quick] [--only ROW ...] [--json] [--rounds N]

A whole run takes some minutes and writes bench/RESULTS.md; a quick or partial one only prints.
"""

from __future__ import annotations

import argparse
import json
import sys
import time

from environments import set_up
from report import as_json, reasons, table, told, write_results
from rows import ROWS, Row
from walks import Costs, canned_server, walk_all

ROUNDS = 5
QUICK_ROUNDS = 2


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What the paths cost, beside the official SDK.")
    keys = [row.key for row in ROWS]
    parser.add_argument("--only", action="append", choices=keys, metavar="ROW", help=f"one of: {', '.join(keys)}")
    parser.add_argument("--quick", action="store_true", help="two rounds; without the official SDK's longest row")
    parser.add_argument("--rounds", type=int, default=None, help=f"how often each path is walked (default {ROUNDS})")
    parser.add_argument("--json", action="store_true", help="print JSON, in seconds and bytes")
    given = parser.parse_args()
    if given.rounds is not None and given.rounds < 1:
        parser.error("--rounds must be at least 1")
    return given


def say(text: str) -> None:
    """Progress goes beside the result, so that the result can be piped."""
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    given = arguments()
    rows: list[Row] = [row for row in ROWS if not given.only or row.key in given.only]
    rounds = given.rounds or (QUICK_ROUNDS if given.quick else ROUNDS)
    costs, began, whole = Costs(), time.monotonic(), not (given.only or given.quick)
    try:
        set_up(say)
        with canned_server() as server:
            walk_all(rows, server, rounds, given.quick, say, costs)
    except KeyboardInterrupt:
        say("\nstopped; measured so far:")
        print(table(told([row for row in rows if any(walk[0] == row.path for _, walk in costs.figures)], costs)))
        return 130
    lines = told(rows, costs)
    print(json.dumps(as_json(lines, costs, rounds), indent=2) if given.json else table(lines) + reasons(lines))
    say(f"{rounds} rounds in {time.monotonic() - began:.0f} s")
    if whole:
        say(f"written: bench/{write_results(lines, rounds).name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
