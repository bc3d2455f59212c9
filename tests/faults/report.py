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
    "official": "official SDK 2.11.0: the matrix, each fault sent in one way",
}


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
    lines += ["", f"Python {platform.python_version()}, {platform.system()}; the whole run took {seconds:.0f} s."]
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
