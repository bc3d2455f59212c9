"""Tells the figures: a table for people, JSON for programs, and bench/RESULTS.md with what they were measured on."""

from __future__ import annotations

import os
import platform
import re
import sys
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from environments import ROOT, installed_version
from rows import FLOOR, OURS, THEIRS, Library, Row
from walks import Costs

NOTES = ROOT / "bench" / "notes.md"
RESULTS = ROOT / "bench" / "RESULTS.md"
HEADINGS = ("path", "official SDK, or named", "Tercet", "floor", "ratio", "goal", "met")


@dataclass(frozen=True)
class Told:
    """One row with its figures."""

    row: Row
    ours: float | None
    theirs: float | None
    floor: float | None
    failure: str | None

    @property
    def ratio(self) -> float | None:
        return self.ours / self.theirs if self.ours is not None and self.theirs else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none, or theirs was not measured."""
        if self.row.at_most is None:
            return None
        if self.failure is not None:
            return False
        figure = self.ours if self.row.own else self.ratio
        return None if figure is None else figure <= self.row.at_most

    def cells(self) -> list[str]:
        tell = self.row.unit.tell
        ours, theirs, floor = ("–" if value is None else tell(value) for value in (self.ours, self.theirs, self.floor))
        ours = "failed" if self.failure else ours
        if self.row.peer:
            ours, theirs = theirs, ours
        ratio = "–" if self.ratio is None or self.row.own else f"1/{1 / self.ratio:.1f}" if self.ratio else "0"
        met = {True: "yes", False: "NO", None: "–"}[self.met]
        return [self.row.title, theirs, ours, floor, ratio, self.row.goal, met]


def told(rows: list[Row], costs: Costs) -> list[Told]:
    return [_told(row, costs) for row in rows]


def _told(row: Row, costs: Costs) -> Told:
    def figure(library: Library) -> float | None:
        return costs.of(row, library)

    return Told(row, figure(OURS), figure(THEIRS), figure(FLOOR), costs.failure(row, OURS))


def table(lines: list[Told]) -> str:
    """The rows as a Markdown table, aligned for reading as it is."""
    cells = [list(HEADINGS), *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    drawn = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    drawn.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(drawn)


def reasons(lines: list[Told]) -> str:
    """Why rows have no figure, a line each: what the installer of a peer said last, or how the walk ended."""
    return "".join(f"\n- {line.row.title}: {line.failure}" for line in lines if line.failure)


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    return {
        "date": date.today().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores{_processor()}",
        "Python": platform.python_version(),
        "Tercet": version("tercet"),
        "official SDK": installed_version() or "missing",
        "pyreqwest": version("pyreqwest"),
        "msgspec": version("msgspec"),
    }


def _processor() -> str:
    try:
        told = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        return ""
    return f" ({told[1]})" if told else ""


def as_json(lines: list[Told], costs: Costs, rounds: int) -> dict[str, Any]:
    """Everything measured, in seconds and bytes."""
    return {
        "machine": machine(),
        "rounds": rounds,
        "rows": [
            {
                "row": line.row.key,
                "ours": line.ours,
                "theirs": line.theirs,
                "floor": line.floor,
                "ratio": line.ratio,
                "at_most": line.row.at_most,
                "met": line.met,
                "failure": line.failure,
                "rounds": {name: costs.rounds(line.row, name) for name in (OURS, THEIRS, FLOOR)},
            }
            for line in lines
        ],
    }


def write_results(lines: list[Told], rounds: int) -> Path:
    """Write bench/RESULTS.md."""
    about = "\n".join(f"- {name}: {value}" for name, value in machine().items())
    command = "make bench" if sys.argv[1:] == [] else "make bench (with options)"
    parts = [
        "# What the paths cost\n",
        f"Written by `{command}`; medians of {rounds} rounds, the libraries in turns in one run, each walk in a fresh "
        "process. CPU time is user and system time of the measured process alone; the server is another process. The "
        "floor is the bare transport (pyreqwest) with the bare JSON (msgspec). The official SDK's nested tool input is "
        "measured once. A goal is a part of the official SDK's figure, or (×, ≤) a limit of our own.\n",
        f"{about}\n",
        f"{table(lines)}\n",
        *_gaps(lines),
    ]
    RESULTS.write_text("\n".join(parts), encoding="utf-8")
    return RESULTS


def _gaps(lines: list[Told]) -> list[str]:
    """For every missed goal and every failure: what is known of the reason, from bench/notes.md."""
    missed = [line for line in lines if line.met is False or line.failure]
    if not missed:
        return []
    notes = _notes()
    texts = [f"### {line.row.title}\n\n{_gap(line, notes)}\n" for line in missed]
    return ["## Missed goals\n", *texts]


def _gap(line: Told, notes: dict[str, str]) -> str:
    failed = f"Not measured here: `{line.failure}`\n\n" if line.failure else ""
    if line.row.key in notes:
        return failed + notes[line.row.key]
    return failed or f"No profile yet: `bench/notes.md` has no section `## {line.row.key}`."


def _notes() -> dict[str, str]:
    """The sections of bench/notes.md, by row."""
    if not NOTES.exists():
        return {}
    sections = re.split(r"^## +(.+)$", NOTES.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {key.strip(): text.strip() for key, text in zip(sections[1::2], sections[2::2], strict=True)}
