"""`make faults`: the whole matrix with Tercet and with the official SDK, cuts, worlds, storms, state on disk and tools; the
tables go into docs/reliability.md. Exits with 1 if anything of Tercet's is wrong."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import official
from tests.faults import certificates, limits, matrix, report

ROOT = Path(__file__).parents[2]
OURS = ("matrix", "cuts", "worlds", "races", "state", "tools")
SHARDS = 2
AT_ONCE = 4
"""Programs at once: many cells wait more than they work."""
LONGEST, LONGEST_OFFICIAL = 900, 200
"""Seconds for one program: more is a hang. Of the official SDK's, the cells until then count, and the table says so."""


@dataclass
class Part:
    """One part of the suite as it is reported."""

    name: str
    faults: int = 0
    cells: int = 0
    wrong: int = 0
    foreign: int = 0
    silent: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    stopped: bool = False
    """Whether a program was stopped before its end."""
    rows: dict[int, int] = field(default_factory=dict)
    """Row of the matrix -> how many checks were made of it, where names begin with a row."""
    missing: list[str] = field(default_factory=list)
    """Programs that are not here, for whose want something was not played."""

    def add(self, told: dict[str, Any]) -> None:
        """One cell's verdict."""
        self.stopped = self.stopped or told.get("stopped", False)
        self.missing += [told["missing"]] if "missing" in told else []
        row = told["name"].partition(" ")[0]
        if row.isdecimal() and told.get("cells", 1):
            self.rows[int(row)] = self.rows.get(int(row), 0) + 1
        self.cells += told.get("cells", 1)
        self.wrong += bool(told["problems"])
        self.foreign += bool(told.get("foreign"))
        self.silent += bool(told.get("silent"))
        self.seconds += told.get("seconds", 0.0)
        if told["problems"]:
            self.problems.append(f"{told['name']}: {'; '.join(told['problems'])}")


def lines_of(python: str, *arguments: str) -> list[dict[str, Any]]:
    """What a program of the suite prints, one JSON object a line."""
    clean = {name: value for name, value in os.environ.items() if not name.upper().startswith(FOREIGN)}
    running = subprocess.Popen(
        [python, "-W", "ignore", "-m", *arguments],
        cwd=ROOT,
        env=clean,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    stopped: list[dict[str, Any]] = []
    try:
        output, errors = running.communicate(timeout=LONGEST if python == sys.executable else LONGEST_OFFICIAL)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)  # with the servers and processes that it began
        output, errors = running.communicate()
        stopped = [{"name": " ".join(arguments), "problems": [], "cells": 0, "stopped": True}]
    found = [json.loads(line) for line in output.splitlines() if line.startswith(b"{") and line.endswith(b"}")]
    if running.returncode != 0 and python == sys.executable:
        found.append(
            {"name": " ".join(arguments), "problems": [f"ended with {running.returncode}: {errors[-1000:]!r}"]}
        )
    return found + stopped


FOREIGN = ("ANTHROPIC_", "TERCET_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT")


def jobs(folder: str, *, with_official: bool) -> list[tuple[str, str, list[str]]]:
    """(part, interpreter, arguments) of everything there is to run, the longest first."""
    shared = ["--certificates", folder]
    shards = [f"{number}/{SHARDS}" for number in range(SHARDS)]
    found = []
    if with_official:
        rows = ["tests.faults.subject", "--library", "anthropic", *shared, "--shard"]
        found += [("official", str(official.PYTHON), [*rows, shard]) for shard in shards]
    found += [("cuts", sys.executable, ["tests.faults.cut_all", shard]) for shard in shards]
    found += [("matrix", sys.executable, ["tests.faults.subject", *shared, "--shard", shard]) for shard in shards]
    found += [("worlds", sys.executable, ["tests.faults.worlds"]), ("races", sys.executable, ["tests.faults.races"])]
    found += [("state", sys.executable, ["tests.faults.state", part]) for part in ("files", "limits", "data", "redis")]
    return [*found, ("tools", sys.executable, ["tests.faults.tools"])]


def carried_out(todo: list[tuple[str, str, list[str]]]) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    """Each part's verdicts, some programs at a time."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = [(part, pool.submit(lines_of, python, *arguments)) for part, python, arguments in todo]
        for part, future in futures:
            yield part, future.result()


def main(arguments: list[str]) -> int:
    limits.listen_to_signals()
    parser = argparse.ArgumentParser()
    parser.add_argument("--without-official", action="store_true")
    given = parser.parse_args(arguments)
    began = time.monotonic()
    problem = "left out" if given.without_official else official.ready()
    parts = {name: Part(name) for name in (*OURS, "official")}
    with tempfile.TemporaryDirectory() as folder:
        certificates.write(Path(folder))
        for name, told in carried_out(jobs(folder, with_official=not problem)):
            for each in told:
                parts[name].add(each)
    parts["matrix"].faults = len(matrix.ROWS)
    parts["official"].faults = len([row for row in matrix.ROWS if not row.costly])
    seconds = time.monotonic() - began
    text = report.table(parts, problem if problem else "", seconds)
    print(text)
    report.write(ROOT / "docs" / "reliability.md", text)
    for name in OURS:
        for line in parts[name].problems[:40]:
            print(f"  {name}: {line}")
    return 1 if any(parts[name].wrong for name in OURS) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
