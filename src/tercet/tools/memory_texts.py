"""The texts of the memory tool, and how it changes a file's, in the words that the model was trained on. Knows no store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tercet.tools.functions import ToolError

MOST_LINES = 999_999
WIDTH = len(str(MOST_LINES))
AROUND = 2
"""Lines shown before and behind a change."""


def numbered(lines: Sequence[str], first: int = 1) -> str:
    """Lines with their numbers, from `first`."""
    return "\n".join(f"{number:>{WIDTH}}\t{line}" for number, line in enumerate(lines, first))


def show_lines(path: str, text: str, view_range: list[int] | None) -> str:
    """Return a file's lines: all, or from the first to the last of `view_range`, -1 being the end."""
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        raise ToolError(f"File {path} exceeds maximum line limit of {MOST_LINES:,} lines.")
    first, last = 1, len(lines)
    if view_range and len(view_range) == 2:
        first, last = max(1, view_range[0]), view_range[1] if view_range[1] != -1 else len(lines)
    return f"Here's the content of {path} with line numbers:\n{numbered(lines[first - 1 : last], first)}"


def show_directory(path: str, entries: Iterable[tuple[int, str]]) -> str:
    """Return a directory: sizes and names, the directory itself first under an empty name."""
    head = f"Here're the files and directories up to 2 levels deep in {path}, excluding hidden items:"
    return "\n".join([head, *(f"{in_units(size)}\t{path}{'/' if name else ''}{name}" for size, name in entries)])


def in_units(size: int) -> str:
    """Bytes as people write them: 512B, 1.5K, 4K."""
    value, unit = float(size), "B"
    for unit in "BKMG":
        if value < 1024 or unit == "G":
            break
        value /= 1024
    return f"{value:.0f}{unit}" if value == int(value) else f"{value:.1f}{unit}"


def replace_text(path: str, text: str, old: str, new: str) -> tuple[str, str]:
    """Return the text with `new` in the place of `old`, which must stand in it once; and what to say of it."""
    count = text.count(old) if old else 0
    if count == 0:
        raise ToolError(f"No replacement was performed, old_str `{old}` did not appear verbatim in {path}.")
    if count > 1:
        raise ToolError(
            f"No replacement was performed. Multiple occurrences of old_str `{old}` in lines: "
            f"{', '.join(map(str, _lines_of(text, old)))}. Please ensure it is unique"
        )
    changed = text[: text.index(old)].count("\n")
    made = text.replace(old, new)
    first = max(0, changed - AROUND)
    shown = numbered(made.split("\n")[first : changed + AROUND + 1], first + 1)
    return (
        made,
        f"The memory file has been edited. Here is the snippet showing the change (with line numbers):\n{shown}",
    )


def _lines_of(text: str, part: str) -> list[int]:
    found, at = [], text.find(part)
    while at != -1:
        found.append(text.count("\n", 0, at) + 1)
        at = text.find(part, at + 1)
    return found


def insert_text(text: str, line: int, new: str) -> str:
    """Return the text with `new` behind this line; 0 is before the first."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    if not 0 <= line <= len(lines):
        raise ToolError(f"Invalid `insert_line` parameter: {line}. It should be within the range [0, {len(lines)}].")
    lines.insert(line, new.rstrip("\n"))
    return "\n".join(lines) + "\n"
