"""The suite's figures as text, and their place in docs/reliability.md."""

from __future__ import annotations

import platform
import re
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- figures: written by `make faults` -->", "<!-- end of figures -->"
TITLES = {
    "matrix": "Tercet: the matrix",
    "cuts": "Tercet: streams cut at every byte",
    "worlds": "Tercet: signals, cancellation, forks, threads, loops",
    "races": "Tercet: races for a budget and for a pace (calls)",
    "state": "Tercet: budgets in files and on Redis, and the local API's data: rows 118–131, 136–138",
    "tools": "Tercet: tools, batches: rows 129, 132–135",
    "official": "official SDK 2.11.0: the matrix, each fault sent in one way",
}


ROWS = {
    118: "`kill -9` at each step of a call (before, while and after it reserves, sends, is answered, settles, renews its "
    "lease), at each write to the disk; of a Redis server, and of the local API, while they are used",
    119: "`kill -9` at any time: of processes that share a budget, 300 times for each kind of store; of the local API in the "
    "middle of batches",
    120: "Ctrl-C and SIGTERM during a request; in a batch of the local API",
    121: "a full disk at each write, no page left, a Redis server without memory; the local API started without room",
    122: "an I/O error at each write, a file that may not grow, before a request and before its answer is booked; a replica",
    123: "a lock held, a Redis server stopped, for longer than anybody waits, to 16 threads at once",
    124: "8 processes of 4 threads that spend until nothing is left",
    125: "a second local API on the same folder",
    126: "the journal of a killed process cut anywhere, garbled in any sector, deleted; a folder's file cut",
    127: "read-only, removed, replaced, cut short, a corrupt header, a folder, a link; garbage on a Redis server, keys evicted",
    128: "a holder stopped beyond its lease, then continued",
    129: "lines of a batch's results that are none, twice, 100 MB long; requests of a batch that are none, twice, too many",
    130: "a file of a newer version",
    131: "the power fails after any write: what was not synchronised is lost, in part, in any order",
    132: "a tool that raises, prints 100 MB, returns no JSON, hangs until Ctrl-C",
    133: "a tool that kills its process",
    134: "a tool that is not there, duplicate ids, 1,000 calls, calls that are none, a model that never ends",
    135: "a stream that breaks at each event of a turn",
    136: "two and three budgets in one store (day with month, dollars with tokens, equal ones, one tag with two limits, by key) "
    "under each of 17 ends of a call, drained by threads and tasks, by two programs, killed",
    137: "the same on each of the six platforms, in both worlds",
    138: "a wall clock that jumps by up to ten years, forwards and backwards, between calls and within them; killed meanwhile",
}
"""What is played of the rows about state and tools."""


def rows(parts: dict[str, Any]) -> list[str]:
    """The rows about state and tools, with the number of checks made of each."""
    made = {row: count for name in ("state", "tools") for row, count in parts[name].rows.items()}
    lines = ["| row | what is played | checks |", "|--:|---|--:|"]
    lines += [f"| {row} | {played} | {made.get(row, 0)} |" for row, played in ROWS.items()]
    for program in parts["state"].missing:
        lines += ["", f"Without `{program}`, what needs it was not played."]
    return lines


def table(parts: dict[str, Any], problem: str, seconds: float) -> str:
    """The table of one run."""
    lines = [
        "| | faults | cells | wrong outcomes | foreign exceptions | silent truncations |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, title in TITLES.items():
        part = parts[name]
        if not part.cells:
            continue
        share = f" ({100 * part.wrong / part.cells:.0f} %)" if part.wrong else ""
        faults = f"{part.faults:,}" if part.faults and not part.stopped else "–"
        if part.stopped:
            title += f"; stopped after its first {part.cells:,} cells"
        lines.append(
            f"| {title} | {faults} | {part.cells:,} | {part.wrong:,}{share} | {part.foreign:,} | {part.silent:,} |"
        )
    lines += [
        "",
        *rows(parts),
        "",
        f"Python {platform.python_version()}, {platform.system()}; the whole run took {seconds:.0f} s.",
    ]
    if problem:
        lines.append(f"The official SDK was not measured: {problem}.")
    return "\n".join(lines)


def write(path: Path, text: str) -> None:
    """Replace the figures in the document."""
    before = path.read_text()
    after = re.sub(
        f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: f"{BEGIN}\n{text}\n{END}", before, flags=re.DOTALL
    )
    if BEGIN not in before or END not in before:
        raise ValueError(f"{path} has no place for the figures: the lines {BEGIN!r} and {END!r}")
    path.write_text(after)
