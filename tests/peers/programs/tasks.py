"""What every foreign client is asked to do, and what must come of it. Runs in the clients' own environments.

A program gives one function for each task; what it returns is looked at here.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

URL, KEY = os.environ["LOCAL_API"], "sk-ant-local"
MODEL, UNKNOWN = "claude-sonnet-4-5-20250929", "no-such-model"
SUM, WEATHER, LOOK = "What is 125 * 48?", "What is the weather in Oslo?", "What is in this picture?"
RESULT = "minus 3 degrees and snow"
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP4z8AAQQxwFgBB0gX7h/C5SAAAAABJRU5ErkJggg=="
"""A PNG of 3 by 2 pixels."""

EXPECTED = {
    "text": ("6000",),
    "streaming": ("6000", "pieces: many"),
    "tools": ("get_weather", "Oslo", "minus 3"),
    "images": ("PNG", "3", "2"),
    "errors": ("404", "no-such-model"),
}
"""Task -> what its answer must hold. Tools: the call, its argument, and what is made of the result."""


def joined(pieces: list[str]) -> str:
    """The text of a stream, and whether it came in more than one piece."""
    return "".join(pieces) + (" pieces: many" if len(pieces) > 1 else " pieces: one")


def carry_out(version: str, expected: dict[str, tuple[str, ...]] | None = None, **tasks: Callable[[], str]) -> None:
    """Do every task; write what came of each as JSON on the last line. `expected` stands in for the usual expectations."""
    found: dict[str, object] = {"version": version}
    for name, wanted in {**EXPECTED, **(expected or {})}.items():
        try:
            said = str(tasks[name]())
            missing = [part for part in wanted if part not in said]
            found[name] = {"ok": not missing, "said": said[-400:] if missing else ""}
        except Exception as problem:
            found[name] = {"ok": False, "said": f"{type(problem).__name__}: {problem}"[:400]}
    print(json.dumps(found))
    sys.exit(0)
